import { defer, type ObservableInput, type OperatorFunction } from 'rxjs';
import { type Waiting, whileBusy } from './while-busy.js';

/**
 * For a consumer that is slower than its source and wants only the newest state of each key.
 *
 * - Emits: the values of the effects, one effect at a time. While one runs, the newest element per key waits, in the place of the key's first
 *   arrival; an older one is dropped. A source that completes is followed by effects for all keys that wait, then by completion.
 * - Holds at most: one element per key.
 * - Error: of the source, of an effect, or thrown by `keyOf` or `effect`: ends the stream at once; what waits is dropped.
 * - Unsubscribing: unsubscribes source and effect; what waits is dropped.
 */
export function conflateByKey<T, R>(
  keyOf: (item: T) => string,
  effect: (item: T) => ObservableInput<R>,
): OperatorFunction<T, R> {
  return source => defer(() => whileBusy(source, newestPerKey(keyOf), effect));
}

function newestPerKey<T>(keyOf: (item: T) => string): Waiting<T, T> {
  const newest = new Map<string, T>();
  return {
    put: item => void newest.set(keyOf(item), item),
    get empty() {
      return newest.size === 0;
    },
    take() {
      const [key, item] = newest.entries().next().value as [string, T];
      newest.delete(key);
      return item;
    },
  };
}
