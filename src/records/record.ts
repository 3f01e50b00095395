import { canonicalDecimal, type Decimal } from './decimal.js';
import type { Observation } from './observation.js';

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
const asNumber = (text: Decimal): string => (jsonNumber.test(text) ? text : canonicalDecimal(text));

/** `JSON.stringify` of a text. What needs no escapes, which is nearly all, is only looked through. */
function quoted(text: string): string {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || code > 0x7e || code === 0x22 || code === 0x5c) return JSON.stringify(text);
  }
  return `"${text}"`;
}

/**
 * The record as it goes to the log: one JSON object, fields in a fixed order, prices with the source's digits. Put together by hand, because
 * `JSON.stringify` takes seven times as long (Node 20); a property test holds the two equal.
 */
export function recordText(observation: Observation, stamp: Stamp, decimals: Decimals): string {
  const spell = decimals === 'number' ? asNumber : quoted;
  const decimal = (name: string, value: Decimal | undefined): string =>
    value === undefined ? '' : `,"${name}":${spell(value)}`;
  const { kind, symbol, time, date } = observation;
  const { id, source, seenAt, revision, final } = stamp;
  const who = `{"id":${quoted(id)},"kind":"${kind}","source":${quoted(source)},"symbol":${quoted(symbol)}`;
  const when = `"time":${quoted(time)},"date":${quoted(date)}`;
  const seen = `"seenAt":${quoted(seenAt)},"revision":${revision}}`;
  if (observation.kind === 'quote') {
    const { price, open, high, low, previousClose, volume, bid, ask } = observation;
    const day = decimal('open', open) + decimal('high', high) + decimal('low', low);
    const beside = decimal('previousClose', previousClose) + decimal('volume', volume);
    return `${who},${when},"price":${spell(price)}${day}${beside}${decimal('bid', bid)}${decimal('ask', ask)},${seen}`;
  }
  const { interval, adjusted, open, high, low, close, currency } = observation;
  const prices = `"open":${spell(open)},"high":${spell(high)},"low":${spell(low)},"close":${spell(close)}`;
  const { volume, adjustedClose, dividend, splitFactor } = observation;
  const beside =
    decimal('adjustedClose', adjustedClose) + decimal('dividend', dividend) + decimal('splitFactor', splitFactor);
  const money = currency === undefined ? '' : `,"currency":${quoted(currency)}`;
  return `${who},"interval":"${interval}","adjusted":${adjusted},${when},${prices}${decimal('volume', volume)}${beside}${money},"final":${final},${seen}`;
}

/**
 * UTF-8 of each text. A few dozen at once: a call into the engine and an allocation for each would cost more than the copying, and texts of a whole
 * history held until all are written, most of the collector's work.
 */
export function encodeTexts(texts: readonly string[]): Uint8Array[] {
  const joined = texts.join('');
  const bytes = Buffer.from(joined);
  if (bytes.length !== joined.length) return texts.map(text => Buffer.from(text));
  let end = 0;
  return texts.map(({ length }) => {
    end += length;
    return bytes.subarray(end - length, end);
  });
}
