import { defer, Observable, type ObservableInput, Subject, takeUntil, tap } from 'rxjs';

/** What arrived while an effect was running; the bound, if any, is the owner's. */
export interface Waiting<T, G> {
  put(item: T): void;
  readonly empty: boolean;
  /** What the next effect gets; called only when not empty. */
  take(): G;
}

/**
 * The loop under `groupWhileBusy` and `conflateByKey`: one effect at a time over what waits.
 *
 * - Emits: the values of the effects. A source that completes is followed by effects until nothing waits, then by completion.
 * - Holds at most: what `waiting` holds and one effect.
 * - Error: of the source, of an effect, or thrown by `put`, `take` or `effect`: ends the stream at once.
 * - Unsubscribing: unsubscribes source and effect.
 *
 * A loop, not recursion: synchronous effects over a long queue use no stack.
 */
export function whileBusy<T, G, R>(
  source: Observable<T>,
  waiting: Waiting<T, G>,
  effect: (group: G) => ObservableInput<R>,
): Observable<R> {
  return new Observable(subscriber => {
    // Ends source and effect even while they are still emitting synchronously, when there is no subscription to hold on to yet.
    const closed = new Subject<void>();
    subscriber.add(() => closed.next());
    let busy = false;
    let looping = false;
    let ended = false;

    const run = (): void => {
      if (looping) return;
      looping = true;
      while (!busy && !waiting.empty && !subscriber.closed) {
        busy = true;
        defer(() => effect(waiting.take()))
          .pipe(takeUntil(closed))
          .subscribe({
            next: value => subscriber.next(value),
            error: error => subscriber.error(error),
            complete: () => {
              busy = false;
              run();
            },
          });
      }
      looping = false;
      if (ended && !busy) subscriber.complete();
    };

    source
      .pipe(
        tap(item => waiting.put(item)),
        takeUntil(closed),
      )
      .subscribe({
        next: run,
        error: error => subscriber.error(error),
        complete: () => {
          ended = true;
          run();
        },
      });
  });
}
