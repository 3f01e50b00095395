import type { FeedSpec } from '../../src/ingest/feed-desk.js';
import { calendarOf } from '../../src/schedule/calendars.js';
import { alphaVantage } from '../../src/sources/alpha-vantage.js';
import type { Wanted } from '../../src/sources/source.js';
import type { Draw } from './draw.js';
import { isExchange, type Scene } from './draw-start.js';
import type { PlannedList, PlannedSource } from './world-plan.js';

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

interface SourceContext {
  readonly scene: Scene;
  readonly lists: readonly PlannedList[];
  readonly forMs: number;
  readonly count: number;
}

/** One source with up to four feeds; its limits are some share of what they want. */
export function drawSources(draw: Draw, { scene, lists, forMs, count }: SourceContext): PlannedSource[] {
  const calendar = isExchange(scene) ? calendarOf('XNYS') : draw.is(0.3) ? calendarOf('24/7') : undefined;
  const [stocks] = lists as [PlannedList];
  const feed = (
    name: string,
    wanted: Wanted,
    every: number,
    of: readonly PlannedList[],
    restateWindow = 400,
  ): FeedSpec => ({
    feed: {
      name,
      wanted,
      topic: wanted.data === 'bars' ? 'market.bars' : 'market.quotes',
      every,
      restateWindow,
      decimals: 'string',
    },
    calendar,
    checks: { maxFuture: dayMs },
    maxSymbols: alphaVantage.maxSymbols(wanted),
    weight: 1,
    lists: of.map(({ name: list }) => list),
  });
  const bars = (interval: '1m' | '5m' | '1d'): Wanted => ({ data: 'bars', interval, adjusted: false });
  const bulk = draw.is(0.5);
  const feeds: FeedSpec[] = [
    feed('minutes', bars('1m'), draw.one([1, 1, 2, 5]) * minuteMs, lists, draw.one([3, 10, 60, 400])),
    ...(draw.is(0.6) ? [feed('quotes', { data: 'quotes', bulk }, draw.one([30, 60, 180]) * secondMs, [stocks])] : []),
    ...(draw.is(0.3) ? [feed('fives', bars('5m'), 5 * minuteMs, [stocks])] : []),
    // A UTC day as a session is not the day of these equities.
    ...((draw.is(0.3) || scene === 'evening') && calendar?.name !== '24/7'
      ? [feed('days', bars('1d'), draw.one([hourMs, dayMs]), [stocks])]
      : []),
  ];
  const perMinute = feeds.reduce(
    (sum, { feed: { every }, maxSymbols }) => sum + (Math.ceil(count / maxSymbols) * minuteMs) / every,
    0,
  );
  const zone = 'America/New_York';
  const perDay = Math.ceil(perMinute * (forMs / minuteMs) * draw.one([0.2, 0.4, 1]));
  const limits = [
    { requests: draw.one([1, 2, 5, 20]), perMs: secondMs },
    { requests: Math.max(2, Math.ceil(perMinute * draw.one([0.6, 1.3, 3, 3]))), perMs: minuteMs },
    ...(scene === 'midnight' || draw.is(0.1) ? [{ requests: perDay, perMs: dayMs, resetsAt: '00:00', zone }] : []),
  ];
  const concurrency = draw.one([1, 2, 4, 16]);
  const deadlineMs = draw.one([5, 15, 30]) * secondMs;
  return [{ name: 'one', apiKey: 'key', format: draw.one(['json', 'csv']), limits, concurrency, deadlineMs, feeds }];
}
