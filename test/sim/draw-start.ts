import { calendarOf } from '../../src/schedule/calendars.js';
import type { Draw } from './draw.js';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** Trade round the clock; by the exchange's calendar; from shortly before its close to when the day's bar is asked for; round the vendor's midnight. */
export type Scene = 'nonstop' | 'session' | 'evening' | 'midnight';

export const isExchange = (scene: Scene): boolean => scene === 'session' || scene === 'evening';

/** Days on which something is different: both daylight changes, an early close, a holiday, a weekend; and one on which nothing is. */
const dates = ['2026-03-08', '2026-11-01', '2026-11-27', '2026-11-26', '2026-03-10', '2026-03-10', '2026-03-06'];

/** The day's bar is asked for half an hour behind the close; after it there is little to compute. */
export const drawLength = (scene: Scene, draw: Draw): number =>
  (scene === 'evening' ? draw.whole(50, 60) : draw.whole(12, 45)) * minuteMs;

export function startOf(scene: Scene, draw: Draw, forMs: number): number {
  const date = draw.one(dates);
  const midnight = Date.parse(`${date}T00:00:00Z`);
  switch (scene) {
    case 'nonstop':
      // On the days on which the clocks change: around the hour in which they do.
      return midnight + (draw.is(0.6) ? 6.5 * hourMs - draw.whole(0, forMs) : draw.whole(0, dayMs));
    case 'midnight':
      return midnight + draw.one([4, 5]) * hourMs - draw.whole(0, forMs);
    case 'evening':
      return calendarOf('XNYS').sessionAtOrAfter(midnight + 12 * hourMs).closeMs - draw.whole(1, 8 * minuteMs);
    case 'session': {
      const { openMs, closeMs } = calendarOf('XNYS').sessionAtOrAfter(midnight + 12 * hourMs);
      return draw.one([
        openMs - draw.whole(0, forMs),
        closeMs - draw.whole(0, forMs),
        openMs + draw.whole(0, 3 * hourMs),
      ]);
    }
  }
}
