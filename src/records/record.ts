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

/** The record as it goes to the log: one JSON object, UTF-8, fields in a fixed order, prices as strings with the source's digits. */
export function encodeRecord(observation: Observation, stamp: Stamp): Uint8Array {
  const { kind, symbol, ...values } = observation;
  const { id, source, seenAt, revision, final } = stamp;
  const ending = kind === 'bar' ? { final, seenAt, revision } : { seenAt, revision };
  return Buffer.from(JSON.stringify({ id, kind, source, symbol, ...values, ...ending }));
}
