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

const texts =
  /"(open|high|low|close|volume|adjustedClose|dividend|splitFactor|price|previousClose|bid|ask)":"([^"]*)"/g;
const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Inside of a text every quote has a backslash before it, so that only fields match. */
const numbered = (json: string): string =>
  json.replace(texts, (_, name: string, text: Decimal) =>
    jsonNumber.test(text) ? `"${name}":${text}` : `"${name}":${canonicalDecimal(text)}`,
  );

/** The record as it goes to the log: one JSON object, UTF-8, fields in a fixed order, prices with the source's digits. */
export function encodeRecord(observation: Observation, stamp: Stamp, decimals: Decimals): Uint8Array {
  const { kind, symbol, ...values } = observation;
  const { id, source, seenAt, revision, final } = stamp;
  const ending = kind === 'bar' ? { final, seenAt, revision } : { seenAt, revision };
  const json = JSON.stringify({ id, kind, source, symbol, ...values, ...ending });
  return Buffer.from(decimals === 'number' ? numbered(json) : json);
}
