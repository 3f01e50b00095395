import type { FeedSpec } from '../../src/ingest/feed-desk.js';
import { calendarOf } from '../../src/schedule/calendars.js';
import { scenarios } from '../../src/simulator/scenarios.js';
import { alphaVantage } from '../../src/sources/alpha-vantage.js';
import type { Wanted } from '../../src/sources/source.js';
import { createDraw } from './draw.js';
import type { Crash, WorldPlan } from './world-plan.js';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const symbolCount = 500;
const barsEveryMs = 15 * minuteMs;

/**
 * Trading days of 500 symbols, the first of them a Tuesday or, over a week, the Friday before the daylight change; from five minutes before the open on.
 * One-minute bars, asked for every quarter of an hour, and bulk quotes every minute, on a plan of 300 calls a minute, with restatements, refusals, cuts,
 * two crashes and a clock that is an hour wrong for half an hour.
 */
export function bigWorld(seed: number, days: number): WorldPlan {
  const draw = createDraw(`big ${seed}`);
  const calendar = calendarOf('XNYS');
  const first = Date.parse(days === 1 ? '2026-03-10T12:00:00Z' : '2026-03-06T12:00:00Z');
  const startMs = calendar.sessionAtOrAfter(first).openMs - 5 * minuteMs;
  let closeMs = calendar.sessionAtOrAfter(first).closeMs;
  for (let day = 1; day < days; day++) closeMs = calendar.sessionAtOrAfter(closeMs + 1).closeMs;
  const forMs = closeMs + 10 * minuteMs - startMs;
  const symbols = Array.from({ length: symbolCount }, (_, index) => `SYM${String(index).padStart(3, '0')}`);
  const feed = (name: string, wanted: Wanted, every: number): FeedSpec => ({
    feed: {
      name,
      wanted,
      topic: wanted.data === 'bars' ? 'market.bars' : 'market.quotes',
      every,
      restateWindow: 400,
      decimals: 'string',
    },
    calendar,
    checks: { maxFuture: dayMs },
    maxSymbols: alphaVantage.maxSymbols(wanted),
    weight: 1,
    lists: ['all'],
  });
  const crash = (at: Crash['at'], nth: number): Crash => ({
    at,
    nth,
    downMs: draw.spread(500, minuteMs),
    setBackMs: 0,
  });
  const jumpMs = draw.one([hourMs, -hourMs]);
  return {
    seed,
    startMs,
    forMs,
    market: {
      ...scenarios['trading-day'],
      symbols,
      historyDays: days === 1 ? 1 : 5,
      plan: { perSecond: 20, perMinute: 300, premium: true },
      latencyMs: [20, 600],
    },
    sessions: true,
    sources: [
      {
        name: 'one',
        apiKey: 'key',
        format: 'json',
        limits: [
          { requests: 20, perMs: 1000 },
          { requests: 300, perMs: minuteMs },
        ],
        concurrency: 24,
        deadlineMs: 30_000,
        feeds: [
          feed('minutes', { data: 'bars', interval: '1m', adjusted: false, extendedHours: false }, barsEveryMs),
          feed('quotes', { data: 'quotes', bulk: true }, minuteMs),
        ],
      },
    ],
    lists: [
      { name: 'all', spec: { from: 'static', list: symbols, maxShrink: 0.5 }, contents: [{ fromMs: 0, symbols }] },
    ],
    network: { leastMs: 1, mostMs: 40, outages: [{ fromMs: 2 * hourMs, toMs: 2 * hourMs + 90_000, code: 'connect' }] },
    disk: {
      leastMs: 0,
      mostMs: 4,
      slow: [],
      refusing: [{ fromMs: hourMs, toMs: hourMs + 30_000, code: 'full' }],
      refusedShare: 0,
    },
    jumps: [
      { atMs: 4 * hourMs, byMs: jumpMs },
      { atMs: 4.5 * hourMs, byMs: -jumpMs },
    ],
    crashes: [crash('stored', draw.whole(500, 5_000)), crash('answer', draw.whole(500, 5_000))],
    lookMs: 30_000,
    checkIdOf: 16,
  };
}
