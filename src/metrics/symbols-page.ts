import type { SeriesSnapshot } from './live-view.js';
import type { SymbolState, SymbolStatus, SymbolsPage, SymbolsQuery } from './view.js';

// A series that fails comes before one that is merely old, and one that nobody expects anything of comes last.
const severity: Readonly<Record<SymbolState, number>> = {
  failing: 0,
  skipped: 1,
  overdue: 2,
  new: 3,
  current: 4,
  delisted: 5,
};

const byName = (a: SeriesSnapshot, b: SeriesSnapshot): number =>
  a.symbol < b.symbol ? -1 : a.symbol > b.symbol ? 1 : a.feed < b.feed ? -1 : a.feed > b.feed ? 1 : 0;

const byWorst = (a: SeriesSnapshot, b: SeriesSnapshot): number =>
  severity[a.state] - severity[b.state] || b.failures - a.failures || (a.asOfMs ?? 0) - (b.asOfMs ?? 0) || byName(a, b);

/** The part of all series that a query asks for. Only what is shown is turned into JSON. */
export function symbolsPage(
  series: Iterable<SeriesSnapshot>,
  query: SymbolsQuery,
  show: (series: SeriesSnapshot) => SymbolStatus,
): SymbolsPage {
  const wanted = query.search?.toUpperCase();
  const found = [...series].filter(
    ({ symbol, lists }) =>
      (query.list === undefined || lists.includes(query.list)) &&
      (wanted === undefined || symbol.toUpperCase().includes(wanted)),
  );
  const ordered = found.sort(query.worstFirst ? byWorst : byName);
  return { total: found.length, symbols: ordered.slice(0, query.limit).map(show) };
}
