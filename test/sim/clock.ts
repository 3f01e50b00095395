import { type SchedulerAction, Subscription } from 'rxjs';
import type { Time } from '../../src/streams/time.js';

/** The true time of a simulated world. It passes from one timer to the next and stands still while anything follows from one. */
export interface WorldClock {
  /** Epoch ms. */
  now(): number;
  /** Calls `work` in so many ms, rounded up; at once means after all that is due already. */
  after(delayMs: number, work: () => void): Subscription;
  /** Runs timers until the condition holds, which is asked between them, or none is left. */
  runUntil(condition: () => boolean): Promise<void>;
  /** Timers that have run. */
  readonly steps: number;
  /** By how much the machine's wall clock is wrong. Every process of the world sees it. */
  wallOffsetMs: number;
  /** The time of one process. */
  process(): ProcessTime;
}

export interface ProcessTime extends Time {
  /** The process is dead: none of its timers comes any more, and it can set no other. */
  kill(): void;
}

interface Timer {
  readonly dueMs: number;
  readonly order: number;
  /** Undefined once it was cancelled. */
  work: (() => void) | undefined;
}

const isBefore = (a: Timer, b: Timer): boolean => a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);

/**
 * Everything is whole milliseconds. Between two timers the microtasks drain and one turn of the event loop passes, which is all that the
 * actors need; there is no other I/O. (test/streams/virtual-time.ts asks the process for foreign immediates after each timer: half of a day's cost.)
 */
export function createWorldClock(startMs: number): WorldClock {
  const timers = createHeap();
  let nowMs = startMs;
  let [order, steps] = [0, 0];

  function set(delayMs: number, work: () => void): Timer {
    const timer: Timer = { dueMs: nowMs + Math.max(0, Math.ceil(delayMs)), order: order++, work };
    timers.put(timer);
    return timer;
  }

  const clock: WorldClock = {
    now: () => nowMs,
    after(delayMs, work) {
      const timer = set(delayMs, work);
      return new Subscription(() => {
        timer.work = undefined;
      });
    },
    async runUntil(condition) {
      await turn();
      while (!condition()) {
        const timer = timers.take();
        if (timer === undefined) return;
        if (timer.work === undefined) continue;
        nowMs = timer.dueMs;
        steps++;
        timer.work();
        await turn();
      }
    },
    get steps() {
      return steps;
    },
    wallOffsetMs: 0,
    process() {
      let isAlive = true;
      const bornMs = nowMs;
      const schedule = <T>(work: (this: SchedulerAction<T>, state: T) => void, delayMs = 0, state?: T) => {
        let timer: Timer | undefined;
        const cancel = (): void => {
          if (timer !== undefined) timer.work = undefined;
        };
        const action = new Subscription(cancel) as SchedulerAction<T>;
        action.schedule = (nextState?: T, nextDelayMs = 0) => {
          cancel();
          if (!isAlive || action.closed || nextDelayMs === Number.POSITIVE_INFINITY) return action;
          timer = set(nextDelayMs, () => {
            if (isAlive) work.call(action, nextState as T);
          });
          return action;
        };
        return action.schedule(state, delayMs);
      };
      return {
        now: () => nowMs + clock.wallOffsetMs,
        monotonicMs: () => nowMs - bornMs,
        schedule: schedule as Time['schedule'],
        kill() {
          isAlive = false;
        },
      };
    },
  };
  return clock;
}

const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

/** A binary heap. Cancelled timers stay until their time comes. */
function createHeap(): { put(timer: Timer): void; take(): Timer | undefined } {
  const heap: Timer[] = [];
  return {
    put(timer) {
      let at = heap.length;
      while (at > 0) {
        const parent = (at - 1) >> 1;
        if (!isBefore(timer, heap[parent]!)) break;
        heap[at] = heap[parent]!;
        at = parent;
      }
      heap[at] = timer;
    },
    take() {
      const first = heap[0];
      const last = heap.pop();
      if (first === undefined || last === undefined || heap.length === 0) return first;
      let at = 0;
      for (;;) {
        let child = 2 * at + 1;
        if (child >= heap.length) break;
        if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
        if (!isBefore(heap[child]!, last)) break;
        heap[at] = heap[child]!;
        at = child;
      }
      heap[at] = last;
      return first;
    },
  };
}
