import { defer, filter, map, type OperatorFunction } from 'rxjs';

/** In the order of the snapshots: `added` and `changed` of the newer one, `removed` of the older one. */
export interface Changes<T> {
  readonly added: readonly T[];
  readonly removed: readonly T[];
  readonly changed: readonly { readonly before: T; readonly after: T }[];
}

/**
 * Turns whole snapshots into differences. Of several elements with one key the last counts.
 *
 * - Emits: what differs from the snapshot before; the first is compared with nothing. Silent when nothing differs.
 * - Holds at most: the newest snapshot.
 * - Error: of the source, or thrown by `keyOf` or `equals`: passed on.
 * - Unsubscribing: forgets the snapshot; another subscription begins with nothing again.
 */
export function changes<T>(
  keyOf: (item: T) => string,
  equals: (before: T, after: T) => boolean,
): OperatorFunction<readonly T[], Changes<T>> {
  return source =>
    defer(() => {
      let known: ReadonlyMap<string, T> = new Map();
      return source.pipe(
        map(snapshot => {
          const before = known;
          const after = new Map(snapshot.map(item => [keyOf(item), item]));
          const kept = [...after].filter(([key]) => before.has(key));
          const difference: Changes<T> = {
            added: [...after].filter(([key]) => !before.has(key)).map(([, item]) => item),
            removed: [...before].filter(([key]) => !after.has(key)).map(([, item]) => item),
            changed: kept
              .map(([key, item]) => ({ before: before.get(key) as T, after: item }))
              .filter(pair => !equals(pair.before, pair.after)),
          };
          known = after;
          return difference;
        }),
        filter(({ added, removed, changed }) => added.length + removed.length + changed.length > 0),
      );
    });
}
