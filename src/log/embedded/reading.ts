import type { Report } from '../../records/event.js';
import { LogFailure, type LogReader, type PartitionEnds, type StoredRecord } from '../log.js';
import type { Topic } from '../topics.js';
import { blockHead, decodeBlock } from './block.js';
import type { Environment } from './environment.js';
import { afterPrefix, blockKey, blockPlace, kinds, stateKey, stateKeyText, topicKey, uncheck } from './keys.js';

export type Reading = Omit<LogReader, 'identity' | 'close'> & {
  /** The offset of the next record of a partition, as committed. */
  endOf(topic: number, partition: number): number;
};

const highest = 0xffff_ffff;

/**
 * The read side, the same for the writer and for other processes. Damaged blocks and entries are skipped and reported, each once.
 * @param topicOf what is known by that name; undefined: nothing
 */
export function readingOf(
  environment: Environment,
  topics: () => Iterable<Topic>,
  topicOf: (name: string) => Topic | undefined,
  report: Report,
): Reading {
  const reported = new Set<string>();
  const damaged = (topic: string, partition: number, offset: number, records: number, reason: string): void => {
    const place = `${topic}/${partition}/${offset}`;
    if (reported.has(place)) return;
    reported.add(place);
    report({ kind: 'log-damaged', topic, partition, offset, records, reason });
  };
  const damagedEntry = (key: string): void =>
    damaged(`state ${key}`, 0, 0, 1, 'its checksum does not fit: it counts as absent');

  const edge = (topic: number, partition: number, reverse: boolean) => {
    const low = blockKey(topic, partition, 0, 0);
    const high = blockKey(topic, partition, Number.MAX_SAFE_INTEGER, highest);
    const range = reverse ? { start: high, end: low, reverse } : { start: low, end: high };
    const [key] = environment.keys({ ...range, limit: 1 });
    return key && blockPlace(key);
  };
  const endOf = (topic: number, partition: number): number => {
    const last = edge(topic, partition, true);
    return last === undefined ? 0 : last.base + last.count;
  };

  /** The key of the block that holds offset `from`, or of the place where the next would lie. */
  const firstBlock = (topic: number, partition: number, from: number): Buffer => {
    const lowest = blockKey(topic, partition, 0, 0);
    // `from` may lie within the block that begins before it.
    const before = blockKey(topic, partition, Math.max(0, from), highest);
    const [key] = environment.keys({ start: before, end: lowest, reverse: true, limit: 1 });
    const place = key && blockPlace(key);
    return place && place.base + place.count > from ? key : blockKey(topic, partition, Math.max(0, from), 0);
  };

  return {
    topics: () => Array.from(topics(), topic => topic.name),
    endOf,
    ends(name): readonly PartitionEnds[] {
      const topic = topicOf(name);
      if (topic === undefined) return [];
      return Array.from({ length: topic.partitions }, (_, partition) => ({
        partition,
        start: edge(topic.id, partition, false)?.base ?? 0,
        end: endOf(topic.id, partition),
      }));
    },
    read(name, partition, from, maxBytes): readonly StoredRecord[] {
      const topic = topicOf(name);
      if (topic === undefined) return [];
      const start = firstBlock(topic.id, partition, from);
      const end = blockKey(topic.id, partition, Number.MAX_SAFE_INTEGER, highest);
      const records: StoredRecord[] = [];
      let bytes = 0;
      for (const { key, value } of environment.entries({ start, end })) {
        const place = blockPlace(key);
        for (const record of sound(name, value, place)) {
          if (record.offset < from) continue;
          bytes += record.value.length + record.key.length;
          if (bytes > maxBytes && records.length > 0) return records;
          records.push(record);
        }
        if (bytes >= maxBytes) break;
      }
      return records;
    },
    committedMs(name, partition, offset) {
      const topic = topicOf(name);
      if (topic === undefined) return undefined;
      const start = firstBlock(topic.id, partition, offset);
      const end = blockKey(topic.id, partition, Number.MAX_SAFE_INTEGER, highest);
      const [entry] = [...environment.entries({ start, end, limit: 1 })];
      return entry && entry.value.length >= 40 ? blockHead(entry.value).timeMs : undefined;
    },
    get(text) {
      const key = stateKey(text);
      const entry = environment.get(key);
      const value = entry && uncheck(key, entry);
      if (entry && !value) damagedEntry(text);
      return value;
    },
    *range(prefix) {
      const end = afterPrefix(stateKey(prefix));
      let start = stateKey(prefix);
      // By slices: an iteration that its user leaves unfinished must not hold back pages from reuse.
      for (;;) {
        const slice = [...environment.entries({ start, end, limit: 256 })];
        for (const { key, value: entry } of slice) {
          const value = uncheck(key, entry);
          if (value) yield [stateKeyText(key), value] as const;
          else damagedEntry(stateKeyText(key));
        }
        const last = slice.at(-1);
        if (last === undefined || slice.length < 256) return;
        start = Buffer.concat([last.key, Buffer.from([0])]);
      }
    },
  };

  function sound(name: string, value: Buffer, place: ReturnType<typeof blockPlace>): StoredRecord[] {
    try {
      return decodeBlock(value, place);
    } catch (error) {
      damaged(name, place.partition, place.base, place.count, (error as Error).message);
      return [];
    }
  }
}

/** What the database says of itself and of its topics. */
export interface Catalogue {
  readonly identity: string | undefined;
  readonly topics: ReadonlyMap<string, Topic>;
}

/** @throws LogFailure `damaged`: without its topics nothing of a log can be understood */
export function readCatalogue(environment: Environment): Catalogue {
  let identity: string | undefined;
  const topics = new Map<string, Topic>();
  for (const { key, value } of environment.entries({
    start: topicKey(0),
    end: afterPrefix(Buffer.from([kinds.topic])),
  })) {
    const text = uncheck(key, value);
    if (text === undefined) throw new LogFailure('damaged', 'the list of topics is damaged');
    const id = key.readUInt16BE(1);
    if (id === 0) identity = (JSON.parse(text.toString()) as { identity: string }).identity;
    else {
      const topic = { ...(JSON.parse(text.toString()) as Omit<Topic, 'id'>), id };
      topics.set(topic.name, topic);
    }
  }
  return { identity, topics };
}
