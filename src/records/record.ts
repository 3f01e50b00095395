import { canonicalDecimal, type Decimal } from './decimal.js';
import { type Interval, intervals } from './interval.js';
import { JsonBytes } from './json-bytes.js';
import type { Bar, Observation, Quote } from './observation.js';

/** What makes an observation a record. `source` is the source's type; `seenAt` UTC ISO-8601 with milliseconds. */
export interface Stamp {
  readonly id: string;
  readonly source: string;
  readonly seenAt: string;
  /** From 0; grows by 1 when a re-fetch has other values for the same time. */
  readonly revision: number;
  /** Bars: it can no longer change by passing of time. */
  readonly final: boolean;
}

/** How decimals are written: as text with the source's digits, or as JSON numbers with the same digits. */
export type Decimals = 'string' | 'number';

const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** A decimal as a JSON number with the same digits, where JSON allows them. */
export const jsonDecimal = (text: Decimal): string => (jsonNumber.test(text) ? text : canonicalDecimal(text));

/** What is written for an observation. */
export interface Stamped {
  readonly observation: Observation;
  readonly stamp: Stamp;
}

const shared = new JsonBytes();

/** The records as they go to the log, each one JSON object. They share memory, so a few dozen at once. */
export function encodeRecords(stamped: readonly Stamped[], decimals: Decimals): Uint8Array[] {
  const ends = stamped.map(({ observation, stamp }) => {
    writeRecord(shared, observation, stamp, decimals);
    return shared.length;
  });
  const bytes = shared.take();
  let start = 0;
  return ends.map(end => {
    const record = bytes.subarray(start, end);
    start = end;
    return record;
  });
}

/** One record: fields in a fixed order, prices with the source's digits. A property test holds it equal to `JSON.stringify`. */
export function writeRecord(to: JsonBytes, observation: Observation, stamp: Stamp, decimals: Decimals): void {
  to.plain('{"id":');
  to.quoted(stamp.id);
  to.raw(seriesBytes(stamp.source, observation));
  to.quoted(observation.time);
  to.plain(',"date":');
  to.quoted(observation.date);
  const isNumber = decimals === 'number';
  if (observation.kind === 'bar') writeBar(to, observation, stamp, isNumber);
  else writeQuote(to, observation, isNumber);
  to.plain(',"seenAt":');
  to.quoted(stamp.seenAt);
  to.plain(',"revision":');
  to.plain(String(stamp.revision));
  to.plain('}');
}

function writeBar(to: JsonBytes, bar: Bar, { final }: Stamp, isNumber: boolean): void {
  writeDecimal(to, ',"open":', bar.open, isNumber);
  writeDecimal(to, ',"high":', bar.high, isNumber);
  writeDecimal(to, ',"low":', bar.low, isNumber);
  writeDecimal(to, ',"close":', bar.close, isNumber);
  writeDecimal(to, ',"volume":', bar.volume, isNumber);
  writeDecimal(to, ',"adjustedClose":', bar.adjustedClose, isNumber);
  writeDecimal(to, ',"dividend":', bar.dividend, isNumber);
  writeDecimal(to, ',"splitFactor":', bar.splitFactor, isNumber);
  if (bar.currency !== undefined) {
    to.plain(',"currency":');
    to.quoted(bar.currency);
  }
  to.plain(final ? ',"final":true' : ',"final":false');
}

function writeQuote(to: JsonBytes, quote: Quote, isNumber: boolean): void {
  writeDecimal(to, ',"price":', quote.price, isNumber);
  writeDecimal(to, ',"open":', quote.open, isNumber);
  writeDecimal(to, ',"high":', quote.high, isNumber);
  writeDecimal(to, ',"low":', quote.low, isNumber);
  writeDecimal(to, ',"previousClose":', quote.previousClose, isNumber);
  writeDecimal(to, ',"volume":', quote.volume, isNumber);
  writeDecimal(to, ',"bid":', quote.bid, isNumber);
  writeDecimal(to, ',"ask":', quote.ask, isNumber);
}

function writeDecimal(to: JsonBytes, name: string, value: Decimal | undefined, isNumber: boolean): void {
  if (value === undefined) return;
  to.plain(name);
  if (isNumber) to.plain(jsonDecimal(value));
  else to.quoted(value);
}

// What the records of a series share, by symbol, of the source and the kind of bars that came last: a file may change its symbol with every row.
const mostKnown = 4096;
const known = new Map<string, Uint8Array>();
let knownSource = '';
let knownForm = '';

/** From behind the id to before the time. */
function seriesBytes(source: string, one: Observation): Uint8Array {
  const form = one.kind === 'bar' ? formOf(one.interval, one.adjusted) : '';
  if (source !== knownSource || form !== knownForm || known.size >= mostKnown) {
    known.clear();
    knownSource = source;
    knownForm = form;
  }
  const found = known.get(one.symbol);
  if (found !== undefined) return found;
  const names = `"source":${JSON.stringify(source)},"symbol":${JSON.stringify(one.symbol)}`;
  const bytes = Buffer.from(`,"kind":"${one.kind}",${names}${form},"time":`);
  known.set(one.symbol, bytes);
  return bytes;
}

// One text for each form, so that comparing two takes no look at their letters.
const formsOf = (adjusted: boolean): Readonly<Record<Interval, string>> =>
  Object.fromEntries(
    intervals.map(interval => [interval, `,"interval":"${interval}","adjusted":${adjusted}`]),
  ) as Record<Interval, string>;
const forms = { adjusted: formsOf(true), plain: formsOf(false) };

const formOf = (interval: Interval, adjusted: boolean): string => (adjusted ? forms.adjusted : forms.plain)[interval];
