import { blockHead } from './block.js';
import type { Change, Environment } from './environment.js';
import { type BlockPlace, blockKey, blockPlace } from './keys.js';

/** Oldest block of a partition, and what it takes. */
interface Head {
  readonly key: Buffer;
  readonly place: BlockPlace;
  readonly commit: number;
  readonly bytes: number;
}

/** What a commit removes to make room. */
export interface Retirement {
  readonly changes: readonly Change[];
  readonly bytes: number;
  /** Per partition: how many records went, and the offset that is the oldest now. */
  readonly partitions: readonly { topic: number; partition: number; records: number; start: number; bytes: number }[];
}

export interface Retention {
  /** Counts a block that is stored. */
  add(topic: number, partition: number, bytes: number): void;
  /**
   * What must go when `bytes` more come, and at least `needed` bytes if there are so many that may go. Takes effect with `settle` only, so that a commit that
   * failed has forgotten nothing.
   */
  plan(bytes: number, needed: number): Retirement;
  settle(retirement: Retirement): void;
}

/** Space that a value takes in lmdb: whole pages when it is large. Upper bound to a few bytes. */
export const footprint = (bytes: number): number =>
  bytes > 1900 ? Math.ceil((bytes + 24) / 4096) * 4096 + 64 : bytes + 48;

/**
 * Holds the blocks of all topics with cleanup `delete` together below `retainBytes`, the oldest go first over all partitions.
 * The newest block of each partition stays, because the next offset is read off it.
 * Holds one head per partition in memory.
 * @param removable false for a block that a reader has not had who must not be overtaken: the forwarder, or a lake
 */
export function createRetention(
  environment: Environment,
  retainBytes: number,
  removable: (place: BlockPlace) => boolean,
): Retention {
  const stored = new Map<number, { readonly topic: number; readonly partition: number }>();
  const heads = new Map<number, Head>();
  let total = 0;
  const slot = (topic: number, partition: number): number => topic * 0x1_0000 + partition;

  const headAfter = (topic: number, partition: number, from: number): Head | undefined => {
    const start = blockKey(topic, partition, from, 0);
    const end = blockKey(topic, partition, Number.MAX_SAFE_INTEGER, 0);
    const [key, newer] = environment.keys({ start, end, limit: 2 });
    const value = key && newer && environment.get(key);
    return value && { key, place: blockPlace(key), commit: commitOf(value), bytes: footprint(value.length) };
  };
  return {
    add(topic, partition, bytes) {
      total += bytes;
      const at = slot(topic, partition);
      if (!stored.has(at)) stored.set(at, { topic, partition });
    },
    plan(bytes, needed) {
      let excess = Math.max(total + bytes - retainBytes, needed);
      const changes: Change[] = [];
      const gone = new Map<number, Retirement['partitions'][number]>();
      let freed = 0;
      const ahead = new Map<number, Head | undefined>();
      while (excess > 0) {
        let oldest: [number, Head] | undefined;
        for (const [at, { topic, partition }] of stored) {
          if (!ahead.has(at)) {
            const head = heads.get(at) ?? headAfter(topic, partition, 0);
            if (head) heads.set(at, head);
            ahead.set(at, head);
          }
          const head = ahead.get(at);
          if (head && removable(head.place) && (!oldest || head.commit < oldest[1].commit)) oldest = [at, head];
        }
        if (oldest === undefined) break;
        const [at, head] = oldest;
        const { topic, partition, base, count } = head.place;
        changes.push([head.key, undefined]);
        excess -= head.bytes;
        freed += head.bytes;
        const records = (gone.get(at)?.records ?? 0) + count;
        gone.set(at, {
          topic,
          partition,
          records,
          start: base + count,
          bytes: (gone.get(at)?.bytes ?? 0) + head.bytes,
        });
        ahead.set(at, headAfter(topic, partition, base + count));
      }
      return { changes, bytes: freed, partitions: [...gone.values()] };
    },
    settle(retirement) {
      for (const { topic, partition, bytes } of retirement.partitions) {
        const at = slot(topic, partition);
        total -= bytes;
        heads.delete(at);
      }
    },
  };
}

/** A block that is too damaged to have a number counts as the oldest. */
const commitOf = (value: Buffer): number => (value.length < 40 ? 0 : blockHead(value).commit);
