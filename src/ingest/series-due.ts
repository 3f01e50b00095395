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
  return nextDue({
    everyMs: feed.every,
    phase: desk.maxSymbols > 1 ? 0 : phaseOf(`${feed.name}/${symbol}`),
    nowMs,
    ...(calendar !== undefined && { calendar }),
    ...(feed.wanted.data === 'bars' && { interval: feed.wanted.interval }),
    ...(polledMs !== undefined && { polled: { atMs: polledMs, fresh } }),
    ...(newestMs !== undefined && newestDate !== undefined && { newest: { ms: newestMs, date: newestDate } }),
  });
}
