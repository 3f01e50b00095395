import type { Decimal } from './decimal.js';
import type { Interval } from './interval.js';

/** One bar as a vendor or a file gave it, before it has an identity. `time` is UTC ISO-8601 with Z and no needless milliseconds; `date` the exchange's trading date. */
export interface Bar {
  readonly kind: 'bar';
  readonly symbol: string;
  readonly interval: Interval;
  /** True only where the prices themselves are adjusted for splits and dividends. */
  readonly adjusted: boolean;
  readonly time: string;
  readonly date: string;
  readonly open: Decimal;
  readonly high: Decimal;
  readonly low: Decimal;
  readonly close: Decimal;
  /** Missing where the source has none (FX). */
  readonly volume?: Decimal;
  readonly adjustedClose?: Decimal;
  readonly dividend?: Decimal;
  readonly splitFactor?: Decimal;
  readonly currency?: string;
}

/** One quote, before it has an identity. A quote that carries only a date has that date at 00:00Z as its time. */
export interface Quote {
  readonly kind: 'quote';
  readonly symbol: string;
  readonly time: string;
  readonly date: string;
  readonly price: Decimal;
  readonly open?: Decimal;
  readonly high?: Decimal;
  readonly low?: Decimal;
  readonly previousClose?: Decimal;
  readonly volume?: Decimal;
  readonly bid?: Decimal;
  readonly ask?: Decimal;
}

export type Observation = Bar | Quote;
