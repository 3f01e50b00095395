import { type SchedulerAction, Subscription } from 'rxjs';
import type { Time } from '../streams/time.js';

/** Where a fast clock comes from. Two processes with equal origins read the same time. */
export interface FastOrigin {
  /** Epoch ms of the real clock at which the fast one showed `startMs`. */
  readonly originRealMs: number;
  readonly startMs: number;
  /** Fast seconds per real second, above 0. */
  readonly speed: number;
}

/**
 * A clock that runs `speed` times as fast: `now()` and `monotonicMs()` advance faster, delays end sooner.
 * Timers have a resolution of 1 ms of real time, so delays are late by up to about `speed` fast milliseconds, and a busy process by more:
 * at 60 a delay of a second is good to 10 %, at 1000 it is no longer one.
 */
export function fastTime(real: Time, { originRealMs, startMs, speed }: FastOrigin): Time {
  return {
    now: () => startMs + (real.now() - originRealMs) * speed,
    monotonicMs: () => real.monotonicMs() * speed,
    schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delayMs = 0, state?: T): Subscription {
      const held: { inner?: SchedulerAction<T> } = {};
      // Operators such as `interval` reschedule through the action that they are given, so that has to be fast as well.
      const action: SchedulerAction<T> = Object.assign(new Subscription(), {
        schedule(next?: T, waitMs = 0): Subscription {
          held.inner?.schedule(next, waitMs / speed);
          return action;
        },
      });
      function run(this: SchedulerAction<T>, next?: T): void {
        held.inner = this;
        work.call(action, next);
      }
      action.add(real.schedule<T>(run, delayMs / speed, state as T));
      return action;
    },
  };
}
