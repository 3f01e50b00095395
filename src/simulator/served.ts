import type { Delivery } from './answer.js';

/** One call that was answered with data to the last byte. */
export interface Served extends Delivery {
  /** From 0, without holes. */
  readonly seq: number;
  /** When the last byte was handed to the operating system, by the simulator's clock. */
  readonly atMs: number;
}

/** What was served, newest 20,000. Whoever needs all of a long run takes `onServed`. */
export interface ServedLog {
  add(delivery: Delivery, atMs: number): void;
  /** Entries from `seq` on (inclusive) that are still held. */
  since(seq: number): readonly Served[];
  readonly count: number;
}

export function createServedLog(onServed: (served: Served) => void, most = 20_000): ServedLog {
  let held: Served[] = [];
  let count = 0;
  return {
    add(delivery, atMs) {
      const served = { seq: count++, atMs, ...delivery };
      held.push(served);
      if (held.length >= most * 2) held = held.slice(-most);
      onServed(served);
    },
    since: seq => held.slice(-most).filter(served => served.seq >= seq),
    get count() {
      return count;
    },
  };
}
