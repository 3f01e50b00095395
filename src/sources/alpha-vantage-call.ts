import type { HttpRequest } from '../http/edge.js';
import { type Interval, intervalMs, isIntraday } from '../records/interval.js';
import { compactSuffices } from './alpha-vantage-compact.js';
import { assetClassOf, type Pair, pairOf } from './instrument.js';
import type { AssetClass, SourceOptions, Wanted, Work } from './source.js';

/** Which of Alpha Vantage's functions serves a piece of work, and under which key its answer carries the rows. */
export interface Call {
  readonly name: string;
  /** How the key of the block begins; the vendor appends to it, e.g. ` - DATA DELAYED BY 15 MINUTES`. */
  readonly block: string;
  readonly assetClass: AssetClass;
  /** For FX and crypto. */
  readonly pair: Pair | undefined;
}

const words = { '1d': 'Daily', '1w': 'Weekly', '1mo': 'Monthly' } as const;
type Word = (typeof words)[keyof typeof words];
const wordOf = (interval: Interval): Word | undefined =>
  interval in words ? words[interval as keyof typeof words] : undefined;

/** `5m` → `5min`, `1h` → `60min`. */
export const minutesOf = (interval: Interval): string => `${intervalMs(interval) / 60_000}min`;

function seriesCall(wanted: Wanted & { data: 'bars' }, assetClass: AssetClass): Pick<Call, 'name' | 'block'> {
  const word = wordOf(wanted.interval);
  const minutes = minutesOf(wanted.interval);
  if (assetClass === 'fx') {
    return word
      ? { name: `FX_${word.toUpperCase()}`, block: `Time Series FX (${word})` }
      : { name: 'FX_INTRADAY', block: `Time Series FX (${minutes})` };
  }
  if (assetClass === 'crypto') {
    return word
      ? { name: `DIGITAL_CURRENCY_${word.toUpperCase()}`, block: `Time Series (Digital Currency ${word})` }
      : { name: 'CRYPTO_INTRADAY', block: `Time Series Crypto (${minutes})` };
  }
  if (!word) return { name: 'TIME_SERIES_INTRADAY', block: `Time Series (${minutes})` };
  const name = `TIME_SERIES_${word.toUpperCase()}${wanted.adjusted ? '_ADJUSTED' : ''}`;
  if (word === 'Daily') return { name, block: 'Time Series (Daily)' };
  return { name, block: `${word} ${wanted.adjusted ? 'Adjusted ' : ''}Time Series` };
}

export function callOf({ wanted, symbols }: Pick<Work, 'wanted' | 'symbols'>): Call {
  const symbol = symbols[0] ?? '';
  const assetClass = assetClassOf(symbol, wanted.assetClass);
  const pair = assetClass === 'equity' ? undefined : pairOf(symbol);
  if (wanted.data === 'bars') return { ...seriesCall(wanted, assetClass), assetClass, pair };
  if (assetClass !== 'equity') {
    return { name: 'CURRENCY_EXCHANGE_RATE', block: 'Realtime Currency Exchange Rate', assetClass, pair };
  }
  if (wanted.bulk) return { name: 'REALTIME_BULK_QUOTES', block: 'data', assetClass, pair };
  return { name: 'GLOBAL_QUOTE', block: 'Global Quote', assetClass, pair };
}

/** Tells the key of the block: the vendor lengthens keys at will. */
export function blockKey({ block }: Call): (key: string) => boolean {
  const start = block.toLowerCase();
  return key => key.toLowerCase().startsWith(start);
}

/**
 * A US symbol in the vendor's spelling, measured against its listing: class `BRK.B` → `BRK-B`, preferred `ABR$D` → `ABR-P-D`, warrant `AACT.WS` →
 * `AACT-WS`. Suffixes of foreign exchanges stay: `TSCO.LON`. Upper case.
 */
export const vendorSymbol = (symbol: string): string =>
  symbol
    .toUpperCase()
    .replace(/^([A-Z]+)\$([A-Z])$/, '$1-P-$2')
    .replace(/^([A-Z]+)\.([A-Z]|WS)$/, '$1-$2');

function instrument({ name, pair }: Call, symbols: readonly string[]): Record<string, string> {
  if (!pair) return { symbol: symbols.map(vendorSymbol).join(',') };
  if (name === 'CURRENCY_EXCHANGE_RATE') return { from_currency: pair.base, to_currency: pair.quote };
  if (name.startsWith('FX_')) return { from_symbol: pair.base, to_symbol: pair.quote };
  return { symbol: pair.base, market: pair.quote };
}

function seriesQuery(work: Work, { name, assetClass }: Call): Record<string, string> {
  if (work.wanted.data !== 'bars') return {};
  const { interval, adjusted, month, extendedHours } = work.wanted;
  const intraday = isIntraday(interval);
  const sized = intraday || name === 'FX_DAILY' || (assetClass === 'equity' && interval === '1d');
  return {
    ...(intraday && { interval: minutesOf(interval) }),
    // The vendor's own default is true: prices would change under a feed that never asked for it.
    ...(name === 'TIME_SERIES_INTRADAY' && { adjusted: String(adjusted) }),
    ...(name === 'TIME_SERIES_INTRADAY' && extendedHours !== undefined && { extended_hours: String(extendedHours) }),
    ...(name === 'TIME_SERIES_INTRADAY' && month !== undefined && { month }),
    ...(sized && { outputsize: month !== undefined || !compactSuffices(work, assetClass) ? 'full' : 'compact' }),
  };
}

// A bulk answer without entitlement is invented, and only its `message` tells; CSV has no message. Exchange rates have no CSV.
const jsonOnly = new Set(['REALTIME_BULK_QUOTES', 'CURRENCY_EXCHANGE_RATE']);
const entitled = new Set(['TIME_SERIES_INTRADAY', 'GLOBAL_QUOTE']);

/** https://www.alphavantage.co/documentation/ : everything is in the query. */
export function requestOf(work: Work, options: SourceOptions): HttpRequest {
  const call = callOf(work);
  return {
    url: `${options.baseUrl}/query`,
    query: {
      function: call.name,
      ...instrument(call, work.symbols),
      ...seriesQuery(work, call),
      ...(options.format === 'csv' && !jsonOnly.has(call.name) && { datatype: 'csv' }),
      ...(options.entitlement !== undefined && entitled.has(call.name) && { entitlement: options.entitlement }),
      apikey: options.apiKey,
    },
  };
}
