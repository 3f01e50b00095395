import { asyncScheduler, type SchedulerLike } from 'rxjs';

/**
 * Time as an argument: an rxjs scheduler whose `now()` is the wall clock in epoch milliseconds (it may jump, as real ones do),
 * and a monotonic clock beside it for durations. Delays are never affected by jumps of the wall clock.
 */
export interface Time extends SchedulerLike {
  /** Milliseconds since an arbitrary start; never goes back. */
  monotonicMs(): number;
}

/** Real time. */
export const realTime: Time = {
  now: () => asyncScheduler.now(),
  schedule: asyncScheduler.schedule.bind(asyncScheduler),
  monotonicMs: () => performance.now(),
};

/** A source of chance in [0, 1), like `Math.random`. */
export type Random = () => number;
