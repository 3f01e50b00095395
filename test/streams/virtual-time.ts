import { type SchedulerAction, Subscription } from 'rxjs';
import type { Time } from '../../src/streams/time.js';

export interface VirtualTime extends Time {
  /** Runs what falls due within the next `ms` (inclusive), each at its own instant, and lets everything that follows from it settle. */
  advance(ms: number): Promise<void>;
  /**
   * Runs timers one by one until the condition holds; it is asked before the first and after each.
   * Rejects when nothing is due any more, or when `withinMs` of virtual time (a day when absent) have passed.
   */
  runUntil(condition: () => boolean, withinMs?: number): Promise<void>;
  /** The wall clock jumps; the monotonic clock and timers do not notice. */
  jumpWall(ms: number): void;
  /** Real I/O inside virtual time: the clock stands still until the promise has settled. @returns the same promise */
  hold<T>(promise: Promise<T>): Promise<T>;
  /** Timers that wait. */
  readonly waiting: number;
}

interface Timer {
  readonly dueMs: number;
  readonly order: number;
  readonly run: () => void;
}

// Tests of one file run side by side: without telling our own immediates from others, two virtual times would wait for each other for ever.
let ownImmediates = 0;

const nextTurn = (): Promise<void> =>
  new Promise(resolve => {
    ownImmediates += 1;
    setImmediate(() => {
      ownImmediates -= 1;
      resolve();
    });
  });

const foreignImmediates = (): boolean =>
  process.getActiveResourcesInfo().filter(resource => resource === 'Immediate').length > ownImmediates;

/**
 * Time that passes only when the test says so. Timers run by due time and, among equal ones, in the order in which they were set;
 * between two timers all microtasks, all setImmediate callbacks and all held promises are waited for. What a timer throws rejects `advance`.
 * @param startMs wall clock at the start, epoch ms
 */
export function createVirtualTime(startMs: number): VirtualTime {
  const timers: Timer[] = [];
  const held = new Set<Promise<unknown>>();
  let elapsedMs = 0;
  let wallOffsetMs = startMs;
  let order = 0;

  /** Where a timer with this due time and order stands or would stand. */
  const place = (dueMs: number, nth: number): number => {
    let low = 0;
    let high = timers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = timers[middle]!;
      if (other.dueMs < dueMs || (other.dueMs === dueMs && other.order < nth)) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const set = (run: () => void, delayMs: number): Timer => {
    order += 1;
    const timer = { dueMs: elapsedMs + Math.max(0, delayMs), order, run };
    timers.splice(place(timer.dueMs, timer.order), 0, timer);
    return timer;
  };
  const cancel = (timer: Timer | undefined): void => {
    if (timer === undefined) return;
    const at = place(timer.dueMs, timer.order);
    if (timers[at] === timer) timers.splice(at, 1);
  };

  function schedule<T>(work: (this: SchedulerAction<T>, state: T) => void, delayMs = 0, state?: T): Subscription {
    let timer: Timer | undefined;
    const action = new Subscription(() => cancel(timer)) as SchedulerAction<T>;
    // rxjs re-schedules an action from within its work (interval, timer, repeat): the same subscription then stands for the next run.
    action.schedule = (nextState?: T, nextDelayMs = 0) => {
      cancel(timer);
      timer = undefined;
      if (action.closed || nextDelayMs === Number.POSITIVE_INFINITY) return action;
      timer = set(() => {
        timer = undefined;
        work.call(action, nextState as T);
      }, nextDelayMs);
      return action;
    };
    return action.schedule(state, delayMs);
  }

  const settle = async (): Promise<void> => {
    do {
      await nextTurn();
      while (held.size > 0) await Promise.race(held);
    } while (foreignImmediates());
  };
  const runNext = async (): Promise<void> => {
    const timer = timers.shift()!;
    elapsedMs = timer.dueMs;
    timer.run();
    await settle();
  };

  return {
    now: () => wallOffsetMs + elapsedMs,
    monotonicMs: () => elapsedMs,
    schedule: schedule as Time['schedule'],
    async advance(ms) {
      const untilMs = elapsedMs + ms;
      await settle();
      while (timers.length > 0 && timers[0]!.dueMs <= untilMs) await runNext();
      elapsedMs = untilMs;
    },
    async runUntil(condition, withinMs = 86_400_000) {
      const untilMs = elapsedMs + withinMs;
      await settle();
      while (!condition()) {
        if (timers.length === 0)
          throw new Error(`nothing is due after ${elapsedMs} ms and the condition does not hold`);
        if (timers[0]!.dueMs > untilMs) throw new Error(`the condition does not hold within ${withinMs} ms`);
        await runNext();
      }
    },
    jumpWall(ms) {
      wallOffsetMs += ms;
    },
    hold(promise) {
      const settled: Promise<void> = promise.then(
        () => void held.delete(settled),
        () => void held.delete(settled),
      );
      held.add(settled);
      return promise;
    },
    get waiting() {
      return timers.length;
    },
  };
}
