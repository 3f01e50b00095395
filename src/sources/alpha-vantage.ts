import type { HttpAnswer } from '../http/edge.js';
import { isIntraday } from '../records/interval.js';
import { readAnswer } from './alpha-vantage-answer.js';
import { blockKey, callOf, requestOf } from './alpha-vantage-call.js';
import { csvOutcome } from './alpha-vantage-csv.js';
import { jsonOutcome } from './alpha-vantage-json.js';
import { alphaVantageListing } from './alpha-vantage-listing.js';
import { assetClassOf, pairOf } from './instrument.js';
import type { Outcome } from './outcome.js';
import { redactor } from './redact.js';
import type { SourceOptions, Vendor, Wanted, Work } from './source.js';

function refuses(wanted: Wanted, symbol = ''): string | undefined {
  const assetClass = assetClassOf(symbol, wanted.assetClass);
  if (/[\s,]/.test(symbol)) return `a symbol has no blanks or commas: ${symbol}`;
  if (assetClass !== 'equity' && symbol !== '' && !pairOf(symbol))
    return `${assetClass} is written as a pair such as EUR/USD or BTC/USD, not ${symbol}`;
  if (wanted.data === 'quotes')
    return wanted.bulk && assetClass !== 'equity' ? 'bulk quotes are for US stocks only' : undefined;
  if (wanted.adjusted && assetClass !== 'equity') return 'adjusted bars are for stocks only';
  if (wanted.month === undefined) return undefined;
  if (assetClass !== 'equity' || !isIntraday(wanted.interval)) return 'months are for intraday bars of stocks only';
  return /^\d{4}-(?:0[1-9]|1[0-2])$/.test(wanted.month) ? undefined : 'a month is written as YYYY-MM';
}

function parse(work: Work, answer: HttpAnswer, options: SourceOptions): Outcome {
  const redact = redactor(options.apiKey);
  const isBlock = work.wanted.data === 'bars' ? blockKey(callOf(work)) : undefined;
  const read = readAnswer(answer, work.nowMs, redact, isBlock);
  if (read.kind === 'json') return jsonOutcome(read.value, work, redact);
  // Refusals are JSON even when CSV was asked for, so that the bytes decide and not what was asked.
  return read.kind === 'text' ? csvOutcome(read.text, work, redact) : read;
}

/** https://www.alphavantage.co/documentation/ . Refusals come with status 200, and there are no headers that tell the quota. */
export const alphaVantage: Vendor = {
  type: 'alpha-vantage',
  title: 'Alpha Vantage',
  baseUrl: 'https://www.alphavantage.co',
  needsKey: true,
  // The free plan. The hour at which its day begins is not documented; the vendor keeps New York time elsewhere.
  limits: [
    { requests: 1, perMs: 1000 },
    { requests: 25, perMs: 86_400_000, resetsAt: '00:00', zone: 'America/New_York' },
  ],
  concurrency: 1,
  refuses,
  maxSymbols: wanted => (wanted.data === 'quotes' && wanted.bulk ? 100 : 1),
  weight: () => 1,
  endpoint: (wanted, symbol) => callOf({ wanted, symbols: [symbol] }).name,
  request: requestOf,
  parse,
  listing: alphaVantageListing,
};
