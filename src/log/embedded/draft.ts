import type { Commit, Position } from '../log.js';
import type { Topic } from '../topics.js';
import { type Block, encodeBlocks, encodePacked, placeBlock } from './block.js';
import type { Change, Environment } from './environment.js';
import { blockKey, checked, indexKey, stateKey, uncheck } from './keys.js';
import { footprint } from './retention.js';

/** A commit as bytes, but for the places that only the transaction gives it. Shares no memory with what the caller handed over. */
export interface Prepared {
  readonly batches: readonly {
    readonly topic: Topic;
    readonly partition: number;
    readonly count: number;
    readonly blocks: readonly Block[];
    /** Keys of the records of a compact topic, one block each. */
    readonly keys: readonly string[];
  }[];
  readonly state: readonly Change[];
  readonly records: number;
  /** Like a forwarder's progress, and other state alone: taken beyond the cap. */
  readonly makesRoom: boolean;
  /** Upper bound of what it adds to the live pages, removals not subtracted. */
  readonly bytes: number;
  /** The part of it that retention counts. */
  readonly retainedBytes: number;
}

export function prepareCommit(commit: Commit, topics: readonly Topic[]): Prepared {
  let records = 0;
  let bytes = 0;
  let retainedBytes = 0;
  const batches = commit.batches.map((batch, i) => {
    const topic = topics[i]!;
    const compact = topic.cleanup === 'compact';
    const [count, blocks] =
      'packed' in batch
        ? [batch.packed.count, [encodePacked(batch.packed)]]
        : [
            batch.records.length,
            compact ? batch.records.flatMap(one => encodeBlocks([one])) : encodeBlocks(batch.records),
          ];
    records += count;
    const size = blocks.reduce((sum, block) => sum + footprint(block.bytes.length), 0);
    bytes += size;
    if (!compact) retainedBytes += size;
    const keys = compact && 'records' in batch ? batch.records.map(({ key }) => key) : [];
    for (const key of keys) bytes += 64 + 3 * key.length;
    return { topic, partition: batch.partition, count, blocks, keys };
  });
  const state = (commit.state ?? []).map(([name, value]): Change => {
    const key = stateKey(name);
    if (value) bytes += key.length + footprint(value.length);
    return [key, value && checked(key, value)];
  });
  const makesRoom = commit.makesRoom ?? records === 0;
  return { batches, state, records, makesRoom, bytes, retainedBytes };
}

/** One transaction in the making. */
export interface Draft {
  add(prepared: Prepared): Position[];
  changes(): Change[];
  readonly records: number;
  readonly bytes: number;
  /** Next offsets once it has happened, by `topic/partition`. */
  readonly ends: Map<string, number>;
  /** Blocks that retention counts. */
  readonly retained: readonly (readonly [topic: number, partition: number, bytes: number])[];
}

const id = (key: Buffer): string => key.toString('latin1');

export function createDraft(given: {
  readonly environment: Environment;
  readonly endOf: (topic: number, partition: number) => number;
  readonly commit: number;
  readonly timeMs: number;
}): Draft {
  const { environment, endOf, commit, timeMs } = given;
  /** By key, so that a later change of the same key replaces an earlier one. */
  const changes = new Map<string, Change>();
  const put = (key: Buffer, value: Buffer | undefined): void => {
    changes.set(id(key), [key, value]);
  };
  const ends = new Map<string, number>();
  const retained: [number, number, number][] = [];
  let records = 0;
  let bytes = 0;

  /** Removes the live record of a key, as the index has it: within this draft or before it. */
  const supersede = (index: Buffer, topic: number, partition: number): void => {
    const drafted = changes.get(id(index));
    const entry = drafted ? drafted[1] : environment.get(index);
    const place = entry && uncheck(index, entry);
    if (!place) return;
    const block = blockKey(topic, partition, Number(place.readBigUInt64LE()), 1);
    if (changes.get(id(block))?.[1]) changes.delete(id(block));
    else put(block, undefined);
  };

  return {
    ends,
    retained,
    get records() {
      return records;
    },
    get bytes() {
      return bytes;
    },
    changes: () => [...changes.values()],
    add(prepared) {
      records += prepared.records;
      bytes += prepared.bytes;
      const positions = prepared.batches.map(({ topic, partition, count, blocks, keys }) => {
        const slot = `${topic.id}/${partition}`;
        const offset = ends.get(slot) ?? endOf(topic.id, partition);
        let base = offset;
        blocks.forEach((block, i) => {
          placeBlock(block, { topic: topic.id, partition, base, commit, timeMs });
          if (topic.cleanup === 'compact') {
            const index = indexKey(topic.id, partition, keys[i]!);
            supersede(index, topic.id, partition);
            const place = Buffer.alloc(8);
            place.writeBigUInt64LE(BigInt(base));
            put(index, checked(index, place));
          } else retained.push([topic.id, partition, footprint(block.bytes.length)]);
          put(blockKey(topic.id, partition, base, block.count), block.bytes);
          base += block.count;
        });
        ends.set(slot, base);
        return { topic: topic.name, partition, offset, count };
      });
      for (const [key, value] of prepared.state) put(key, value);
      return positions;
    },
  };
}
