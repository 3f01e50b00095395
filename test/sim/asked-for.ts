import type { HttpRequest } from '../../src/http/edge.js';
import type { FeedSpec } from '../../src/ingest/feed-desk.js';

const forms: Readonly<Record<string, string>> = {
  TIME_SERIES_DAILY: '1d',
  FX_DAILY: '1d',
  DIGITAL_CURRENCY_DAILY: '1d',
};

/** What a call asks for: an interval, `quote`, or `listing`, and of which symbols. */
export function askedFor({ query = {} }: HttpRequest): { readonly form: string; readonly symbols: readonly string[] } {
  const { function: name = '', interval, symbol = '', from_symbol: from, to_symbol: to, market } = query;
  if (name === 'LISTING_STATUS') return { form: 'listing', symbols: [] };
  const form = interval === undefined ? (forms[name] ?? 'quote') : interval.replace('min', 'm').replace('60m', '1h');
  if (from !== undefined) return { form, symbols: [`${from}/${to}`] };
  if (market !== undefined) return { form, symbols: [`${symbol}/${market}`] };
  return { form, symbols: symbol.split(',') };
}

/** The form in which a feed asks. */
export const formOf = ({ feed: { wanted } }: FeedSpec): string => (wanted.data === 'bars' ? wanted.interval : 'quote');

/** `series/alpha-vantage|SYM|bar|1m|false|topic` → `SYM|1m`; `…|quote||topic` → `SYM|quote`. */
export function seriesOfKey(key: string): string {
  const [, symbol = '', kind = '', interval = ''] = key.split('|');
  return `${symbol}|${kind === 'bar' ? interval : 'quote'}`;
}
