import type { HttpAnswer, HttpRequest } from '../http/edge.js';
import { httpDateMs } from '../http/http-date.js';
import { isoInstant } from '../records/instant.js';
import { intervalMs, isIntraday } from '../records/interval.js';
import type { Quote } from '../records/observation.js';
import { utcToZonedDate } from '../records/zone.js';
import { isObject, type JsonObject, own, readBody } from './answer-body.js';
import { barsOf } from './bars.js';
import { statusFailure } from './http-status.js';
import { pairOf } from './instrument.js';
import type { Outcome } from './outcome.js';
import { quoteOf } from './quote-of.js';
import { type Redact, redactor } from './redact.js';
import { createRejects, type Fields, isFault, listRows, recordsOf } from './rows.js';
import type { Listed, ListingOutcome, SourceOptions, Vendor, Wanted, Work } from './source.js';

/** Kraken's own codes for coins that all others spell otherwise. */
const codes = new Map([
  ['BTC', 'XBT'],
  ['DOGE', 'XDG'],
]);
const codeOf = (name: string): string => codes.get(name) ?? name;

/** `BTC/USD` and `XBT/USD` → `XBTUSD`. */
function requestPair(symbol: string): string {
  const pair = pairOf(symbol);
  return pair ? codeOf(pair.base) + codeOf(pair.quote) : symbol.toUpperCase();
}

/** The spellings that a result key may stand for: `XXBTZUSD` is XBTUSD, `USDTZUSD` is USDTUSD; codes of four letters may carry an X (coin) or Z (currency). */
function pairsOfKey(key: string): readonly string[] {
  if (key.length !== 8) return [key];
  const [base, quote] = [key.slice(0, 4), key.slice(4)];
  const spellings = (code: string) => (/^[XZ]/.test(code) ? [code, code.slice(1)] : [code]);
  return spellings(base).flatMap(first => spellings(quote).map(second => first + second));
}

type Refusal = Exclude<Outcome, { kind: 'records' | 'unchanged' }>;

/** https://docs.kraken.com/api/docs/guides/spot-errors : errors come with status 200. */
const meanings: readonly (readonly [RegExp, (detail: string) => Refusal])[] = [
  [/Too many requests|Rate limit exceeded|Throttled/i, detail => ({ kind: 'refused', by: 'burst', detail })],
  // The vendor gives no time; asking again while it lasts prolongs it.
  [/Temporary lockout/i, detail => ({ kind: 'refused', by: 'minute', retryAfterMs: 900_000, detail })],
  [/Unknown asset pair/i, detail => ({ kind: 'unknown-symbol', detail })],
  [/^EService:|Internal error/i, detail => ({ kind: 'unavailable', detail })],
  [/Permission denied/i, detail => ({ kind: 'denied', by: 'entitlement', detail })],
  [/Invalid key/i, detail => ({ kind: 'denied', by: 'key', detail })],
];

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function refusalOf(body: JsonObject, redact: Redact): Refusal | undefined {
  const errors = listOf(own(body, 'error')).filter(
    (error): error is string => typeof error === 'string' && error.trim() !== '',
  );
  for (const [pattern, meaning] of meanings) {
    const error = errors.find(text => pattern.test(text));
    if (error !== undefined) return meaning(redact(error));
  }
  return errors.length > 0 ? { kind: 'malformed', detail: redact(errors.join(', ')) } : undefined;
}

/** The `result` object, or what there is instead: the same for all calls. Data decide; an error beside them is a warning. */
function resultOf(
  answer: HttpAnswer,
  nowMs: number,
  redact: Redact,
): { readonly result: JsonObject; readonly warning?: string } | Refusal {
  const body = readBody(answer);
  const object = body.kind === 'json' && isObject(body.value) ? body.value : undefined;
  const refusal = object && refusalOf(object, redact);
  const failure = statusFailure(answer, nowMs, refusal);
  if (failure) return failure;
  if (body.kind === 'html') return { kind: 'unavailable', detail: 'an HTML page instead of data' };
  if (body.kind === 'unreadable') return { kind: 'malformed', detail: body.detail };
  const result = object && own(object, 'result');
  if (isObject(result) && Object.keys(result).some(key => key !== 'last')) {
    return { result, ...(refusal && { warning: refusal.detail }) };
  }
  if (refusal) return refusal;
  if (isObject(result)) return { kind: 'empty', detail: 'result without a pair' };
  return { kind: 'malformed', detail: body.kind === 'nothing' ? 'empty body' : 'no result in the answer' };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** `[time s, open, high, low, close, vwap, volume, count]` */
function rowOf(row: unknown, intraday: boolean): { stamp: string; fields: Fields } {
  const [time, open, high, low, close, , volume] = listOf(row).map(textOf);
  const known = /^\d{1,11}$/.test(time ?? '');
  const stamp = known ? isoInstant(Number(time) * 1000).replace('Z', '') : (time ?? '');
  const values = { open, high, low, close, volume };
  return {
    stamp: known && !intraday ? stamp.slice(0, 10) : stamp,
    fields: new Map(Object.entries(values).map(([name, value]) => [name, value ?? ''])),
  };
}

function bars(result: JsonObject, { wanted, symbols }: Work, redact: Redact, warning?: string): Outcome {
  if (wanted.data !== 'bars') return { kind: 'malformed', detail: 'bars instead of quotes' };
  const keys = Object.keys(result).filter(key => key !== 'last');
  if (keys.length !== 1) return { kind: 'malformed', detail: redact(`result has ${keys.length} pairs`) };
  const rows = result[keys[0]!];
  if (!Array.isArray(rows)) return { kind: 'malformed', detail: 'result is no list of bars' };
  if (rows.length === 0) return { kind: 'empty', detail: 'no bars' };
  const { interval } = wanted;
  const [symbol = ''] = symbols;
  const intraday = isIntraday(interval);
  return barsOf(
    listRows(rows.map(row => rowOf(row, intraday))),
    { symbol, interval, adjusted: false, zone: 'UTC', redact },
    warning,
  );
}

/** A ticker carries no time of its own: it is as of the answer's `Date`, or of our clock where there is none, in whole seconds. */
function tickerMs({ headers }: HttpAnswer, nowMs: number): number {
  return httpDateMs(headers.date ?? '', nowMs) ?? Math.floor(nowMs / 1000) * 1000;
}

/** c last trade [price, lot]; v volume, h high, l low each [today, 24 h]; b bid and a ask first in their lists; o today's opening. */
function tickerFields(ticker: unknown): Fields {
  const field = (name: string, index: number): string => {
    const value = isObject(ticker) ? own(ticker, name) : undefined;
    return textOf(Array.isArray(value) ? value[index] : value);
  };
  const places = [
    ['price', 'c', 0],
    ['volume', 'v', 1],
    ['bid price', 'b', 0],
    ['ask price', 'a', 0],
    ['high', 'h', 1],
    ['low', 'l', 1],
    ['open', 'o', 0],
  ] as const;
  return new Map(places.map(([name, letter, index]) => [name, field(letter, index)]));
}

function quotes(result: JsonObject, work: Work, answer: HttpAnswer, redact: Redact, warning?: string): Outcome {
  const timeMs = tickerMs(answer, work.nowMs);
  const date = utcToZonedDate(timeMs, 'UTC');
  const keys = Object.keys(result);
  const byPair = new Map(keys.flatMap(key => pairsOfKey(key).map(pair => [pair, key] as const)));
  const found: Quote[] = [];
  const rejects = createRejects(redact);
  for (const symbol of work.symbols) {
    // Names of one pair that was asked alone need not be understood.
    const alone = keys.length === 1 && work.symbols.length === 1 ? keys[0] : undefined;
    const pair = requestPair(symbol);
    const key = alone ?? (Object.hasOwn(result, pair) ? pair : byPair.get(pair));
    if (key === undefined) continue;
    const fields = tickerFields(result[key]);
    const quote = quoteOf(fields, { symbol, timeMs, date });
    if (isFault(quote)) rejects.add({ stamp: key, fields }, quote);
    else found.push(quote);
  }
  const rejected = rejects.rows();
  if (found.length === 0 && rejected.length === 0)
    return { kind: 'malformed', detail: redact(`none of the pairs asked, but ${keys.slice(0, 3).join(', ')}`) };
  return recordsOf(found, rejected, warning);
}

function parse(work: Work, answer: HttpAnswer, options: SourceOptions): Outcome {
  const redact = redactor(options.apiKey);
  const found = resultOf(answer, work.nowMs, redact);
  if ('kind' in found) return found;
  if (work.wanted.data === 'bars') return bars(found.result, work, redact, found.warning);
  return quotes(found.result, work, answer, redact, found.warning);
}

function parseListing(answer: HttpAnswer, options: SourceOptions): ListingOutcome {
  const redact = redactor(options.apiKey);
  const found = resultOf(answer, Number.NaN, redact);
  if ('kind' in found) return found.kind === 'unknown-symbol' ? { kind: 'malformed', detail: found.detail } : found;
  const listed = Object.values(found.result).flatMap((pair): Listed[] => {
    const symbol = isObject(pair) ? textOf(own(pair, 'wsname')) : '';
    return pairOf(symbol) ? [{ symbol, exchange: 'Kraken', assetType: 'Crypto' }] : [];
  });
  return listed.length > 0 ? { kind: 'listing', listed } : { kind: 'malformed', detail: 'no pair has a wsname' };
}

function refuses(wanted: Wanted, symbol?: string): string | undefined {
  if (symbol !== undefined && !pairOf(symbol)) return `a pair is written as BTC/USD, not ${symbol}`;
  if (wanted.data === 'quotes') return undefined;
  if (wanted.interval === '1mo') return 'bars are 1m 5m 15m 30m 1h 1d or 1w';
  if (wanted.adjusted) return 'coins have no adjusted bars';
  return wanted.month === undefined ? undefined : 'only the newest 720 bars are there, not months';
}

function request({ wanted, symbols }: Work, { baseUrl }: SourceOptions): HttpRequest {
  const pair = [...new Set(symbols.map(requestPair))].join(',');
  if (wanted.data === 'quotes') return { url: `${baseUrl}/0/public/Ticker`, query: { pair } };
  // No `since`: it cannot reach behind the newest 720 bars, which come without it too.
  return { url: `${baseUrl}/0/public/OHLC`, query: { pair, interval: String(intervalMs(wanted.interval) / 60_000) } };
}

/** https://docs.kraken.com/api/ , public market data: no key, limits by address. The last bar is unfinished. */
export const kraken: Vendor = {
  type: 'kraken',
  title: 'Kraken',
  baseUrl: 'https://api.kraken.com',
  needsKey: false,
  limits: [{ requests: 1, perMs: 1000 }],
  concurrency: 1,
  refuses,
  maxSymbols: wanted => (wanted.data === 'quotes' && wanted.bulk ? 20 : 1),
  weight: () => 1,
  request,
  parse,
  listing: {
    request: ({ baseUrl }) => ({ url: `${baseUrl}/0/public/AssetPairs` }),
    parse: parseListing,
    weight: 1,
  },
};
