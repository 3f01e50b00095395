import { instantMs } from '../records/instant.js';
import { type Interval, intervalMs, isIntraday } from '../records/interval.js';
import type { Observation } from '../records/observation.js';
import type { Calendar } from '../schedule/calendar.js';

const dayMs = 86_400_000;

/**
 * Whether passing of time can still change a bar. A later bar of the same series in the same answer settles it; else the clock does:
 * intraday at its end, a day at its session's close (without a calendar, when that date has ended everywhere on earth, UTC-12).
 * @param askedMs when it was asked for, not when it came: an answer that takes a second across the end of a bar shows it unfinished
 */
export function isFinal(
  observation: Observation,
  hasLaterBar: boolean,
  askedMs: number,
  calendar: Calendar | undefined,
): boolean {
  if (observation.kind !== 'bar') return true;
  if (hasLaterBar) return true;
  const { interval, date, time } = observation;
  if (isIntraday(interval)) return instantMs(time) + intervalMs(interval) <= askedMs;
  if (interval === '1d') {
    const session = calendar?.session(date);
    return session === undefined ? askedMs >= Date.parse(date) + 1.5 * dayMs : session.closeMs <= askedMs;
  }
  return askedMs >= endOfPeriod(interval, date) + 0.5 * dayMs;
}

function endOfPeriod(interval: Interval, date: string): number {
  const day = new Date(`${date}T00:00:00Z`);
  if (interval === '1mo') return Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 1);
  return day.getTime() + (7 - ((day.getUTCDay() + 6) % 7)) * dayMs;
}
