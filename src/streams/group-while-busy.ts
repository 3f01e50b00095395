import { defer, type ObservableInput, type OperatorFunction } from 'rxjs';
import { type Waiting, whileBusy } from './while-busy.js';

/** `maxBytes` bounds the sum of `sizeOf` over a group; an element that is larger by itself is a group of its own. */
export type GroupBounds<T> =
  | { readonly maxCount: number }
  | { readonly maxCount: number; readonly maxBytes: number; readonly sizeOf: (item: T) => number };

/**
 * Group commit: while one effect runs, what arrives waits, and goes together into the next. Idle costs no delay, load makes the groups larger.
 *
 * - Emits: the values of the effects, one effect at a time, groups and elements in the order of arrival. The first element starts an effect at once.
 *   A source that completes is followed by effects for all that waits, then by completion.
 * - Holds at most: what arrives while an effect runs. There is no bound in here: upstream bounds it (`credits`, `pullMap`). A group never exceeds
 *   `maxCount` and `maxBytes`; the rest stays for the next.
 * - Error: of the source, of an effect, or thrown by `effect` or `sizeOf`: ends the stream at once; what waits is dropped, the running effect unsubscribed.
 * - Unsubscribing: unsubscribes source and effect; what waits is dropped.
 */
export function groupWhileBusy<T, R>(
  effect: (group: T[]) => ObservableInput<R>,
  bounds: GroupBounds<T>,
): OperatorFunction<T, R> {
  if (!(bounds.maxCount >= 1)) throw new RangeError('maxCount is at least 1');
  return source => defer(() => whileBusy(source, queue(bounds), effect));
}

function queue<T>(bounds: GroupBounds<T>): Waiting<T, T[]> {
  const { maxCount } = bounds;
  const { maxBytes, sizeOf } = 'maxBytes' in bounds ? bounds : { maxBytes: 0, sizeOf: () => 0 };
  let items: T[] = [];
  let head = 0;

  return {
    put: item => void items.push(item),
    get empty() {
      return head === items.length;
    },
    take() {
      let end = head + 1;
      let bytes = sizeOf(items[head] as T);
      for (; end < items.length && end - head < maxCount; end += 1) {
        bytes += sizeOf(items[end] as T);
        if (bytes > maxBytes) break;
      }
      const group = items.slice(head, end);
      head = end;
      // Copying only when half is gone keeps the cost per element constant however long the queue is.
      if (head * 2 >= items.length) {
        items = items.slice(head);
        head = 0;
      }
      return group;
    },
  };
}
