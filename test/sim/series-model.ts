import type { FeedSpec } from '../../src/ingest/feed-desk.js';
import type { Delivery } from '../../src/simulator/answer.js';
import { type Row, valuesOf } from './truth-rows.js';

interface Known extends Pick<Row, 'timeMs' | 'truth'> {
  readonly values: string;
  readonly revision: number;
}

/** An answer with data that the process has got. */
export interface Served {
  readonly delivery: Delivery;
  /** When its call was made, true time. */
  readonly askedMs: number;
  /** The wall clock was right when it was asked for and when it came. */
  readonly isClockRight: boolean;
}

/** What a reader of one series knows. */
export interface SeriesModel {
  readonly name: string;
  readonly symbol: string;
  readonly spec: FeedSpec;
  /** Sorted by time, the newest `capacity`. */
  known: Known[];
  readonly capacity: number;
  /** Served to the process and not seen on the disk yet. */
  pending: Served | undefined;
  seenAt: string;
}

/** A row that is new to the reader. */
export interface Fresh extends Row {
  readonly values: string;
  readonly revision: number;
}

const quoteWindow = 16;

export const openModel = (name: string, symbol: string, spec: FeedSpec): SeriesModel => ({
  name,
  symbol,
  spec,
  known: [],
  capacity: spec.feed.wanted.data === 'bars' ? spec.feed.restateWindow : quoteWindow,
  pending: undefined,
  seenAt: '',
});

/** What of an answer is new, as the contract has it: beyond the window it is nobody's business. The model knows it from here on. */
export function learn(model: SeriesModel, rows: readonly Row[]): readonly Fresh[] {
  const { known, capacity } = model;
  const oldestMs = known.length >= capacity ? known[0]!.timeMs : Number.NEGATIVE_INFINITY;
  const fresh: Fresh[] = [];
  const merged: Known[] = [];
  let at = 0;
  for (const row of rows) {
    if (row.timeMs < oldestMs) continue;
    while (at < known.length && known[at]!.timeMs < row.timeMs) merged.push(known[at++]!);
    const old = known[at]?.timeMs === row.timeMs ? known[at++] : undefined;
    if (old?.truth === row.truth) {
      merged.push(old);
      continue;
    }
    const values = valuesOf(row.truth);
    if (old?.values === values) {
      merged.push(old);
      continue;
    }
    const revision = old === undefined ? 0 : old.revision + 1;
    merged.push({ timeMs: row.timeMs, truth: row.truth, values, revision });
    fresh.push({ ...row, values, revision });
  }
  while (at < known.length) merged.push(known[at++]!);
  if (fresh.length > 0) model.known = merged.slice(-capacity);
  return fresh;
}
