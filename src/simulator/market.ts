import type { Interval } from '../records/interval.js';
import { chance, keyOf } from './chance.js';
import { type Instrument, instrumentsOf } from './instruments.js';
import { minuteBars } from './minute-bars.js';
import type { Scenario } from './scenario.js';
import { createSeries, type Memory, type Series } from './series.js';
import { alwaysOpen, createSessions, type IsOpen, newYorkHours } from './sessions.js';
import type { BarWindow, TruthBar, TruthQuote } from './truth.js';
import { newYork, utc } from './wall-clock.js';

/** The truth: a pure function of seed, scenario and start. Any value as of any instant, asked in any order. */
export interface Market {
  readonly seed: number;
  readonly startMs: number;
  readonly instruments: ReadonlyMap<string, Instrument>;
  /** Undefined for an unknown symbol, where no bar starts, and before it began. */
  barAt(symbol: string, interval: Interval, startMs: number, asOfMs: number): TruthBar | undefined;
  /** Oldest first; empty for an unknown symbol. */
  barsAt(symbol: string, interval: Interval, window: BarWindow): readonly TruthBar[];
  quoteAt(symbol: string, asOfMs: number): TruthQuote | undefined;
  /** Whether the active listing names it then. */
  isListed(symbol: string, asOfMs: number): boolean;
}

export interface MarketOptions {
  readonly seed: number;
  /** Epoch ms. The series begin `scenario.historyDays` before it and never end. */
  readonly startMs: number;
  readonly scenario: Pick<Scenario, 'symbols' | 'hours' | 'historyDays' | 'quoteStepMs' | 'restatements' | 'listing'>;
  /** How many bars stay computed, about 600 bytes each; 100,000 when absent. */
  readonly maxBars?: number;
  /** Replaces the scenario's hours; asked once for each minute of each day. */
  readonly isOpen?: IsOpen;
}

export function createMarket({ seed, startMs, scenario, isOpen, maxBars = 100_000 }: MarketOptions): Market {
  const { symbols, hours, historyDays, quoteStepMs, listing } = scenario;
  const instruments = new Map(instrumentsOf(symbols).map(instrument => [instrument.symbol, instrument]));
  const firstDay = Math.floor(startMs / 86_400_000) - historyDays;
  const exchange = createSessions(newYork, isOpen ?? (hours === 'always' ? alwaysOpen : newYorkHours), firstDay);
  const nonstop = createSessions(utc, alwaysOpen, firstDay);
  const memory: Memory = { maxBars, bars: 0, generation: 0 };
  const known = new Map<string, Series>();

  function seriesOf(symbol: string): Series | undefined {
    const instrument = instruments.get(symbol);
    const found = known.get(symbol);
    if (found || !instrument) return found;
    const created = createSeries({
      instrument,
      sessions: instrument.assetClass === 'equity' ? exchange : nonstop,
      readMinute: minuteBars(`${seed}|${symbol}`, instrument, scenario),
      quoteStepMs,
      memory,
    });
    known.set(symbol, created);
    return created;
  }

  return {
    seed,
    startMs,
    instruments,
    barAt: (symbol, interval, barStartMs, asOfMs) => seriesOf(symbol)?.barAt(interval, barStartMs, asOfMs),
    barsAt: (symbol, interval, window) => seriesOf(symbol)?.barsAt(interval, window) ?? [],
    quoteAt: (symbol, asOfMs) => seriesOf(symbol)?.quoteAt(asOfMs),
    isListed: (symbol, asOfMs) =>
      instruments.has(symbol) &&
      chance(keyOf(`${seed}|${symbol}|listing`), Math.floor(asOfMs / listing.changeEveryMs)) >= listing.absentShare,
  };
}
