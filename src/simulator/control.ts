import { type Interval, intervals } from '../records/interval.js';
import { adjustedBars } from './adjusted-bars.js';
import { type Answer, jsonAnswer } from './answer.js';
import type { Market } from './market.js';
import type { ServedLog } from './served.js';

const maxBars = 100_000;

/** Epoch milliseconds or ISO-8601. */
const instant = (text: string | null): number =>
  text === null ? Number.NaN : /^\d+$/.test(text) ? Number(text) : Date.parse(text);

const orElse = (ms: number, fallback: number): number => (Number.isNaN(ms) ? fallback : ms);

export interface ControlOptions {
  readonly market: Market;
  readonly served: ServedLog;
  readonly counts: () => unknown;
  readonly now: () => number;
}

/**
 * The routes below `/__truth/`, for tests in other processes: bars, quote, symbols, counts, served, clock. They count as no call.
 * @returns undefined for a path that is none of them
 */
export function control({ market, served, counts, now }: ControlOptions) {
  const json = (value: unknown, status = 200): Answer => ({ ...jsonAnswer(JSON.stringify(value)), status });

  function bars(query: URLSearchParams): Answer {
    const symbol = query.get('symbol') ?? '';
    const interval = (intervals as readonly string[]).includes(query.get('interval') ?? '')
      ? (query.get('interval') as Interval)
      : undefined;
    if (!interval) return json({ error: `interval must be one of ${intervals.join(' ')}` }, 400);
    const window = {
      asOfMs: orElse(instant(query.get('asOf')), now()),
      fromMs: orElse(instant(query.get('from')), Number.NEGATIVE_INFINITY),
      toMs: orElse(instant(query.get('to')), Number.POSITIVE_INFINITY),
      count: Math.min(maxBars, Number(query.get('count') ?? maxBars)),
    };
    const adjusted = query.get('adjusted') === 'true' && (interval === '1d' || interval === '1w' || interval === '1mo');
    return json({
      bars: adjusted ? adjustedBars(market, symbol, interval, window) : market.barsAt(symbol, interval, window),
    });
  }

  return (route: string, query: URLSearchParams): Answer | undefined => {
    switch (route) {
      case '/__truth/bars':
        return bars(query);
      case '/__truth/quote':
        return json({
          quote: market.quoteAt(query.get('symbol') ?? '', orElse(instant(query.get('asOf')), now())) ?? null,
        });
      case '/__truth/symbols':
        return json({ symbols: [...market.instruments.values()] });
      case '/__truth/counts':
        return json(counts());
      case '/__truth/served':
        return json({ served: served.since(Number(query.get('since') ?? 0)), next: served.count });
      case '/__truth/clock':
        return json({ nowMs: now(), seed: market.seed, startMs: market.startMs });
      default:
        return undefined;
    }
  };
}
