import { type Interval, intervalMs, isIntraday } from '../records/interval.js';
import type { Instrument } from './instruments.js';
import { extend, type ReadMinute, type Tally } from './minute-bars.js';
import { periodDays } from './periods.js';
import type { Sessions } from './sessions.js';
import type { BarWindow, TruthBar, TruthQuote } from './truth.js';
import { dateOf } from './wall-clock.js';

const dayMs = 86_400_000;

/** How many bars all series together keep computed, about 600 bytes each; beyond it they all start afresh. */
export interface Memory {
  readonly maxBars: number;
  bars: number;
  generation: number;
}

/** Everything about one instrument; the bars of all lengths are sums of its one-minute bars. */
export interface Series {
  barAt(interval: Interval, startMs: number, asOfMs: number): TruthBar | undefined;
  /** Oldest first. */
  barsAt(interval: Interval, window: BarWindow): readonly TruthBar[];
  quoteAt(asOfMs: number): TruthQuote | undefined;
}

export interface SeriesParts {
  readonly instrument: Instrument;
  readonly sessions: Sessions;
  readonly readMinute: ReadMinute;
  readonly quoteStepMs: number;
  readonly memory: Memory;
}

type Sum = readonly [tally: Tally, endMs: number];
type Kept = readonly [tally: Tally, bar: TruthBar];

/** @param pairs from (inclusive), to (exclusive), ascending */
function isOpenIn(pairs: readonly number[], minute: number): boolean {
  for (let i = 0; i < pairs.length; i += 2) if (minute >= pairs[i]! && minute < pairs[i + 1]!) return true;
  return false;
}

export function createSeries({ instrument, sessions, readMinute, quoteStepMs, memory }: SeriesParts): Series {
  const { symbol, assetClass, decimals } = instrument;
  const known = new Map<Interval, Map<number, Kept>>();
  let generation = memory.generation;
  let settled: { readonly day: number; readonly tally: Tally; next: number } | undefined;
  const scratch: Tally = { open: 0, high: 0, low: 0, close: 0, volume: 0, sinceMs: 0, untilMs: 0 };
  const price = (ticks: number): string => (ticks / 10 ** decimals).toFixed(decimals);

  /** Sums the open minutes from `from` to `to` (exclusive) that had begun; undefined when none had. */
  function sumMinutes(pairs: readonly number[], from: number, to: number, asOfMs: number): Sum | undefined {
    let sum: Tally | undefined;
    let end = 0;
    const begun = Math.floor(asOfMs / 60_000) + 1;
    for (let i = 0; i < pairs.length && pairs[i]! < to; i += 2) {
      end = Math.max(end, Math.min(pairs[i + 1]!, to));
      for (let minute = Math.max(pairs[i]!, from); minute < Math.min(end, begun); minute++) {
        readMinute(minute, asOfMs, scratch);
        if (sum) extend(sum, scratch);
        else sum = { ...scratch };
      }
    }
    return sum && [sum, end * 60_000];
  }

  /** As `sumMinutes` over a whole day. The minutes at its beginning that nothing can change any more are summed once, and not at every quote. */
  function sumDay(day: number, asOfMs: number): Sum | undefined {
    const pairs = sessions.ranges(day);
    if (settled?.day !== day || asOfMs < settled.tally.sinceMs) {
      const [first] = pairs;
      if (first === undefined || asOfMs < first * 60_000) return undefined;
      readMinute(first, asOfMs, scratch);
      if (scratch.untilMs !== Number.POSITIVE_INFINITY) return sumMinutes(pairs, -Infinity, Infinity, asOfMs);
      settled = { day, tally: { ...scratch }, next: first + 1 };
    }
    const last = Math.floor(asOfMs / 60_000);
    for (; settled.next <= last; settled.next++) {
      if (!isOpenIn(pairs, settled.next)) continue;
      readMinute(settled.next, asOfMs, scratch);
      if (scratch.untilMs !== Number.POSITIVE_INFINITY) break;
      extend(settled.tally, scratch);
    }
    const rest = sumMinutes(pairs, settled.next, Infinity, asOfMs);
    const sum = { ...settled.tally };
    if (rest) extend(sum, rest[0]);
    return [sum, pairs.at(-1)! * 60_000];
  }

  /** A week or month is named after its last trading day so far: under any other date it does not exist. */
  function sumDays(interval: '1w' | '1mo', label: number, asOfMs: number): Sum | undefined {
    let sum: Tally | undefined;
    let endMs = 0;
    const [first, last] = periodDays(interval, label);
    for (let day = first; day <= last; day++) {
      endMs = (sessions.ranges(day).at(-1) ?? endMs / 60_000) * 60_000;
      const part = keep('1d', day * dayMs, asOfMs)?.[0];
      if (day === label ? !part : part && day > label) return undefined;
      if (part && sum) extend(sum, part);
      else if (part) sum = { ...part };
    }
    return sum && [sum, endMs];
  }

  function sumOf(interval: Interval, startMs: number, asOfMs: number): Sum | undefined {
    if (interval === '1w' || interval === '1mo') return sumDays(interval, startMs / dayMs, asOfMs);
    if (interval === '1d') return sumDay(startMs / dayMs, asOfMs);
    const from = startMs / 60_000;
    return sumMinutes(sessions.ranges(sessions.dayAt(from)), from, from + intervalMs(interval) / 60_000, asOfMs);
  }

  function bar(interval: Interval, startMs: number, tally: Tally, final: boolean): TruthBar {
    return {
      symbol,
      interval,
      startMs,
      time: `${new Date(startMs).toISOString().slice(0, 19)}Z`,
      date: dateOf(isIntraday(interval) ? sessions.dayAt(startMs / 60_000) : startMs / dayMs),
      open: price(tally.open),
      high: price(tally.high),
      low: price(tally.low),
      close: price(tally.close),
      ...(assetClass === 'fx' ? {} : { volume: String(tally.volume) }),
      final,
      sinceMs: tally.sinceMs,
      untilMs: Number.isFinite(tally.untilMs) ? tally.untilMs : null,
    };
  }

  function keep(interval: Interval, startMs: number, asOfMs: number): Kept | undefined {
    if (generation !== memory.generation) known.clear();
    generation = memory.generation;
    let starts = known.get(interval);
    if (!starts) {
      starts = new Map();
      known.set(interval, starts);
    }
    const kept = starts.get(startMs);
    if (kept && kept[0].sinceMs <= asOfMs && asOfMs < kept[0].untilMs) return kept;
    const sum =
      startMs % (isIntraday(interval) ? intervalMs(interval) : dayMs) === 0 && sumOf(interval, startMs, asOfMs);
    if (!sum) return undefined;
    const [tally, endMs] = sum;
    const final = asOfMs >= endMs;
    // The next minute of a growing bar changes it, whatever its parts say.
    if (!final) tally.untilMs = Math.min(tally.untilMs, (Math.floor(asOfMs / 60_000) + 1) * 60_000);
    const found: Kept = [tally, bar(interval, startMs, tally, final)];
    if (!kept && ++memory.bars > memory.maxBars) {
      memory.bars = 0;
      memory.generation++;
    }
    starts.set(startMs, found);
    return found;
  }

  /** Start of the newest bar that had begun at `asOfMs` and starts at or before `toMs`. */
  function newestStart(interval: Interval, asOfMs: number, toMs: number): number | undefined {
    const now = sessions.lastOpen(Math.floor(asOfMs / 60_000));
    if (now === undefined) return undefined;
    if (!isIntraday(interval)) {
      const day = sessions.lastOpenDay(
        Math.min(sessions.dayAt(now), interval === '1d' ? Math.floor(toMs / dayMs) : Infinity),
      );
      return day === undefined ? undefined : day * dayMs;
    }
    const lengthMs = intervalMs(interval);
    const last = sessions.lastOpen(Math.min(now, (Math.floor(toMs / lengthMs) * lengthMs + lengthMs) / 60_000 - 1));
    return last === undefined ? undefined : Math.floor((last * 60_000) / lengthMs) * lengthMs;
  }

  function startBefore(interval: Interval, startMs: number): number | undefined {
    if (isIntraday(interval)) {
      const last = sessions.lastOpen(startMs / 60_000 - 1);
      return last === undefined ? undefined : Math.floor((last * 60_000) / intervalMs(interval)) * intervalMs(interval);
    }
    const day = startMs / dayMs;
    const before = sessions.lastOpenDay(
      (interval === '1w' || interval === '1mo' ? periodDays(interval, day)[0] : day) - 1,
    );
    return before === undefined ? undefined : before * dayMs;
  }

  return {
    barAt: (interval, startMs, asOfMs) => keep(interval, startMs, asOfMs)?.[1],
    barsAt(interval, { asOfMs, count, fromMs = -Infinity, toMs = Infinity, finished = false }) {
      const found: TruthBar[] = [];
      let startMs = newestStart(interval, asOfMs, toMs);
      for (
        ;
        startMs !== undefined && startMs >= fromMs && found.length < count;
        startMs = startBefore(interval, startMs)
      ) {
        const kept = startMs <= toMs ? keep(interval, startMs, asOfMs) : undefined;
        if (kept && (kept[1].final || !finished)) found.push(kept[1]);
      }
      return found.reverse();
    },
    quoteAt(asOfMs) {
      const stepMs = Math.floor(asOfMs / quoteStepMs) * quoteStepMs;
      const minute = sessions.lastOpen(Math.floor(stepMs / 60_000));
      const day = minute === undefined ? undefined : keep('1d', sessions.dayAt(minute) * dayMs, stepMs);
      if (minute === undefined || !day) return undefined;
      const before = sessions.lastOpenDay(sessions.dayAt(minute) - 1);
      const previous = before === undefined ? undefined : keep('1d', before * dayMs, stepMs);
      const { date, open, high, low, close, volume } = day[1];
      return {
        symbol,
        timeMs: Math.min(stepMs, (minute + 1) * 60_000),
        date,
        open,
        high,
        low,
        price: close,
        ...(volume !== undefined && { volume }),
        previousClose: previous?.[1].close ?? open,
        sinceMs: stepMs,
        untilMs: stepMs + quoteStepMs,
      };
    },
  };
}
