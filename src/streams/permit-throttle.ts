import { from, map, type ObservableInput, type OperatorFunction, take, throwIfEmpty } from 'rxjs';
import { groupWhileBusy } from './group-while-busy.js';

/**
 * Delays each element until a permit for it has arrived.
 *
 * - Emits: element and permit, in the order of the elements, when `permits()` has given its first value. One request for a permit at a time.
 * - Holds at most: what upstream sends while a permit is awaited; it slows nobody down. Use it behind `pullMap`, whose lanes bound that.
 * - Error: of the source or of `permits`, or a `permits()` that completes without a value (no element is dropped silently):
 *   ends the stream, what waits is dropped.
 * - Unsubscribing: gives up the request for a permit that is under way.
 */
export function permitThrottle<T, P>(
  permits: () => ObservableInput<P>,
): OperatorFunction<T, { readonly item: T; readonly permit: P }> {
  return groupWhileBusy(
    ([item]: T[]) =>
      from(permits()).pipe(
        take(1),
        throwIfEmpty(() => new Error('no permit was given')),
        map(permit => ({ item: item as T, permit })),
      ),
    { maxCount: 1 },
  );
}
