import type { Moment } from './budget-clock.js';
import type { Limit } from './limit.js';
import { isFixed, type WallWindow, wallWindows } from './wall-window.js';

/** One call that was permitted. It is open until it has an answer. */
export interface Charge {
  readonly seq: number;
  readonly weight: number;
  /** Steady ms of the permit. */
  readonly atMs: number;
}

export interface Usage {
  readonly limit: Limit;
  readonly used: number;
  /** When a fixed window starts anew; when the oldest answered call leaves a sliding one. Undefined where nothing is going to change by itself. */
  readonly resetsAtMs: number | undefined;
}

/**
 * Counts calls in stacked windows. A call counts in a sliding window from its permit until `perMs` after its answer, and in every fixed window
 * that the time from permit to answer touches: whenever between the two the vendor counted it, its own window is not exceeded.
 *
 * Holds one entry for each call that counts in some window, so at most the sum of `requests` of the limits. Each operation costs O(limits),
 * however many calls are counted: answers come in the order of time, so every window is a range of one queue.
 */
export interface Ledger {
  /** 0 when a call of this weight may be permitted, else ms until it may, as far as known; Infinity while only an answer can make room. */
  waitMs(weight: number, now: Moment): number;
  /** Counts a call from `now` on. Whether it fits is the caller's to ask. */
  reserve(weight: number, now: Moment): Charge;
  /** The answer came. */
  settle(charge: Charge, now: Moment): void;
  /** The call was never made: it counts nowhere. */
  cancel(charge: Charge): void;
  /** The calls that stopped counting in every window since it was last asked. */
  expired(now: Moment): readonly Charge[];
  usage(now: Moment): readonly Usage[];
  /** Calls without an answer, and their weight together. */
  readonly open: number;
  readonly openWeight: number;
  /** Other limits from now on. What left all windows of the old ones is forgotten, so a longer window begins with what the old ones still knew. */
  setLimits(limits: readonly Limit[]): void;
  /**
   * Counts by one limit more, which was learned and may change at any time: it is read at each decision. One call fits into an empty window,
   * whatever its weight, and what is told of usage leaves it out. It begins with what the others still know.
   */
  learn(limit: Limit): void;
  unlearn(limit: Limit): void;
  /** Weight that counts in a declared or learned limit. */
  count(limit: Limit, now: Moment): number;
  /** The greatest weight that can ever be permitted. */
  readonly maxWeight: number;
}

/** A call of an earlier run: its answer came at `doneMs`, on the clock that is the wall clock of this start. */
export interface RestoredCharge extends Charge {
  readonly doneMs: number;
}

interface Settled {
  readonly charge: Charge;
  readonly done: Moment;
}

/** A window over the queue of answered calls: those from `head` on count. */
interface Window {
  readonly limit: Limit;
  head: number;
  /** Weight of the answered calls that count. */
  weight: number;
  /** Ms until this answered call stops counting; not positive when it has. */
  leftMs(entry: Settled, now: Moment): number;
  /** When it starts anew, for a fixed one. */
  endMs(now: Moment): number | undefined;
}

export function createLedger(limits: readonly Limit[], restored: readonly RestoredCharge[] = []): Ledger {
  const queue: Settled[] = [];
  // Index of `queue[0]` counted from the beginning: entries are dropped in front while windows keep their heads.
  let dropped = 0;
  let gone = 0;
  let openWeight = 0;
  let seq = 0;
  const open = new Set<Charge>();
  let windows = limits.flatMap(windowsOf);
  let learned: Window[] = [];

  const push = (entry: Settled): void => {
    queue.push(entry);
    for (const window of windows) window.weight += entry.charge.weight;
    for (const window of learned) window.weight += entry.charge.weight;
  };

  /** New windows count all that is in the queue from an index on. */
  function begin(created: readonly Window[], head: number): void {
    const weight = queue.slice(head - dropped).reduce((sum, entry) => sum + entry.charge.weight, 0);
    for (const window of created) Object.assign(window, { head, weight });
  }

  for (const { doneMs, ...charge } of [...restored].sort((a, b) => a.doneMs - b.doneMs)) {
    push({ charge, done: { steadyMs: doneMs, laggingMs: doneMs } });
    seq = Math.max(seq, charge.seq + 1);
  }

  function advance(window: Window, now: Moment): void {
    for (let entry = queue[window.head - dropped]; entry !== undefined; entry = queue[window.head - dropped]) {
      if (window.leftMs(entry, now) > 0) return;
      window.weight -= entry.charge.weight;
      window.head += 1;
    }
  }

  function waitFor(window: Window, weight: number, now: Moment, most: number): number {
    advance(window, now);
    if (openWeight + weight > most) return Number.POSITIVE_INFINITY;
    let excess = openWeight + window.weight + weight - most;
    let entry: Settled | undefined;
    for (let index = window.head - dropped; excess > 0; index++) {
      entry = queue[index]!;
      excess -= entry.charge.weight;
    }
    return entry ? window.leftMs(entry, now) : 0;
  }

  return {
    waitMs(weight, now) {
      let waitMs = 0;
      for (const window of windows) waitMs = Math.max(waitMs, waitFor(window, weight, now, window.limit.requests));
      for (const window of learned)
        waitMs = Math.max(waitMs, waitFor(window, weight, now, Math.max(weight, window.limit.requests)));
      return waitMs;
    },
    reserve(weight, now) {
      const charge = { seq: seq++, weight, atMs: now.steadyMs };
      open.add(charge);
      openWeight += weight;
      return charge;
    },
    settle(charge, now) {
      if (!open.delete(charge)) throw new Error(`call ${charge.seq} is not open`);
      openWeight -= charge.weight;
      push({ charge, done: now });
    },
    cancel(charge) {
      if (!open.delete(charge)) throw new Error(`call ${charge.seq} is not open`);
      openWeight -= charge.weight;
    },
    expired(now) {
      for (const window of windows) advance(window, now);
      for (const window of learned) advance(window, now);
      const head = Math.min(dropped + queue.length, ...windows.map(window => window.head));
      const charges = queue.slice(gone - dropped, head - dropped).map(entry => entry.charge);
      gone = head;
      const unused = Math.min(gone, ...learned.map(window => window.head)) - dropped;
      // Cutting the front costs the length of what is left, so only when that is the smaller part.
      if (unused > queue.length / 2) {
        queue.splice(0, unused);
        dropped += unused;
      }
      return charges;
    },
    usage: now =>
      [...new Set(windows.map(window => window.limit))].map(limit => {
        const both = windows.filter(window => window.limit === limit);
        for (const window of both) advance(window, now);
        const used = openWeight + Math.max(...both.map(window => window.weight));
        const fixedEnds = both.flatMap(window => window.endMs(now) ?? []);
        const oldest = queue[both[0]!.head - dropped];
        const leavesMs = oldest && Math.ceil(now.steadyMs + both[0]!.leftMs(oldest, now));
        return { limit, used, resetsAtMs: fixedEnds.length > 0 ? Math.max(...fixedEnds) : leavesMs };
      }),
    get open() {
      return open.size;
    },
    get openWeight() {
      return openWeight;
    },
    get maxWeight() {
      return Math.min(...windows.map(window => window.limit.requests), Number.MAX_SAFE_INTEGER);
    },
    setLimits(changed) {
      windows = changed.flatMap(windowsOf);
      begin(windows, gone);
    },
    learn(limit) {
      const created = windowsOf(limit);
      begin(created, dropped);
      learned.push(...created);
    },
    unlearn(limit) {
      learned = learned.filter(window => window.limit !== limit);
    },
    count(limit, now) {
      let weight = 0;
      for (const window of [...windows, ...learned]) {
        if (window.limit !== limit) continue;
        advance(window, now);
        weight = Math.max(weight, window.weight);
      }
      return openWeight + weight;
    },
  };
}

/**
 * A fixed window is counted by both clocks, and a call must fit by either: whichever of them is right after a jump, the window is not exceeded.
 */
function windowsOf(limit: Limit): Window[] {
  if (!isFixed(limit)) return [slidingWindow(limit)];
  return [fixedWindow(limit, 'steadyMs'), fixedWindow(limit, 'laggingMs')];
}

const slidingWindow = (limit: Limit): Window => ({
  limit,
  head: 0,
  weight: 0,
  leftMs: ({ done }, now) => done.steadyMs + limit.perMs - now.steadyMs,
  endMs: () => undefined,
});

function fixedWindow(limit: Limit & { readonly resetsAt: string }, clock: keyof Moment): Window {
  const windowAt = wallWindows(limit);
  let current: WallWindow = { startMs: 0, endMs: Number.NEGATIVE_INFINITY };
  const at = (ms: number): WallWindow => {
    if (ms >= current.endMs) current = windowAt(ms);
    return current;
  };
  return {
    limit,
    head: 0,
    weight: 0,
    leftMs: ({ done }, now) => {
      const { startMs, endMs } = at(now[clock]);
      return done[clock] < startMs ? 0 : endMs - now[clock];
    },
    endMs: now => at(now[clock]).endMs,
  };
}
