import type { Delivery } from '../../src/simulator/answer.js';
import type { Market } from '../../src/simulator/market.js';
import type { TruthBar, TruthQuote } from '../../src/simulator/truth.js';

/** What the record of one bar or quote has to say. */
export interface Row {
  readonly timeMs: number;
  readonly time: string;
  readonly date: string;
  readonly truth: TruthBar | TruthQuote;
}

/** A number as text, without the zeros at its end that vendors add or leave out. */
export const canonical = (value: unknown): string => {
  const text = typeof value === 'string' ? value : '';
  return text.endsWith('0') && text.includes('.') ? text.replace(/\.?0+$/, '') : text;
};

/** Canonical, as the id has them. */
export const valuesOf = (truth: TruthBar | TruthQuote): string =>
  ('startMs' in truth
    ? [truth.open, truth.high, truth.low, truth.close, truth.volume]
    : [truth.price, truth.volume, undefined, undefined]
  )
    .map(canonical)
    .join(',');

const barRow = (truth: TruthBar): Row => ({
  timeMs: truth.startMs,
  time: truth.time,
  date: truth.date,
  truth,
});

/** A single quote carries the day only, so that its time is that day. */
function quoteRow(truth: TruthQuote, name: string): Row {
  const timeMs = name === 'GLOBAL_QUOTE' ? Date.parse(truth.date) : truth.timeMs;
  const time = new Date(timeMs).toISOString().replace('.000Z', 'Z');
  return { timeMs, time, date: truth.date, truth };
}

/** What an answer said of one symbol, oldest first. */
export function rowsOf(market: Market, symbol: string, delivery: Delivery): Row[] {
  const { interval, bars = 0, newest, oldestMs = 0, asOfMs, quotes = [] } = delivery;
  if (interval === undefined || newest === undefined)
    return quotes.filter(quote => quote.symbol === symbol).map(quote => quoteRow(quote, delivery.function));
  return market.barsAt(symbol, interval, { asOfMs, fromMs: oldestMs, toMs: newest.startMs, count: bars }).map(barRow);
}
