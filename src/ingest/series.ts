import { isIntraday } from '../records/interval.js';
import type { Decimals } from '../records/record.js';
import type { Wanted } from '../sources/source.js';

/** What a feed polls: the part of the configuration that settling needs, the same for all its symbols. */
export interface Feed {
  readonly name: string;
  readonly wanted: Wanted;
  readonly topic: string;
  readonly every: number;
  readonly restateWindow: number;
  readonly decimals: Decimals;
}

/** A series is (source type, symbol, kind, interval, adjusted, topic): moving a symbol to another feed keeps its cursor. */
export function seriesKey(sourceType: string, feed: Feed, symbol: string): string {
  const { wanted } = feed;
  const form =
    wanted.data === 'bars' ? `bar|${wanted.interval}|${wanted.adjusted && isIntraday(wanted.interval)}` : 'quote||';
  return `${sourceType}|${symbol}|${form}|${feed.topic}`;
}

export type SeriesState = 'new' | 'ok' | 'failing' | 'unknown';

/** What is kept of a series between polls, as JSON under `series/KEY`; its cursor lies under `cursor/KEY`. Times in epoch ms. */
export interface Series {
  readonly state: SeriesState;
  /** When the last poll that was answered was asked for. */
  readonly polledMs?: number;
  /** Time of the newest observation that was published. */
  readonly newestMs?: number;
  /** Its trading date. */
  readonly newestDate?: string;
  /** Whether the last answered poll brought a record. */
  readonly fresh?: boolean;
  /** Greatest `seenAt` so far: it never goes back. */
  readonly seenMs?: number;
  readonly failures: number;
  readonly reason?: string;
  /** An answer since the last good one was malformed and is a dead letter: the next one is none. */
  readonly hasLetter?: boolean;
  /** Last published price, for the jump rule. */
  readonly price?: string;
  /** Hash of the rows last refused by the parser, so that the same refusal is reported once. */
  readonly refusedRows?: string;
  /** Newest time beyond the clock that became a dead letter, so that a vendor whose clock is ahead is reported once a bar, not once a poll. */
  readonly aheadMs?: number;
  /** After unknown-symbol or a failure: not before. */
  readonly notBeforeMs?: number;
  /** When it last failed. */
  readonly failedMs?: number;
}

export const newSeries: Series = { state: 'new', failures: 0 };

/** What is remembered in wall time, after the wall clock jumped by so much. */
export const shifted = (series: Series, byMs: number): Series => ({
  ...series,
  ...(series.polledMs !== undefined && { polledMs: series.polledMs + byMs }),
  ...(series.notBeforeMs !== undefined && { notBeforeMs: series.notBeforeMs + byMs }),
  ...(series.failedMs !== undefined && { failedMs: series.failedMs + byMs }),
});

export const encodeSeries = (series: Series): Uint8Array => Buffer.from(JSON.stringify(series));

export const decodeSeries = (bytes: Uint8Array | undefined): Series =>
  bytes === undefined ? newSeries : (JSON.parse(Buffer.from(bytes).toString()) as Series);
