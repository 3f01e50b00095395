import { canonicalDecimal, type Decimal } from './decimal.js';
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

type Spell = (value: Decimal) => string;

export const spellNumber: Spell = text => (jsonNumber.test(text) ? text : canonicalDecimal(text));

/** `JSON.stringify` of a text. What needs no escapes, which is nearly all, is only looked through. */
export function quoted(text: string): string {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || code > 0x7e || code === 0x22 || code === 0x5c) return JSON.stringify(text);
  }
  return `"${text}"`;
}

/** What is written for an observation. */
export interface Stamped {
  readonly observation: Observation;
  readonly stamp: Stamp;
}

/** The records as they go to the log, each one JSON object. They share memory, so a few dozen at once. */
export function encodeRecords(stamped: readonly Stamped[], decimals: Decimals): Uint8Array[] {
  let text = '';
  const textEnds = stamped.map(({ observation, stamp }) => {
    text += recordText(observation, stamp, decimals);
    return text.length;
  });
  const { bytes, ends } = encodeTexts(text, textEnds);
  let start = 0;
  return ends.map(end => {
    const record = bytes.subarray(start, end);
    start = end;
    return record;
  });
}

/**
 * Texts that stand one after the other in `text`, in one piece of memory, and where each ends: a call into the engine and an allocation for each would cost more
 * than the copying.
 */
export function encodeTexts(
  text: string,
  textEnds: readonly number[],
): { readonly bytes: Buffer; readonly ends: readonly number[] } {
  const bytes = Buffer.from(text);
  if (bytes.length === text.length) return { bytes, ends: textEnds };
  let start = 0;
  let length = 0;
  const ends = textEnds.map(end => {
    length += Buffer.byteLength(text.slice(start, end));
    start = end;
    return length;
  });
  return { bytes, ends };
}

/** One record: fields in a fixed order, prices with the source's digits. Put together by hand; a property test holds it equal to `JSON.stringify`. */
export function recordText(observation: Observation, stamp: Stamp, decimals: Decimals): string {
  const spell = decimals === 'number' ? spellNumber : quoted;
  const { time, date } = observation;
  const begin = `{"id":${quoted(stamp.id)}${seriesText(stamp.source, observation)},"time":${quoted(time)},"date":${quoted(date)}`;
  const values = observation.kind === 'bar' ? barText(observation, stamp, spell) : quoteText(observation, spell);
  return `${begin}${values},"seenAt":${quoted(stamp.seenAt)},"revision":${stamp.revision}}`;
}

function barText(bar: Bar, { final }: Stamp, spell: Spell): string {
  const { open, high, low, close, volume, adjustedClose, dividend, splitFactor, currency } = bar;
  const prices = `,"open":${spell(open)},"high":${spell(high)},"low":${spell(low)},"close":${spell(close)}`;
  const traded = optional(',"volume":', volume, spell) + optional(',"adjustedClose":', adjustedClose, spell);
  const events = optional(',"dividend":', dividend, spell) + optional(',"splitFactor":', splitFactor, spell);
  return `${prices}${traded}${events}${optional(',"currency":', currency, quoted)},"final":${final}`;
}

function quoteText(quote: Quote, spell: Spell): string {
  const { price, open, high, low, previousClose, volume, bid, ask } = quote;
  const day = optional(',"open":', open, spell) + optional(',"high":', high, spell) + optional(',"low":', low, spell);
  const beside = optional(',"previousClose":', previousClose, spell) + optional(',"volume":', volume, spell);
  return `,"price":${spell(price)}${day}${beside}${optional(',"bid":', bid, spell)}${optional(',"ask":', ask, spell)}`;
}

const optional = (name: string, value: string | undefined, spell: Spell): string =>
  value === undefined ? '' : name + spell(value);

// What the records of one series share; they come side by side.
let knownSource = '';
let knownOne: Observation | undefined;
let knownText = '';

function seriesText(source: string, one: Observation): string {
  if (source !== knownSource || knownOne === undefined || !isOneSeries(knownOne, one)) {
    const form = one.kind === 'bar' ? `,"interval":"${one.interval}","adjusted":${one.adjusted}` : '';
    knownText = `,"kind":"${one.kind}","source":${quoted(source)},"symbol":${quoted(one.symbol)}${form}`;
    knownSource = source;
    knownOne = one;
  }
  return knownText;
}

const isOneSeries = (a: Observation, b: Observation): boolean =>
  a.symbol === b.symbol &&
  (a.kind === 'bar' ? b.kind === 'bar' && a.interval === b.interval && a.adjusted === b.adjusted : b.kind === 'quote');
