import type { Interval } from '../records/interval.js';

/** A bar as it stood in a span of time, its numbers spelled as they are served. */
export interface TruthBar {
  readonly symbol: string;
  readonly interval: Interval;
  /** The start of an intraday bar; the date of a daily one, and of the last trading day of a longer one, at 00:00Z. */
  readonly startMs: number;
  /** `startMs` as the records spell it. */
  readonly time: string;
  readonly date: string;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  /** Missing for FX. */
  readonly volume?: string;
  /** The last three only in adjusted series. */
  readonly adjustedClose?: string;
  readonly dividend?: string;
  readonly splitFactor?: string;
  /** Its last open minute has ended. */
  readonly final: boolean;
  /** Exactly these values are the truth from `sinceMs` (inclusive) to `untilMs` (exclusive; null: for ever). */
  readonly sinceMs: number;
  readonly untilMs: number | null;
}

/** A quote as it stood from `sinceMs` (inclusive) to `untilMs` (exclusive). */
export interface TruthQuote {
  readonly symbol: string;
  /** The instant of the last trade. */
  readonly timeMs: number;
  /** Its trading date. */
  readonly date: string;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly price: string;
  /** Missing for FX. */
  readonly volume?: string;
  readonly previousClose: string;
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** Which bars: the newest `count` of those whose `startMs` lies from `fromMs` to `toMs` (both inclusive), as they stood at `asOfMs`. */
export interface BarWindow {
  readonly asOfMs: number;
  readonly count: number;
  readonly fromMs?: number;
  readonly toMs?: number;
  /** Leaves out a bar that is still growing. */
  readonly finished?: boolean;
}
