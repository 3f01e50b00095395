import type { HttpRequest } from '../../src/http/edge.js';
import type { FeedSpec } from '../../src/ingest/feed-desk.js';
import type { Event } from '../../src/records/event.js';
import { intervalMs } from '../../src/records/interval.js';
import type { WorldClock } from './clock.js';
import type { ListTruth } from './list-truth.js';
import type { Accuse } from './oracle.js';
import { askedFor } from './series-truth.js';

/** Every due item is served, or its lateness is said. */
export interface PaceTruth {
  asked(request: HttpRequest): void;
  report(event: Event): void;
  booted(): void;
  crashed(): void;
  /** @param troubledMs when the disk last made trouble, epoch ms */
  look(troubledMs: number): void;
}

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** The owner looks for what is late so often. */
const watchMs = 30 * secondMs;
const slackMs = 10 * secondMs;
/** A word about lateness or a pause counts for so long. */
const saidMs = 2 * watchMs + slackMs;

interface Polled {
  /** The last outcome, and how many failures in a row. */
  readonly outcome: string;
  readonly failures: number;
}

/**
 * While a process lives, no series of a loaded list goes without a call for longer than the bound of its feed, unless the feed said within the
 * last minute that at least so many are late, the symbol waits by itself after failures, or the disk made trouble.
 * The bound: one and a half periods (a grid skips a point that comes sooner than half a period), what `late` tolerates, and one look of the owner.
 * On a calendar the rule holds within sessions, by the wall clock of the process, and for one call after the close.
 */
export function createPaceTruth(
  feeds: readonly FeedSpec[],
  lists: Pick<ListTruth, 'symbolsOf' | 'mayHave' | 'removedMs'>,
  clock: WorldClock,
  accuse: Accuse,
): PaceTruth {
  const asked = new Map<string, number>();
  const polled = new Map<string, Polled>();
  const late = new Map<string, { readonly atMs: number; readonly overdue: number }>();
  let bornMs = Number.POSITIVE_INFINITY;
  let [offsetMs, jumpedMs] = [0, 0];

  const formOf = ({ feed: { wanted } }: FeedSpec): string => (wanted.data === 'bars' ? wanted.interval : 'quote');

  function boundMs({ feed: { every, wanted } }: FeedSpec): number {
    const toleratedMs = Math.max(watchMs, Math.min(every, 10 * watchMs));
    const stepMs = wanted.data === 'bars' ? Math.max(every, intervalMs(wanted.interval)) : every;
    return 1.5 * stepMs + toleratedMs + watchMs + slackMs;
  }

  /** How long a symbol waits by itself after its last outcome. */
  function pauseMs(name: string): number {
    const { outcome, failures } = polled.get(name) ?? { outcome: 'records', failures: 0 };
    if (outcome === 'unknown-symbol') return dayMs;
    if (outcome !== 'unavailable' && outcome !== 'malformed') return 0;
    return Math.min(outcome === 'malformed' ? hourMs : minuteMs, 5 * secondMs * 2 ** Math.min(failures, 20));
  }

  /** Since when the feed has had reason to ask, at the latest since `fromMs`; undefined if it has none at this time. */
  function sinceMs({ calendar, feed }: FeedSpec, fromMs: number, askedMs: number): number | undefined {
    if (calendar === undefined) return fromMs;
    if (feed.wanted.data === 'bars' && feed.wanted.interval === '1d') return undefined;
    const wallMs = clock.now() + clock.wallOffsetMs;
    const { openMs, closeMs } = calendar.sessionAtOrAfter(wallMs);
    if (feed.every >= closeMs - openMs) return undefined;
    // The first point of a session lies up to a period behind its open.
    if (wallMs >= openMs) return Math.max(fromMs, openMs + feed.every - clock.wallOffsetMs);
    const closedMs = calendar.lastClosed(wallMs).closeMs - clock.wallOffsetMs;
    return askedMs >= closedMs ? undefined : Math.max(fromMs, closedMs);
  }

  return {
    asked(request) {
      const { form, symbols } = askedFor(request);
      const of = feeds.filter(feed => formOf(feed) === form).flatMap(({ lists: names }) => names);
      for (const symbol of symbols) {
        asked.set(`${symbol}|${form}`, clock.now());
        const removedMs = lists.removedMs(symbol);
        if (removedMs === undefined || clock.now() - removedMs < saidMs) continue;
        if (!of.some(list => lists.mayHave(list, symbol)))
          accuse('lists-follow', `${symbol} is asked for a minute after it left all lists`);
      }
    },
    report(event) {
      if (event.kind === 'late') late.set(event.feed, { atMs: clock.now(), overdue: event.overdue });
      const feed = event.kind === 'polled' && feeds.find(one => one.feed.name === event.feed);
      if (event.kind !== 'polled' || !feed || event.outcome === 'refused') return;
      const isFailure = ['unavailable', 'malformed', 'unknown-symbol'].includes(event.outcome);
      for (const symbol of event.symbols) {
        const name = `${symbol}|${formOf(feed)}`;
        polled.set(name, { outcome: event.outcome, failures: isFailure ? (polled.get(name)?.failures ?? 0) + 1 : 0 });
      }
    },
    booted() {
      bornMs = clock.now();
    },
    crashed() {
      bornMs = Number.POSITIVE_INFINITY;
      late.clear();
    },
    look(troubledMs) {
      const nowMs = clock.now();
      if (clock.wallOffsetMs !== offsetMs) [offsetMs, jumpedMs] = [clock.wallOffsetMs, nowMs];
      for (const spec of feeds) {
        const { name } = spec.feed;
        const unasked: string[] = [];
        for (const list of spec.lists)
          for (const [symbol, listedMs] of lists.symbolsOf(list) ?? []) {
            const series = `${symbol}|${formOf(spec)}`;
            const askedMs = asked.get(series) ?? 0;
            const since = sinceMs(spec, Math.max(askedMs, bornMs, listedMs, troubledMs, jumpedMs), askedMs);
            if (since !== undefined && nowMs - since > boundMs(spec) + pauseMs(series))
              unasked.push(`${symbol} for ${Math.round((nowMs - since) / secondMs)} s`);
          }
        if (unasked.length === 0) continue;
        const { atMs = 0, overdue = 0 } = late.get(name) ?? {};
        const said = nowMs - atMs < saidMs ? `only ${overdue} are said to be late` : 'nothing is said to be late';
        if (nowMs - atMs >= saidMs || overdue < unasked.length)
          accuse(
            'due-or-late',
            `${name} has not asked for ${unasked.slice(0, 3).join(', ')} (${unasked.length} in all), and ${said}`,
          );
      }
    },
  };
}
