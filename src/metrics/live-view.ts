import type { Time } from '../streams/time.js';
import { freshnessOf } from './freshness.js';
import { symbolsPage } from './symbols-page.js';
import { idle, type TallySnapshot } from './tally.js';
import type {
  FeedStatus,
  FilesStatus,
  LearnedLimitStatus,
  LogStatus,
  QuotaStatus,
  SourceStatus,
  SymbolState,
  View,
} from './view.js';
import { instant } from './wording.js';

/** One series as its owner knows it. */
export interface SeriesSnapshot {
  readonly symbol: string;
  readonly lists: readonly string[];
  readonly feed: string;
  /** Time of the newest record; undefined while there is none. */
  readonly newestMs: number | undefined;
  /** Up to when it tells what happened: the end of the session for a record that has only a date. Ages count from here. */
  readonly asOfMs: number | undefined;
  readonly seenAtMs: number | undefined;
  readonly state: SymbolState;
  readonly failures: number;
  readonly reason?: string;
}

export interface SourceSnapshot {
  readonly name: string;
  readonly type: string;
  readonly inFlight: number;
  /** Left out: as the `quota` events last said. */
  readonly quota?: readonly QuotaStatus[];
  /** Left out: as `limits-learned` last said. */
  readonly learned?: readonly LearnedLimitStatus[];
}

export type FeedSnapshot = Pick<
  FeedStatus,
  'name' | 'source' | 'symbols' | 'due' | 'overdue' | 'worstLatenessSeconds' | 'cadenceSeconds' | 'expected'
>;

/** What the running parts are asked for; all of it is taken at once and never waited for. */
export interface Suppliers {
  readonly instance: string;
  readonly version: string;
  tally(): TallySnapshot;
  sources(): readonly SourceSnapshot[];
  feeds(): readonly FeedSnapshot[];
  series(): Iterable<SeriesSnapshot>;
  log(): LogStatus;
  /** Absent: no files are read. */
  files?(): FilesStatus;
}

/** The view of a running instance: what events added up to, joined with what its parts know of this moment. */
export function liveView(from: Suppliers, time: Pick<Time, 'now'>): View {
  const feedsOf = (tally: TallySnapshot): readonly FeedStatus[] => {
    const nowMs = time.now();
    const ages = new Map<string, number[]>();
    for (const { feed, asOfMs } of from.series()) {
      if (asOfMs === undefined) continue;
      const known = ages.get(feed);
      if (known) known.push((nowMs - asOfMs) / 1000);
      else ages.set(feed, [(nowMs - asOfMs) / 1000]);
    }
    return from.feeds().map(feed => ({
      ...feed,
      freshness: freshnessOf(ages.get(feed.name) ?? []),
      ...(tally.feeds.get(feed.name) ?? idle.feed),
    }));
  };
  const sourcesOf = (tally: TallySnapshot): readonly SourceStatus[] =>
    from.sources().map(({ name, type, inFlight, quota, learned }) => {
      const counted = tally.sources.get(name) ?? idle.source;
      return { name, type, inFlight, ...counted, quota: quota ?? counted.quota, learned: learned ?? counted.learned };
    });

  return {
    readiness() {
      const { ready, draining, components } = from.tally();
      return { ready, draining, components };
    },
    status() {
      const tally = from.tally();
      const { ready, draining, components, startedAt, uptimeSeconds, lists, recent } = tally;
      const { instance, version } = from;
      const parts = { log: from.log(), sources: sourcesOf(tally), feeds: feedsOf(tally), lists, recent };
      const now = instant(time.now());
      return { instance, version, now, startedAt, uptimeSeconds, ready, draining, components, ...parts };
    },
    symbols(query) {
      const nowMs = time.now();
      return symbolsPage(from.series(), query, ({ newestMs, asOfMs, seenAtMs, ...series }) => ({
        ...series,
        newest: newestMs === undefined ? null : instant(newestMs),
        ...(seenAtMs === undefined ? {} : { seenAt: instant(seenAtMs) }),
        ...(asOfMs === undefined ? {} : { staleSeconds: Math.max(0, Math.round((nowMs - asOfMs) / 1000)) }),
      }));
    },
    quota: () => sourcesOf(from.tally()).map(({ name, quota, learned }) => ({ source: name, quota, learned })),
    feeds: () => feedsOf(from.tally()),
    files: () => from.files?.() ?? { waiting: 0, progress: [], recent: [] },
  };
}
