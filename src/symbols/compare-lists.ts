import type { Listed } from '../sources/source.js';

/** What became of a list's symbols between two snapshots. A renamed symbol is in `renamed` alone. */
export interface ListChanges {
  readonly listed: readonly Listed[];
  readonly delisted: readonly Listed[];
  readonly renamed: readonly { readonly from: Listed; readonly to: Listed }[];
  /** The same symbol with another name, exchange or asset type. */
  readonly redescribed: readonly Listed[];
}

/**
 * A rename is claimed only where it cannot be mistaken: a symbol went, another came with the very same name, exchange and asset type,
 * and no other symbol of either snapshot bears that name (share classes and funds of one company do).
 */
export function compareLists(before: readonly Listed[], after: readonly Listed[]): ListChanges {
  const old = new Map(before.map(one => [one.symbol, one]));
  const fresh = new Map(after.map(one => [one.symbol, one]));
  const gone = before.filter(one => !fresh.has(one.symbol));
  const come = after.filter(one => !old.has(one.symbol));
  const soleBearers = [uniqueNames(before), uniqueNames(after)];
  const heirs = new Map(come.map(one => [descriptionOf(one), one]));
  const renamed = gone.flatMap(from => {
    const to = heirs.get(descriptionOf(from));
    return to && from.name !== undefined && soleBearers.every(names => names.has(from.name!)) ? [{ from, to }] : [];
  });
  const moved = new Set(renamed.flatMap(({ from, to }) => [from, to]));
  return {
    listed: come.filter(one => !moved.has(one)),
    delisted: gone.filter(one => !moved.has(one)),
    renamed,
    redescribed: after.filter(one => {
      const was = old.get(one.symbol);
      return was !== undefined && descriptionOf(was) !== descriptionOf(one);
    }),
  };
}

const descriptionOf = ({ name, exchange, assetType }: Listed): string => JSON.stringify([name, exchange, assetType]);

function uniqueNames(listed: readonly Listed[]): Set<string> {
  const once = new Set<string>();
  const seen = new Set<string>();
  for (const { name } of listed) {
    if (name === undefined) continue;
    if (seen.has(name)) once.delete(name);
    else once.add(name);
    seen.add(name);
  }
  return once;
}
