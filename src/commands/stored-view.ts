import { statSync } from 'node:fs';
import { join } from 'node:path';
import { newestFiles } from '../batch/ledger.js';
import type { Config } from '../config/options.js';
import type { FeedSpec } from '../ingest/feed-desk.js';
import { decodeSeries, seriesKey } from '../ingest/series.js';
import { hasLog, openEmbeddedReader } from '../log/embedded/embedded-reader.js';
import { storedBacklog } from '../log/forward/backlog.js';
import type { LogReader } from '../log/log.js';
import { type FeedSnapshot, liveView, type SeriesSnapshot, type SourceSnapshot } from '../metrics/live-view.js';
import { createTally, idle, type SourceTally } from '../metrics/tally.js';
import type { QuotaStatus } from '../metrics/view.js';
import { instant } from '../metrics/wording.js';
import { restoreBudget } from '../schedule/budget-state.js';
import { createLearnedLimits } from '../schedule/learned-limits.js';
import { stillCloses } from '../schedule/learning.js';
import { createLedger } from '../schedule/ledger.js';
import { learnedNames, limitName } from '../schedule/quota-reports.js';
import { realTime } from '../streams/time.js';
import { decodeStoredList, listStateKey, type StoredList } from '../symbols/stored-list.js';
import type { StoredView } from './asking.js';
import { makePlan } from './make-plan.js';
import { packageVersion } from './package-version.js';
import { asOfMs, backlogStatus, expectations, logStatus, states } from './suppliers.js';

/**
 * What the log of an instance that does not run tells, in the words of the configuration as far as there is one.
 * Undefined when there is no log. @throws LogFailure when there is one that cannot be read
 */
export function storedView(
  logPath: string,
  { config, maxBytes }: { readonly config: Config | undefined; readonly maxBytes: number },
): StoredView | undefined {
  if (!hasLog(logPath)) return undefined;
  const log = openEmbeddedReader(logPath);
  const nowMs = realTime.now();
  const bytes = statSync(join(logPath, 'data.mdb')).size;
  const sources = config ? makePlan(config, { userAgent: '', proxy: {}, once: false }).sources : [];
  const budgets = new Map(
    sources.map(({ name, limits, deadlineMs }) => {
      const { charges, closed, learned } = restoreBudget(name, log, nowMs, deadlineMs);
      const ledger = createLedger(limits, charges);
      const usage = ledger.usage({ steadyMs: nowMs, laggingMs: nowMs });
      const quota = usage.map(
        ({ limit, used, resetsAtMs }): QuotaStatus => ({
          limit: limitName(limit),
          used,
          max: limit.requests,
          resetsAt: used === 0 || resetsAtMs === undefined ? null : instant(resetsAtMs),
        }),
      );
      return [
        name,
        {
          quota,
          learned: learnedNames(createLearnedLimits(limits, ledger, learned).learned),
          closed: closed && closed.untilMs > nowMs && stillCloses(closed, limits) ? closed : undefined,
        },
      ];
    }),
  );
  const tallied = new Map(
    [...budgets].flatMap(([name, { closed, quota }]): [string, SourceTally][] =>
      closed
        ? [[name, { ...idle.source, quota, state: 'paused', reason: closed.reason, until: instant(closed.untilMs) }]]
        : [],
    ),
  );
  const lists = new Map(
    Object.keys(config?.symbols ?? {}).flatMap((name): [string, StoredList][] => {
      const stored = decodeStoredList(log.get(listStateKey(name)));
      return stored ? [[name, stored]] : [];
    }),
  );
  const series = [...storedSeries(log, sources, lists)];
  const view = liveView(
    {
      instance: logPath,
      version: packageVersion,
      tally: () => ({
        ...createTally(realTime).snapshot(),
        sources: tallied,
        lists: [...lists].map(([name, { symbols, confirmedAtMs }]) => ({
          name,
          symbols: symbols.length,
          loadedAt: instant(confirmedAtMs),
        })),
      }),
      sources: () =>
        sources.map(
          ({ name, vendor }): SourceSnapshot => ({
            name,
            type: vendor.type,
            inFlight: 0,
            quota: budgets.get(name)?.quota ?? [],
            learned: budgets.get(name)?.learned ?? [],
          }),
        ),
      feeds: () =>
        sources.flatMap(({ name: source, feeds }) =>
          feeds.map(({ feed, calendar }): FeedSnapshot => {
            const { name } = feed;
            const symbols = series.filter(one => one.feed === name).length;
            return {
              name,
              source,
              symbols,
              due: 0,
              overdue: 0,
              worstLatenessSeconds: 0,
              ...expectations(feed, calendar, nowMs),
            };
          }),
        ),
      series: () => series,
      files: () => ({ waiting: 0, progress: [], recent: newestFiles(log, shownFiles) }),
      log() {
        const backlog = storedBacklog(log, nowMs);
        return { ...logStatus(log), bytes, maxBytes, ...(backlog && { backlog: backlogStatus(backlog) }) };
      },
    },
    realTime,
  );
  const status: StoredView['status'] = () => {
    const { startedAt: _, uptimeSeconds: __, ...known } = view.status();
    return known;
  };
  return { ...view, status, close: () => log.close() };
}

const shownFiles = 100;

/** Where no feed of the configuration has a series any more, topic and interval stand in for the feed's name. */
function* storedSeries(
  log: LogReader,
  sources: readonly { readonly vendor: { readonly type: string }; readonly feeds: readonly FeedSpec[] }[],
  lists: ReadonlyMap<string, StoredList>,
): Generator<SeriesSnapshot> {
  const feeds = new Map(
    sources.flatMap(({ vendor, feeds: specs }) => specs.map(spec => [seriesKey(vendor.type, spec.feed, ''), spec])),
  );
  const members = [...lists].map(([name, { symbols }]) => [name, new Set(symbols.map(one => one.symbol))] as const);
  for (const [key, value] of log.range('series/')) {
    const [type, symbol = '', ...form] = key.slice('series/'.length).split('|');
    const spec = feeds.get([type, '', ...form].join('|'));
    const [kind, interval, , topic = ''] = form;
    const series = decodeSeries(value);
    yield {
      symbol,
      lists: members.flatMap(([name, symbols]) =>
        symbols.has(symbol) && spec?.lists.includes(name) !== false ? [name] : [],
      ),
      feed: spec?.feed.name ?? (kind === 'bar' ? `${topic} ${interval}` : topic),
      newestMs: series.newestMs,
      asOfMs: spec ? asOfMs(spec.feed.wanted, spec.calendar, series) : series.newestMs,
      seenAtMs: series.seenMs,
      state: states[series.state],
      failures: series.failures,
      ...(series.reason !== undefined && { reason: series.reason }),
    };
  }
}
