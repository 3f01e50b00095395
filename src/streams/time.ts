import { asyncScheduler, type SchedulerAction, type SchedulerLike, type Subscription } from 'rxjs';

/**
 * Time as an argument: an rxjs scheduler whose `now()` is the wall clock in epoch milliseconds (it may jump, as real ones do),
 * and a monotonic clock beside it for durations. Delays are never affected by jumps of the wall clock.
 */
export interface Time extends SchedulerLike {
  /** Milliseconds since an arbitrary start; never goes back. */
  monotonicMs(): number;
}

/** Node fires a timer of more milliseconds at once: the wait for next month's quota would become a busy loop. */
const longestMs = 2 ** 31 - 1;

function schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delayMs = 0, state?: T): Subscription {
  if (delayMs <= longestMs) return asyncScheduler.schedule(work, delayMs, state);
  return asyncScheduler.schedule(function () {
    this.add(schedule(work, delayMs - longestMs, state));
  }, longestMs);
}

/** Real time. Delays may be of any length; `Infinity` never comes. */
export const realTime: Time = {
  now: () => asyncScheduler.now(),
  schedule,
  monotonicMs: () => performance.now(),
};

/** A source of chance in [0, 1), like `Math.random`. */
export type Random = () => number;
