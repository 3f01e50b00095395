import { utcToZonedDate, zonedToUtcMs } from '../records/zone.js';
import { dateOfDay, dayNumber } from './day-number.js';
import type { Limit } from './limit.js';

const dayMs = 86_400_000;
// Windows of several days are counted from a Monday, so that those of seven days are weeks.
const someMonday = dayNumber('1970-01-05');

/** From `startMs` (inclusive) to `endMs` (exclusive), epoch ms. */
export interface WallWindow {
  readonly startMs: number;
  readonly endMs: number;
}

type FixedLimit = Limit & { readonly resetsAt: string };

export const isFixed = (limit: Limit): limit is FixedLimit => limit.resetsAt !== undefined;

/**
 * The fixed windows of a limit, as a function from an instant to the one that contains it. It remembers the last period, so it is cheap while time
 * goes on.
 * - Up to a day: the first begins at `resetsAt` on each date, the last one of a date is cut short by the next date's. A day has 23 or 25 hours
 *   where the zone's clocks change.
 * - 28 to 31 days: the calendar month, from `resetsAt` on its first day.
 * - Other lengths above a day: whole days (rounded up), counted from a Monday.
 */
export function wallWindows({ perMs, resetsAt, zone = 'UTC' }: FixedLimit): (ms: number) => WallWindow {
  const startOf = (nth: number): number =>
    zonedToUtcMs(`${perMs <= dayMs ? dateOfDay(nth) : dateOfPeriod(perMs, nth)} ${resetsAt}`, zone)!;

  function periodAt(ms: number): WallWindow {
    let nth = periodOf(perMs, utcToZonedDate(ms, zone));
    // The date is a guess: before `resetsAt` the window of the date before still runs.
    while (ms < startOf(nth)) nth -= 1;
    while (ms >= startOf(nth + 1)) nth += 1;
    return { startMs: startOf(nth), endMs: startOf(nth + 1) };
  }

  let period: WallWindow = { startMs: 0, endMs: 0 };
  return ms => {
    if (ms < period.startMs || ms >= period.endMs) period = periodAt(ms);
    if (perMs >= dayMs) return period;
    const startMs = period.startMs + Math.floor((ms - period.startMs) / perMs) * perMs;
    return { startMs, endMs: Math.min(startMs + perMs, period.endMs) };
  };
}

const isMonth = (perMs: number): boolean => perMs >= 28 * dayMs && perMs <= 31 * dayMs;

function periodOf(perMs: number, date: string): number {
  if (perMs <= dayMs) return dayNumber(date);
  if (isMonth(perMs)) return Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1;
  return Math.floor((dayNumber(date) - someMonday) / Math.ceil(perMs / dayMs));
}

function dateOfPeriod(perMs: number, nth: number): string {
  if (isMonth(perMs)) return new Date(Date.UTC(Math.floor(nth / 12), nth % 12, 1)).toISOString().slice(0, 10);
  return dateOfDay(someMonday + nth * Math.ceil(perMs / dayMs));
}
