import type { Observation } from '../records/observation.js';
import { isOver } from '../records/period.js';
import type { Calendar } from '../schedule/calendar.js';

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
  const session = observation.interval === '1d' ? calendar?.session(observation.date) : undefined;
  return session === undefined ? isOver(observation, askedMs) : session.closeMs <= askedMs;
}
