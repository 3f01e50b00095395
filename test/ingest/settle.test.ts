import test from 'ava';
import { type FeedSpec, openDesk } from '../../src/ingest/feed-desk.js';
import { recentLetters } from '../../src/ingest/recent-letters.js';
import { seriesDue } from '../../src/ingest/series-due.js';
import { settleObservations } from '../../src/ingest/settle.js';
import type { Bar } from '../../src/records/observation.js';
import { calendarOf } from '../../src/schedule/calendars.js';

const minuteMs = 60_000;
const calendar = calendarOf('XNYS');
const { closeMs } = calendar.session('2026-03-10')!;
const load = () => undefined;

const spec: FeedSpec = {
  feed: {
    name: 'days',
    wanted: { data: 'bars', interval: '1d', adjusted: false },
    topic: 'market.bars',
    every: 86_400_000,
    restateWindow: 400,
    decimals: 'string',
  },
  calendar,
  checks: { maxFuture: 86_400_000 },
  maxSymbols: 1,
  weight: 1,
  lists: ['all'],
};

const today: Bar = {
  kind: 'bar',
  symbol: 'IBM',
  interval: '1d',
  adjusted: false,
  time: '2026-03-10T00:00:00Z',
  date: '2026-03-10',
  open: '10',
  high: '12',
  low: '9',
  close: '11',
};

/** When the series is due after an answer with today's bar. */
function dueAfter(askedMs: number, answeredMs: number): number {
  const { feed, checks } = spec;
  const context = {
    sourceType: 'any',
    sourceName: 'one',
    deadLetters: 'dead',
    recent: recentLetters('one', 'days', load),
  };
  const settled = settleObservations(
    { ...context, feed, calendar, checks, nowMs: answeredMs, askedMs, load },
    ['IBM'],
    [today],
    [],
  );
  return seriesDue(openDesk(spec, 'one', load), 'IBM', settled.series.get('IBM')!, answeredMs);
}

test("a day's bar that was asked for before the close and came after it is asked for again in the evening", t => {
  t.is(dueAfter(closeMs - 500, closeMs + 300), closeMs + 30 * minuteMs);
});

test("a day's bar that was asked for after the close is that day's bar", t => {
  const next = calendar.sessionAtOrAfter(closeMs + minuteMs).closeMs;
  t.is(dueAfter(closeMs + 100, closeMs + 300), next + 30 * minuteMs);
});
