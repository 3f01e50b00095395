import { chance, keyOf } from './chance.js';
import { pricePath } from './price-path.js';
import type { Scenario } from './scenario.js';

/** Open, high, low and close in ticks, volume in units, and the span of time in which exactly these values are the truth. */
export interface Tally {
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
  /** Inclusive. */
  sinceMs: number;
  /** Exclusive; Infinity when nothing can change them any more. */
  untilMs: number;
}

/** Writes the bar of a minute as it stood at `asOfMs` (not before the minute began) into `tally`. Writing into a given object keeps a day's sum free of garbage. */
export type ReadMinute = (minute: number, asOfMs: number, tally: Tally) => void;

/**
 * The one-minute bars from which every other value is summed up.
 * While a minute runs its bar grows in steps of `quoteStepMs`; after it, it is fixed, but with some probability changes once more.
 */
export function minuteBars(
  name: string,
  of: { readonly price: number; readonly decimals: number; readonly minuteVolume: number },
  { quoteStepMs, restatements }: Pick<Scenario, 'quoteStepMs' | 'restatements'>,
): ReadMinute {
  const priceAt = pricePath(name, of.price, 10 ** of.decimals);
  const key = (channel: string): number => keyOf(`${name}|${channel}`);
  const [high, low, volume] = [key('high'), key('low'), key('volume')];
  const [restated, delay, more, shift] = [key('restated'), key('delay'), key('more'), key('shift')];
  const spreadMs = restatements.maxDelayMs - restatements.minDelayMs;

  function grow(tally: Tally, minute: number, asOfMs: number): void {
    const startMs = minute * 60_000;
    const stepStart = Math.floor(asOfMs / quoteStepMs) * quoteStepMs;
    const [mostHigh, mostLow] = [tally.high, tally.low];
    tally.close = tally.high = tally.low = tally.open;
    for (let ms = (Math.floor(startMs / quoteStepMs) + 1) * quoteStepMs; ms <= stepStart; ms += quoteStepMs) {
      tally.close = Math.min(mostHigh, Math.max(mostLow, priceAt(ms / 60_000)));
      tally.high = Math.max(tally.high, tally.close);
      tally.low = Math.min(tally.low, tally.close);
    }
    tally.sinceMs = Math.max(startMs, stepStart);
    tally.volume = Math.max(1, Math.floor((tally.volume * (tally.sinceMs - startMs)) / 60_000));
    tally.untilMs = Math.min(stepStart + quoteStepMs, startMs + 60_000);
  }

  function restate(tally: Tally, minute: number, asOfMs: number): void {
    const atMs = tally.sinceMs + restatements.minDelayMs + Math.floor(chance(delay, minute) * (spreadMs + 1));
    if (asOfMs < atMs) {
      tally.untilMs = atMs;
      return;
    }
    tally.sinceMs = atMs;
    tally.volume += 1 + Math.floor(tally.volume * 0.1 * chance(more, minute));
    const place = chance(shift, minute);
    if (place < 0.5) tally.close = tally.low + Math.floor(place * 2 * (tally.high - tally.low + 1));
  }

  return (minute, asOfMs, tally) => {
    tally.open = priceAt(minute + 0.03);
    tally.close = priceAt(minute + 0.97);
    const wick = tally.open * 0.0006 + 2;
    tally.high = Math.max(tally.open, tally.close) + Math.floor(wick * chance(high, minute));
    tally.low = Math.max(1, Math.min(tally.open, tally.close) - Math.floor(wick * chance(low, minute)));
    tally.volume = Math.max(1, Math.floor(of.minuteVolume * (0.2 + 1.6 * chance(volume, minute))));
    tally.sinceMs = (minute + 1) * 60_000;
    tally.untilMs = Number.POSITIVE_INFINITY;
    if (asOfMs < tally.sinceMs) grow(tally, minute, asOfMs);
    else if (chance(restated, minute) < restatements.probability) restate(tally, minute, asOfMs);
  };
}

/** Adds a later part to a sum. */
export function extend(sum: Tally, part: Tally): void {
  sum.high = Math.max(sum.high, part.high);
  sum.low = Math.min(sum.low, part.low);
  sum.close = part.close;
  sum.volume += part.volume;
  sum.sinceMs = Math.max(sum.sinceMs, part.sinceMs);
  sum.untilMs = Math.min(sum.untilMs, part.untilMs);
}
