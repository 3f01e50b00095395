import { LogFailure, type TopicOptions } from './log.js';

export interface Topic extends TopicOptions {
  readonly name: string;
  readonly id: number;
}

/** Bounds that hold for any log: Kafka's default for a message, and a commit that stays in memory with ease. */
export const bounds = {
  /** Bytes of one record's value. */
  valueBytes: 1024 * 1024,
  /** Bytes of a record's or a state entry's key in UTF-8: an index holds keys, and its pages have room for no longer ones. */
  keyBytes: 1024,
  /** Bytes of a record's headers, names included. */
  headerBytes: 64 * 1024,
  /** Bytes of packed records in one batch. */
  packedBytes: 240 * 1024,
  /** Bytes of a value of the state. */
  stateBytes: 4 * 1024 * 1024,
  /** Bytes of all that one commit brings. */
  commitBytes: 64 * 1024 * 1024,
} as const;

/** Topic `name` as `known`, or as a topic to be made. */
export function agreedTopic(known: Topic | undefined, name: string, options: TopicOptions, nextId: number): Topic {
  if (!/^[\w.-]{1,249}$/.test(name) || name === '.' || name === '..')
    throw new LogFailure('topic', `'${name}' is not a topic name: 1 to 249 letters, digits, dots, dashes, underscores`);
  if (!Number.isInteger(options.partitions) || options.partitions < 1 || options.partitions > 10_000)
    throw new LogFailure('topic', `topic ${name}: partitions must be 1 to 10000`);
  if (known === undefined) return { name, id: nextId, cleanup: options.cleanup, partitions: options.partitions };
  if (known.partitions !== options.partitions)
    throw new LogFailure(
      'topic',
      `topic ${name} has ${known.partitions} partitions, not ${options.partitions}: keys would move between partitions. Set it back to ${known.partitions}, or choose another topic name`,
    );
  if (known.cleanup !== options.cleanup)
    throw new LogFailure('topic', `topic ${name} has cleanup '${known.cleanup}', not '${options.cleanup}'`);
  return known;
}
