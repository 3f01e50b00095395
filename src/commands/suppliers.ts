import type { Plan, Running } from '../ingest/blueprint.js';
import type { FeedDesk } from '../ingest/feed-desk.js';
import type { Feed, Series } from '../ingest/series.js';
import type { Backlog } from '../log/forward/backlog.js';
import type { Log, LogReader } from '../log/log.js';
import type { FeedSnapshot, SeriesSnapshot, Suppliers } from '../metrics/live-view.js';
import type { BacklogStatus, FilesStatus, LogStatus, SymbolState } from '../metrics/view.js';
import { intervalMs, isIntraday } from '../records/interval.js';
import type { Calendar } from '../schedule/calendar.js';
import type { Wanted } from '../sources/source.js';
import type { Shipping } from './shipping.js';

/** What the running graph knows of this moment, in the words of the status view. */
export function suppliersOf(
  plan: Plan,
  running: Pick<Running, 'peek'>,
  {
    log,
    shipping,
    files,
  }: {
    readonly log: Log;
    readonly shipping: Pick<Shipping, 'backlog'> | undefined;
    readonly files: (() => FilesStatus) | undefined;
  },
  nowMs: () => number,
): Pick<Suppliers, 'sources' | 'feeds' | 'series' | 'log' | 'files'> {
  const desks = function* (): Generator<readonly [source: string, desk: FeedDesk]> {
    for (const [source, view] of running.peek()) for (const desk of view.desks) yield [source, desk];
  };
  return {
    sources: () => {
      const views = running.peek();
      return plan.sources.map(({ name, vendor }) => ({
        name,
        type: vendor.type,
        inFlight: views.get(name)?.inFlight ?? 0,
      }));
    },
    feeds: () => [...desks()].map(([source, desk]) => feedSnapshot(source, desk, nowMs())),
    *series() {
      for (const [, desk] of desks())
        for (const [symbol, series] of desk.series) yield seriesSnapshot(desk, symbol, series, nowMs());
    },
    ...(files && { files }),
    log: () => ({
      ...logStatus(log),
      bytes: log.bytes,
      maxBytes: log.maxBytes,
      ...(shipping && { backlog: backlogStatus(shipping.backlog()) }),
    }),
  };
}

/** How late a series may be before it counts as overdue: half its period, but not less than a few seconds. */
const toleratedMs = (desk: FeedDesk): number => Math.max(5_000, Math.min(desk.feed.every / 2, 300_000));

function feedSnapshot(source: string, desk: FeedDesk, nowMs: number): FeedSnapshot {
  const head = desk.timetable.peek();
  const size = desk.timetable.size;
  const lateMs = head === undefined ? 0 : Math.max(0, nowMs - head.dueMs);
  return {
    name: desk.feed.name,
    source,
    symbols: desk.series.size,
    due: desk.timetable.dueCount(nowMs, size),
    overdue: desk.timetable.dueCount(nowMs - toleratedMs(desk), size),
    worstLatenessSeconds: lateMs > toleratedMs(desk) ? Math.round(lateMs) / 1_000 : 0,
    ...expectations(desk.feed, desk.calendar, nowMs),
  };
}

export const states = { new: 'new', ok: 'current', failing: 'failing', unknown: 'skipped' } as const satisfies Record<
  Series['state'],
  SymbolState
>;

const dayMs = 86_400_000;

/** What carries only a date is of the whole session: its age counts from that session's close, without a calendar from the end of its UTC day. */
export function asOfMs(wanted: Wanted, calendar: Calendar | undefined, series: Series): number | undefined {
  const { newestMs, newestDate } = series;
  if (newestMs === undefined || newestDate === undefined) return newestMs;
  const isDate = wanted.data === 'bars' ? !isIntraday(wanted.interval) : newestMs % dayMs === 0;
  return isDate ? (calendar?.session(newestDate)?.closeMs ?? Date.parse(newestDate) + dayMs) : newestMs;
}

/**
 * Up to when the newest record of a series should tell by now (`asOfMs`). Bars of a day are there after the close; of weeks and months two periods are
 * allowed, because some sources leave out the one that is forming and date it by its first day.
 */
export function expectedMs(wanted: Wanted, calendar: Calendar | undefined, nowMs: number): number {
  if (wanted.data === 'bars' && !isIntraday(wanted.interval)) {
    const atMs = wanted.interval === '1d' ? nowMs : nowMs - 2 * intervalMs(wanted.interval);
    return calendar?.lastClosed(atMs).closeMs ?? Math.floor(atMs / dayMs) * dayMs;
  }
  if (calendar === undefined || calendar.sessionAtOrAfter(nowMs).openMs <= nowMs) return nowMs;
  return calendar.lastClosed(nowMs).closeMs;
}

export const expectations = (feed: Feed, calendar: Calendar | undefined, nowMs: number) => ({
  cadenceSeconds: feed.every / 1_000,
  expected: new Date(expectedMs(feed.wanted, calendar, nowMs)).toISOString(),
});

function seriesSnapshot(desk: FeedDesk, symbol: string, series: Series, nowMs: number): SeriesSnapshot {
  const dueMs = desk.timetable.dueMs(symbol);
  const isLate = dueMs !== undefined && dueMs < nowMs - toleratedMs(desk);
  const state = states[series.state];
  return {
    symbol,
    lists: [...(desk.listedBy.get(symbol) ?? [])],
    feed: desk.feed.name,
    newestMs: series.newestMs,
    asOfMs: asOfMs(desk.feed.wanted, desk.calendar, series),
    seenAtMs: series.seenMs,
    state: isLate && state === 'current' ? 'overdue' : state,
    failures: series.failures,
    ...(series.reason !== undefined && { reason: series.reason }),
  };
}

export const backlogStatus = ({ records, bytes, oldestMs }: Backlog): BacklogStatus => ({
  records,
  bytes,
  oldestSeconds: Math.max(0, oldestMs) / 1000,
});

/** What the log holds, from its own process or from another. */
export function logStatus(log: LogReader): Pick<LogStatus, 'identity' | 'topics'> {
  const topics = log.topics().map(topic => {
    const ends = log.ends(topic);
    return { topic, partitions: ends.length, records: ends.reduce((sum, { start, end }) => sum + end - start, 0) };
  });
  return { identity: log.identity, topics };
}
