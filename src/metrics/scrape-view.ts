import type { Gauge } from 'prom-client';
import type { Time } from '../streams/time.js';
import type { Scraped } from './instruments.js';
import type { BacklogStatus, FeedStatus, Freshness, Status, View } from './view.js';

// One scrape asks for several gauges; a status walks over all series, so they share one.
const shareMs = 500;

/** The gauges that come from a look at the whole state rather than from events. A feed or source that is gone leaves no old value. */
export function scrapeView(view: Pick<View, 'status'>, time: Pick<Time, 'monotonicMs'>): Scraped {
  let taken: { status: Status; atMs: number } | undefined;
  const status = (): Status => {
    const nowMs = time.monotonicMs();
    if (!taken || nowMs - taken.atMs >= shareMs) taken = { status: view.status(), atMs: nowMs };
    return taken.status;
  };
  const perFeed = (measure: (feed: FeedStatus) => number) => (gauge: Gauge<'feed'>) => {
    gauge.reset();
    for (const feed of status().feeds) gauge.set({ feed: feed.name }, measure(feed));
  };

  const quantiles = (measure: (feed: FeedStatus) => Freshness | null) => (gauge: Gauge<'feed' | 'quantile'>) => {
    gauge.reset();
    for (const feed of status().feeds) {
      const ages = measure(feed);
      if (!ages) continue;
      gauge.set({ feed: feed.name, quantile: '0.5' }, ages.p50);
      gauge.set({ feed: feed.name, quantile: '0.9' }, ages.p90);
      gauge.set({ feed: feed.name, quantile: '1' }, ages.max);
    }
  };

  const ofBacklog = (measure: keyof BacklogStatus) => (gauge: Gauge) => gauge.set(status().log.backlog?.[measure] ?? 0);

  return {
    backlogRecords: ofBacklog('records'),
    backlogBytes: ofBacklog('bytes'),
    backlogAge: ofBacklog('oldestSeconds'),
    logBytes: gauge => gauge.set(status().log.bytes),
    logMaxBytes: gauge => gauge.set(status().log.maxBytes),
    ready: gauge => gauge.set(status().ready ? 1 : 0),
    inFlight(gauge) {
      gauge.reset();
      for (const { name, inFlight } of status().sources) gauge.set({ source: name }, inFlight);
    },
    freshness: quantiles(({ freshness }) => freshness),
    // What is younger than expected (a bar that is forming) is not behind.
    staleness: quantiles(({ freshness, expected }) => {
      if (!freshness) return null;
      const closedSeconds = (Date.parse(status().now) - Date.parse(expected)) / 1000;
      const behind = (age: number): number => Math.max(0, age - closedSeconds);
      return { p50: behind(freshness.p50), p90: behind(freshness.p90), max: behind(freshness.max) };
    }),
    feedCadence: perFeed(feed => feed.cadenceSeconds),
    feedSymbols: perFeed(feed => feed.symbols),
    feedOverdue: perFeed(feed => feed.overdue),
    feedLateness: perFeed(feed => feed.worstLatenessSeconds),
  };
}
