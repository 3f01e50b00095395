import type { HttpRequest } from '../../src/http/edge.js';
import type { FeedSpec } from '../../src/ingest/feed-desk.js';
import type { Event } from '../../src/records/event.js';
import { intervalMs } from '../../src/records/interval.js';
import { askedFor, formOf } from './asked-for.js';
import type { WorldClock } from './clock.js';
import type { ListTruth } from './list-truth.js';
import type { Accuse } from './oracle.js';

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
/** A day's bar is asked for so long after the close. */
const dayBarMs = 30 * minuteMs;
/** A word about lateness or a pause counts for so long. */
const saidMs = 2 * watchMs + slackMs;

interface Polled {
  /** The last outcome, and how many failures in a row. */
  readonly outcome: string;
  readonly failures: number;
}

/**
 * While a process lives, no series of a loaded list goes without a call for longer than the bound of its feed, unless the feed said within the
 * last minute that at least so many are late, the symbol waits by itself after failures, the plan lacks what the feed asks for, or the disk made trouble.
 * The bound: one and a half periods (a grid skips a point that comes sooner than half a period), what `late` tolerates, and one look of the owner.
 * A series of which nothing is known is due at once, at any hour. On a calendar the rule else holds within sessions, by the wall clock of the process,
 * and for one call after the close; for bars of a day only for that one.
 */
export function createPaceTruth(
  feeds: readonly FeedSpec[],
  lists: Pick<ListTruth, 'symbolsOf' | 'mayHave' | 'removedMs'>,
  clock: WorldClock,
  accuse: Accuse,
): PaceTruth {
  /** By series: when its last call was made, in true time and by the wall clock of then. */
  const asked = new Map<string, { readonly atMs: number; readonly wallMs: number }>();
  const polled = new Map<string, Polled>();
  const late = new Map<string, { readonly atMs: number; readonly overdue: number }>();
  /** By feed: when the vendor last said that the plan lacks it. */
  const denied = new Map<string, number>();
  let bornMs = Number.POSITIVE_INFINITY;
  let [offsetMs, jumpedMs] = [0, 0];

  const isDaily = ({ feed: { wanted } }: FeedSpec): boolean => wanted.data === 'bars' && wanted.interval === '1d';

  function boundMs(spec: FeedSpec, series: string): number {
    const { every, wanted } = spec.feed;
    const sayingMs = Math.max(watchMs, Math.min(every, 10 * watchMs)) + watchMs + slackMs;
    if (!polled.has(series) || (isDaily(spec) && spec.calendar)) return sayingMs;
    const stepMs = wanted.data === 'bars' && spec.calendar ? Math.max(every, intervalMs(wanted.interval)) : every;
    return 1.5 * stepMs + sayingMs;
  }

  /** How long a symbol waits by itself after its last outcome. */
  function pauseMs(name: string): number {
    const { outcome, failures } = polled.get(name) ?? { outcome: 'records', failures: 0 };
    if (outcome === 'unknown-symbol') return dayMs;
    if (outcome !== 'unavailable' && outcome !== 'malformed') return 0;
    return Math.min(outcome === 'malformed' ? hourMs : minuteMs, 5 * secondMs * 2 ** Math.min(failures, 20));
  }

  /** Since when the feed has had reason to ask, at the latest since `fromMs`; undefined if it has none at this time. */
  function sinceMs(spec: FeedSpec, series: string, fromMs: number): number | undefined {
    const { calendar, feed } = spec;
    if (calendar === undefined || !polled.has(series)) return fromMs;
    const wallMs = clock.now() + clock.wallOffsetMs;
    const { closeMs: lastCloseMs } = calendar.lastClosed(wallMs);
    const closedMs = lastCloseMs - clock.wallOffsetMs;
    const { atMs = 0, wallMs: askedWallMs = 0 } = asked.get(series) ?? {};
    // A clock that has been set since moves the close, and not the call.
    const hasClosing = atMs >= closedMs || askedWallMs >= lastCloseMs;
    if (isDaily(spec)) return hasClosing ? undefined : Math.max(fromMs, closedMs + dayBarMs);
    const { openMs, closeMs } = calendar.sessionAtOrAfter(wallMs);
    if (feed.every >= closeMs - openMs) return undefined;
    // The first point of a session lies up to a period behind its open.
    if (wallMs >= openMs) return Math.max(fromMs, openMs + feed.every - clock.wallOffsetMs);
    return hasClosing ? undefined : Math.max(fromMs, closedMs);
  }

  return {
    asked(request) {
      const { form, symbols } = askedFor(request);
      const of = feeds.filter(feed => formOf(feed) === form).flatMap(({ lists: names }) => names);
      for (const symbol of symbols) {
        asked.set(`${symbol}|${form}`, { atMs: clock.now(), wallMs: clock.now() + clock.wallOffsetMs });
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
      if (event.outcome === 'denied') denied.set(event.feed, clock.now());
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
      denied.clear();
    },
    look(troubledMs) {
      const nowMs = clock.now();
      if (clock.wallOffsetMs !== offsetMs) [offsetMs, jumpedMs] = [clock.wallOffsetMs, nowMs];
      for (const spec of feeds) {
        const { name } = spec.feed;
        if (nowMs - (denied.get(name) ?? Number.NEGATIVE_INFINITY) < dayMs) continue;
        const unasked: string[] = [];
        for (const list of spec.lists)
          for (const [symbol, listedMs] of lists.symbolsOf(list) ?? []) {
            const series = `${symbol}|${formOf(spec)}`;
            const askedMs = asked.get(series)?.atMs ?? 0;
            const since = sinceMs(spec, series, Math.max(askedMs, bornMs, listedMs, troubledMs, jumpedMs));
            if (since !== undefined && nowMs - since > boundMs(spec, series) + pauseMs(series))
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
