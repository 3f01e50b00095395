import { map, Observable, type OperatorFunction, type SchedulerLike, Subject, takeUntil } from 'rxjs';

export interface BatchBounds<T> {
  readonly maxCount: number;
  readonly maxBytes: number;
  /** Bytes of one element, at least 0. */
  readonly sizeOf: (item: T) => number;
  /** How long the oldest element of a batch waits for others. */
  readonly maxAgeMs: number;
  readonly scheduler: SchedulerLike;
}

/**
 * Collects elements into arrays, in order.
 *
 * - Emits: a batch when it has `maxCount` elements or reaches `maxBytes`, when the next element would take it beyond `maxBytes`, or when its oldest
 *   element is `maxAgeMs` old. Never an empty one. An element larger than `maxBytes` goes alone. Completion of the source flushes, then completes.
 * - Holds at most: one batch: `maxCount` elements, `maxBytes` bytes (or one larger element).
 * - Error: of the source, or thrown by `sizeOf`: passed on at once; the unfinished batch is dropped.
 * - Unsubscribing: cancels the timer; the unfinished batch is dropped.
 */
export function batchBy<T>({
  maxCount,
  maxBytes,
  sizeOf,
  maxAgeMs,
  scheduler,
}: BatchBounds<T>): OperatorFunction<T, T[]> {
  return source =>
    new Observable(subscriber => {
      const closed = new Subject<void>();
      let batch: T[] = [];
      let bytes = 0;
      let age: { unsubscribe(): void } | undefined;

      const flush = (): void => {
        age?.unsubscribe();
        age = undefined;
        if (batch.length === 0) return;
        const full = batch;
        batch = [];
        bytes = 0;
        subscriber.next(full);
      };

      subscriber.add(() => {
        age?.unsubscribe();
        closed.next();
      });
      source
        .pipe(
          map(item => ({ item, size: sizeOf(item) })),
          takeUntil(closed),
        )
        .subscribe({
          next: ({ item, size }) => {
            if (bytes + size > maxBytes) flush();
            batch.push(item);
            bytes += size;
            if (batch.length >= maxCount || bytes >= maxBytes) flush();
            else if (batch.length === 1) age = scheduler.schedule(flush, maxAgeMs);
          },
          error: error => subscriber.error(error),
          complete: () => {
            flush();
            subscriber.complete();
          },
        });
    });
}
