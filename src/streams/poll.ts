import {
  defer,
  ignoreElements,
  merge,
  type Observable,
  type ObservableInput,
  repeat,
  type SchedulerLike,
  timer,
} from 'rxjs';

/**
 * Runs an effect again and again, never two at once.
 *
 * - Emits: the values of the effect. The first run starts on subscription, each next one `everyMs` after the start of the last, or when the last
 *   ends if that is later. Missed starts are not made up for. Never completes.
 * - Holds at most: one running effect and one timer.
 * - Error: of the effect, or thrown by the function: ends the polling (`retryWith` inside the effect keeps it going).
 * - Unsubscribing: unsubscribes the running effect and the timer.
 *
 * The pace is a timer, not a difference of clock readings: a wall clock that jumps neither skips nor repeats a run.
 */
export function poll<T>(
  effect: () => ObservableInput<T>,
  { everyMs, scheduler }: { readonly everyMs: number; readonly scheduler: SchedulerLike },
): Observable<T> {
  return defer(() => merge(timer(everyMs, scheduler).pipe(ignoreElements()), defer(effect))).pipe(repeat());
}
