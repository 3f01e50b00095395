import type { Charge } from './ledger.js';

const peakMs = 10_000;

/** What was permitted within one window length, counted as the source would if calls took no time. Steady ms. Holds one entry a permit of the last window. */
export interface RecentPermits {
  /** @returns weight permitted in the window that ends with this call, and ms since the permit before it */
  took(charge: Charge): { readonly count: number; readonly gapMs: number };
  count(nowMs: number): number;
  /** Ms until the oldest permit leaves the window; Infinity when it is empty. */
  leavesInMs(nowMs: number): number;
  /** The greatest count of the last 10 to 20 s. */
  readonly peak: number;
}

export function createRecentPermits(windowMs: number): RecentPermits {
  let permits: Charge[] = [];
  let head = 0;
  let weight = 0;
  let spanMs = Number.NEGATIVE_INFINITY;
  let [peak, peakBefore] = [0, 0];

  function slide(nowMs: number): void {
    for (let first = permits[head]; first !== undefined && first.atMs <= nowMs - windowMs; first = permits[head]) {
      weight -= first.weight;
      head += 1;
    }
    // Cutting the front costs the length of what is left, so only when that is the smaller part. The last permit stays: the next gap is from it.
    if (head < 64 || head * 2 < permits.length) return;
    const gone = Math.min(head, permits.length - 1);
    permits = permits.slice(gone);
    head -= gone;
  }

  function notePeak(nowMs: number): void {
    if (nowMs >= spanMs + peakMs) {
      peakBefore = nowMs < spanMs + 2 * peakMs ? peak : 0;
      peak = 0;
      spanMs = nowMs;
    }
    peak = Math.max(peak, weight);
  }

  return {
    took(charge) {
      const last = permits.at(-1);
      slide(charge.atMs);
      permits.push(charge);
      weight += charge.weight;
      notePeak(charge.atMs);
      return { count: weight, gapMs: last ? charge.atMs - last.atMs : Number.POSITIVE_INFINITY };
    },
    count(nowMs) {
      slide(nowMs);
      return weight;
    },
    leavesInMs(nowMs) {
      slide(nowMs);
      const oldest = permits[head];
      return oldest ? oldest.atMs + windowMs - nowMs : Number.POSITIVE_INFINITY;
    },
    get peak() {
      return Math.max(peak, peakBefore);
    },
  };
}
