import type { Quote } from '../records/observation.js';
import { isZone, zonedToUtcMs } from '../records/zone.js';
import { vendorSymbol } from './alpha-vantage-call.js';
import { fieldsOf, sameSymbol } from './alpha-vantage-fields.js';
import { isObject } from './answer-body.js';
import type { Pair } from './instrument.js';
import type { Outcome } from './outcome.js';
import { quoteOf } from './quote-of.js';
import type { Redact } from './redact.js';
import { createRejects, type Fault, type Fields, isFault, type Row, recordsOf } from './rows.js';

const usZone = 'US/Eastern';

/** In the hour that the change to winter repeats, a stamp means the time of the two that is nearer to the call. */
const halfHourMs = 1_800_000;

const twice: Fault = { code: 'conflict', detail: 'the answer has this symbol twice' };

const another = (detail: string): Outcome => ({ kind: 'malformed', detail });

function outcomeOf(row: Row, quote: Quote | Fault, redact: Redact, warning?: string): Outcome {
  const rejects = createRejects(redact);
  if (isFault(quote)) rejects.add(row, quote);
  return recordsOf(isFault(quote) ? [] : [quote], rejects.rows(), warning);
}

/** GLOBAL_QUOTE: carries the trading day only, so that its time is that day at 00:00Z. */
export function dayQuote(fields: Fields, symbol: string, redact: Redact, warning?: string): Outcome {
  const named = fields.get('symbol');
  if (!sameSymbol(named, symbol)) return another(redact(`quote of ${named}, not of ${symbol}`));
  const date = fields.get('latest trading day') ?? '';
  const timeMs = /^\d{4}-\d\d-\d\d$/.test(date) ? zonedToUtcMs(date, 'UTC') : undefined;
  return outcomeOf({ stamp: date, fields }, quoteOf(fields, { symbol, timeMs, date }), redact, warning);
}

/** CURRENCY_EXCHANGE_RATE: bid and ask may be `-` or missing. */
export function rateQuote(fields: Fields, symbol: string, pair: Pair, redact: Redact, warning?: string): Outcome {
  const from = fields.get('from currency code');
  const to = fields.get('to currency code');
  if (!sameSymbol(from, pair.base) || !sameSymbol(to, pair.quote)) {
    return another(redact(`rate of ${from}/${to}, not of ${symbol}`));
  }
  const zone = fields.get('time zone') || 'UTC';
  if (!isZone(zone)) return another(redact(`unknown time zone ${zone}`));
  const stamp = fields.get('last refreshed') ?? '';
  const priced = new Map([...fields, ['price', fields.get('exchange rate') ?? '']]);
  const at = { symbol, timeMs: zonedToUtcMs(stamp, zone), date: stamp.slice(0, 10) };
  return outcomeOf({ stamp, fields: priced }, quoteOf(priced, at), redact, warning);
}

/**
 * REALTIME_BULK_QUOTES, already known to be no invented sample. A symbol that the vendor does not know is missing, or a row of empty texts.
 * @param nowMs of the call
 */
export function bulkQuotes(
  rows: readonly unknown[],
  symbols: readonly string[],
  nowMs: number,
  redact: Redact,
): Outcome {
  const asked = new Map(symbols.map(symbol => [vendorSymbol(symbol), symbol]));
  const quotes = new Map<string, Quote>();
  const rejects = createRejects(redact);
  for (const row of rows) {
    const fields = fieldsOf(isObject(row) ? Object.entries(row) : []);
    const stamp = fields.get('timestamp') ?? '';
    const price = fields.get('close') ?? '';
    const symbol = asked.get(vendorSymbol(fields.get('symbol') ?? ''));
    if (symbol === undefined) {
      rejects.add({ stamp, fields }, { code: 'other-symbol', detail: 'a symbol that was not asked for' });
      continue;
    }
    if (stamp === '' && price === '') continue;
    const priced = new Map([...fields, ['price', price]]);
    const at = { symbol, timeMs: zonedToUtcMs(stamp, usZone, nowMs - halfHourMs), date: stamp.slice(0, 10) };
    const quote = quotes.has(symbol) ? twice : quoteOf(priced, at);
    if (isFault(quote)) rejects.add({ stamp, fields: priced }, quote);
    else quotes.set(symbol, quote);
  }
  const rejected = rejects.rows();
  if (quotes.size === 0 && rejected.length === 0) return { kind: 'empty', detail: 'no symbol of the list has a quote' };
  return quotes.size === 0 && rejected.length > 1
    ? another(redact(`none of ${rows.length} rows can be read: ${rejected[0]!.detail}`))
    : recordsOf([...quotes.values()], rejected);
}
