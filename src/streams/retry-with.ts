import { type MonoTypeOperatorFunction, retry, type SchedulerLike, throwError, timer } from 'rxjs';

/**
 * Subscribes again after an error, when and as long as `delayOf` says so: what an error deserves (Retry-After, back-off, giving up) is decided there.
 *
 * - Emits: the values of all attempts.
 * - Holds at most: one timer.
 * - Error: passed on when `delayOf` returns undefined; an error thrown by `delayOf` is passed on too.
 * - Unsubscribing: unsubscribes the attempt or cancels the timer.
 *
 * @param delayOf milliseconds to wait, or undefined to give up. `attempt` counts the failures since the last value, from 1.
 */
export function retryWith<T>({
  delayOf,
  scheduler,
}: {
  readonly delayOf: (error: unknown, attempt: number) => number | undefined;
  readonly scheduler: SchedulerLike;
}): MonoTypeOperatorFunction<T> {
  return retry({
    delay: (error: unknown, attempt) => {
      const delayMs = delayOf(error, attempt);
      return delayMs === undefined ? throwError(() => error) : timer(delayMs, scheduler);
    },
    resetOnSuccess: true,
  });
}
