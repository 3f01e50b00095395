import type { Calendar } from '../schedule/calendar.js';
import { createTimetable } from '../schedule/timetable.js';
import type { Checks } from './checks.js';
import { type RecentLetters, recentLetters } from './recent-letters.js';
import { decodeSeries, type Feed, type Series, seriesKey, shifted } from './series.js';

export interface FeedSpec {
  readonly feed: Feed;
  readonly calendar: Calendar | undefined;
  readonly checks: Checks;
  readonly maxSymbols: number;
  readonly weight: number;
  readonly lists: readonly string[];
}

/** One feed as its owner sees it: which symbols it polls and when each is due. Holds one small entry a symbol; cursors stay in the log. */
export interface FeedDesk extends FeedSpec {
  readonly timetable: ReturnType<typeof createTimetable>;
  readonly series: Map<string, Series>;
  /** Which lists name a symbol: it is polled while at least one does. */
  readonly listedBy: Map<string, Set<string>>;
  /** Lists that have said what they hold. */
  readonly loaded: Set<string>;
  /** What the plan lacks is not asked for again before this, by the vendor's endpoint. */
  readonly denied: Map<string, number>;
  readonly letters: RecentLetters;
  /** The plan gives no long histories. */
  shallow: boolean;
}

export const openDesk = (
  spec: FeedSpec,
  sourceName: string,
  load: (key: string) => Uint8Array | undefined,
): FeedDesk => ({
  ...spec,
  letters: recentLetters(sourceName, spec.feed.name, load),
  timetable: createTimetable(),
  series: new Map(),
  listedBy: new Map(),
  loaded: new Set(),
  denied: new Map(),
  shallow: false,
});

/** Takes over what one list holds now. @returns the symbols that this feed polls from now on and did not before. */
export function relist(
  desk: FeedDesk,
  list: string,
  symbols: readonly string[],
  sourceType: string,
  load: (key: string) => Uint8Array | undefined,
  nowMs: number,
): readonly string[] {
  desk.loaded.add(list);
  const wanted = new Set(symbols);
  const arrived: string[] = [];
  for (const [symbol, lists] of desk.listedBy) {
    if (wanted.has(symbol) || !lists.delete(list) || lists.size > 0) continue;
    desk.listedBy.delete(symbol);
    desk.series.delete(symbol);
    desk.timetable.remove(symbol);
  }
  for (const symbol of wanted) {
    const lists = desk.listedBy.get(symbol);
    if (lists !== undefined) {
      lists.add(list);
      continue;
    }
    desk.listedBy.set(symbol, new Set([list]));
    const stored = decodeSeries(load(`series/${seriesKey(sourceType, desk.feed, symbol)}`));
    // A failure of the future: the clock was set back while nobody looked, and the pause after it must not grow by as much.
    const aheadMs = (stored.failedMs ?? Number.NEGATIVE_INFINITY) - nowMs;
    desk.series.set(symbol, aheadMs > 0 ? shifted(stored, -aheadMs) : stored);
    arrived.push(symbol);
  }
  return arrived;
}

/** The wall clock jumped: what is remembered in its time moves along. */
export function shiftDesk({ denied, series }: FeedDesk, byMs: number): void {
  for (const [endpoint, untilMs] of denied) denied.set(endpoint, untilMs + byMs);
  for (const [symbol, one] of series) series.set(symbol, shifted(one, byMs));
}
