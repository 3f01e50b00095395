import type { Event, Report } from '../records/event.js';
import type { Time } from '../streams/time.js';
import { isRoutine } from './routine.js';
import { sentenceOf } from './sentence.js';
import type { LearnedLimitStatus, ListStatus, QuotaStatus, Readiness, RecentEvent, SourceState } from './view.js';
import { instant } from './wording.js';

const maxRecent = 100;

/** What the events of this run add up to. Maps are keyed by the names of the configuration, so they are as large as it is. */
export interface TallySnapshot extends Readiness {
  readonly startedAt: string;
  readonly uptimeSeconds: number;
  readonly sources: ReadonlyMap<string, SourceTally>;
  readonly feeds: ReadonlyMap<string, FeedTally>;
  readonly lists: readonly ListStatus[];
  /** Records of files. */
  readonly fileRecords: number;
  readonly recent: readonly RecentEvent[];
  /** Sizes as last reported; undefined before the first report. */
  readonly log: { readonly bytes: number; readonly maxBytes: number } | undefined;
}

export interface SourceTally {
  readonly state: SourceState;
  readonly reason?: string;
  readonly until?: string;
  readonly calls: number;
  readonly refused: number;
  /** By limit, as last reported. */
  readonly quota: readonly QuotaStatus[];
  readonly learned: readonly LearnedLimitStatus[];
}

export interface FeedTally {
  readonly records: number;
  readonly restated: number;
  readonly rejected: number;
  readonly lastRecordAt?: string;
}

const idleSource: SourceTally = { state: 'running', calls: 0, refused: 0, quota: [], learned: [] };
const idleFeed: FeedTally = { records: 0, restated: 0, rejected: 0 };

/** What an unknown source or feed counts as: nothing has happened yet. */
export const idle = { source: idleSource, feed: idleFeed } as const;

/** Listens beside the metrics and keeps in memory what the status page shows of events. */
export function createTally(time: Pick<Time, 'now' | 'monotonicMs'>): {
  readonly report: Report;
  readonly snapshot: () => TallySnapshot;
} {
  const startedMs = time.now();
  const startedMonotonicMs = time.monotonicMs();
  const sources = new Map<string, Mutable<SourceTally>>();
  const feeds = new Map<string, Mutable<Omit<FeedTally, 'lastRecordAt'>> & { lastRecordMs?: number }>();
  const lists = new Map<string, ListStatus>();
  const components = new Map<string, { ready: boolean; reason?: string }>();
  const recent = new Map<string, RecentEvent>();
  let log: TallySnapshot['log'];
  let ready = false;
  let draining = false;
  let unkeyed = 0;
  let fileRecords = 0;

  const now = (): string => instant(time.now());
  // Counted in place: a poll makes five events, and a snapshot is asked for once a second.
  const sourceOf = (name: string) => known(sources, name, () => ({ ...idleSource }));
  const feedOf = (name: string) => known(feeds, name, () => ({ ...idleFeed }));
  const remember = (event: Event): void => {
    if (isRoutine(event)) return;
    const { level, text, repeats } = sentenceOf(event);
    if (level === 'debug') return;
    const key = repeats === undefined ? `${unkeyed++}` : `${level} ${repeats}`;
    const times = (recent.get(key)?.times ?? 0) + 1;
    // Deleted first, so that what happens again moves to the end of the map's order.
    recent.delete(key);
    recent.set(key, { at: now(), level, text, times });
    if (recent.size > maxRecent) recent.delete(recent.keys().next().value!);
  };

  const add: Report = event => {
    switch (event.kind) {
      case 'ready':
        ready = true;
        return;
      case 'draining':
        draining = true;
        return;
      case 'component':
        components.set(event.name, { ready: event.ready, ...(event.reason ? { reason: event.reason } : {}) });
        return;
      case 'limits-changed': {
        const source = sourceOf(event.source);
        source.quota = source.quota.filter(({ limit }) => !event.gone.includes(limit));
        return;
      }
      case 'quota': {
        const { limit, used, max, resetsAtMs } = event;
        const quota = { limit, used, max, resetsAt: resetsAtMs === undefined ? null : instant(resetsAtMs) };
        const source = sourceOf(event.source);
        // In its place, so that the bars of the page do not change seats.
        source.quota = source.quota.some(one => one.limit === limit)
          ? source.quota.map(one => (one.limit === limit ? quota : one))
          : [...source.quota, quota];
        return;
      }
      case 'limits-learned':
        sourceOf(event.source).learned = event.learned;
        return;
      case 'source-paused': {
        const { reason, untilMs } = event;
        Object.assign(sourceOf(event.source), { state: 'paused', reason, until: instant(untilMs) });
        return;
      }
      case 'source-resumed':
        sources.set(event.source, resumed(sources.get(event.source)));
        return;
      case 'source-stopped':
        sources.set(event.source, { ...resumed(sources.get(event.source)), state: 'stopped', reason: event.reason });
        return;
      case 'unit-held': {
        const source = sourceName(event.unit);
        if (source !== undefined) sources.set(source, resumed(sources.get(source)));
        return;
      }
      case 'unit-released': {
        const source = sourceName(event.unit);
        if (source !== undefined)
          sources.set(source, { ...resumed(sources.get(source)), state: 'standby', quota: [], learned: [] });
        // Its parts are no part of this instance's readiness any more.
        for (const name of [event.unit, `log (${event.unit})`]) components.delete(name);
        return;
      }
      case 'polled': {
        const source = sourceOf(event.source);
        source.calls += 1;
        if (event.outcome === 'refused') source.refused += 1;
        return;
      }
      case 'settled': {
        const feed = feedOf(event.feed);
        feed.restated += event.restated;
        feed.rejected += event.rejected;
        return;
      }
      case 'published': {
        const feed = feedOf(event.feed);
        feed.records += event.records;
        feed.lastRecordMs = time.now();
        return;
      }
      case 'file-rows':
        fileRecords += event.published;
        return;
      case 'list-loaded':
      case 'list-changed':
        lists.set(event.list, { name: event.list, symbols: event.symbols, loadedAt: now() });
        return;
      case 'list-refused':
        lists.set(event.list, {
          ...lists.get(event.list),
          name: event.list,
          symbols: event.symbols,
          refused: event.reason,
        });
        return;
      case 'log-size':
      case 'log-paused':
      case 'log-resumed':
        log = { bytes: event.bytes, maxBytes: event.maxBytes };
        return;
      case 'started':
      case 'drained':
      case 'lines-lost':
      case 'permit-granted':
      case 'rate-lowered':
      case 'rate-raised':
      case 'history-denied':
      case 'symbol-failing':
      case 'dead-letter':
      case 'letters-dealt':
      case 'late':
      case 'appended':
      case 'append-failed':
      case 'log-damaged':
      case 'retained':
      case 'shipped':
      case 'ship-failed':
      case 'records-refused':
      case 'topic-recreated':
      case 'topic-differs':
      case 'unshipped':
      case 'file-archived':
      case 'file-quarantined':
      case 'file-duplicate':
      case 'file-left':
      case 'unit-refused':
      case 'actor-restarted':
      case 'actor-failed':
      case 'mailbox-lost':
        return; // In the recent events and the metrics.
    }
  };

  return {
    report(event) {
      add(event);
      remember(event);
    },
    snapshot: () => ({
      startedAt: instant(startedMs),
      uptimeSeconds: Math.floor((time.monotonicMs() - startedMonotonicMs) / 1000),
      ready: ready && !draining && [...components.values()].every(component => component.ready),
      draining,
      components: Object.fromEntries(components),
      sources: new Map(Array.from(sources, ([name, source]) => [name, { ...source }])),
      feeds: new Map(
        Array.from(feeds, ([name, { lastRecordMs, ...feed }]) => [
          name,
          { ...feed, ...(lastRecordMs !== undefined && { lastRecordAt: instant(lastRecordMs) }) },
        ]),
      ),
      lists: [...lists.values()],
      fileRecords,
      recent: [...recent.values()],
      log,
    }),
  };
}

const sourceName = (unit: string): string | undefined => /^source\/(.*)$/s.exec(unit)?.[1];

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

function known<T>(all: Map<string, T>, name: string, make: () => T): T {
  const found = all.get(name);
  if (found !== undefined) return found;
  const made = make();
  all.set(name, made);
  return made;
}

function resumed(known: SourceTally = idleSource): SourceTally {
  const { calls, refused, quota, learned } = known;
  return { state: 'running', calls, refused, quota, learned };
}
