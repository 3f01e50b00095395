import { nextDue, phaseOf } from '../schedule/due.js';
import type { FeedDesk } from './feed-desk.js';
import type { Series } from './series.js';

/**
 * When a series of a feed is due next, epoch ms. What is known comes from the log, so a restart polls nothing again that is not due.
 * Feeds that ask for many symbols in one call have no spread: their symbols have to be due together.
 */
export function seriesDue(desk: FeedDesk, symbol: string, series: Series, nowMs: number): number {
  const { feed, calendar } = desk;
  const { polledMs, fresh = false, newestMs, newestDate } = series;
  // One literal of one shape: this is asked for every poll, and spreads of what may be absent cost more than the answer.
  return nextDue({
    everyMs: feed.every,
    phase: desk.maxSymbols > 1 ? 0 : phaseOf(`${feed.name}/${symbol}`),
    nowMs,
    calendar,
    interval: feed.wanted.data === 'bars' ? feed.wanted.interval : undefined,
    polled: polledMs === undefined ? undefined : { atMs: polledMs, fresh },
    newest: newestMs === undefined || newestDate === undefined ? undefined : { ms: newestMs, date: newestDate },
  });
}
