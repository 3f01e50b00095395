import type { Listed } from '../sources/source.js';
import { refused, type Snapshot, snapshotOf } from './snapshot.js';
import { symbolFault } from './symbol-fault.js';

interface Filter {
  readonly exchange?: readonly string[];
  readonly assetType?: readonly string[];
}

/**
 * A vendor's listing down to what the user asked for. Rows without a usable symbol are left out, because a single odd row among
 * twelve thousand must not hold up the list; that too many are missing is noticed as a shrink. Test tickers stay: nothing marks them.
 */
export function selectListed(listed: readonly Listed[], { exchange, assetType }: Filter): Snapshot {
  const usable = listed.filter(({ symbol }) => symbolFault(symbol) === undefined);
  const selected = usable.filter(one => matches(one.exchange, exchange) && matches(one.assetType, assetType));
  if (selected.length > 0 || usable.length === 0) return snapshotOf(selected);
  const seen = (field: 'exchange' | 'assetType') =>
    [...new Set(usable.map(one => one[field] ?? 'none'))].slice(0, 20).join(', ');
  return refused(
    `none of its ${usable.length} symbols has the exchange and assetType asked for; exchanges: ${seen('exchange')}; asset types: ${seen('assetType')}`,
  );
}

const matches = (value: string | undefined, wanted: readonly string[] | undefined): boolean =>
  wanted === undefined || wanted.some(one => one.toLowerCase() === value?.toLowerCase());
