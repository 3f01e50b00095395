import { instantMs, wallMs } from './instant.js';
import { type Interval, intervalMs, isIntraday } from './interval.js';
import type { Bar } from './observation.js';

const dayMs = 86_400_000;

/** Whether the clock alone says that the period of a bar has ended: intraday at its end, a longer one when its last date has ended everywhere on earth (UTC-12). */
export function isOver({ interval, date, time }: Pick<Bar, 'interval' | 'date' | 'time'>, ms: number): boolean {
  if (isIntraday(interval)) return instantMs(time) + intervalMs(interval) <= ms;
  if (interval === '1d') return ms >= wallMs(date) + 1.5 * dayMs;
  return ms >= endOfPeriod(interval, date) + 0.5 * dayMs;
}

function endOfPeriod(interval: Interval, date: string): number {
  const day = new Date(`${date}T00:00:00Z`);
  if (interval === '1mo') return Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 1);
  return day.getTime() + (7 - ((day.getUTCDay() + 6) % 7)) * dayMs;
}
