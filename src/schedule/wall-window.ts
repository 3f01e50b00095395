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
 * The fixed window of a limit that contains `ms`.
 * - Up to a day: the first begins at `resetsAt` on each date, the last one of a date is cut short by the next date's. A day has 23 or 25 hours
 *   where the zone's clocks change.
 * - 28 to 31 days: the calendar month, from `resetsAt` on its first day.
 * - Other lengths above a day: whole days (rounded up), counted from a Monday.
 */
export function windowAt({ perMs, resetsAt, zone = 'UTC' }: FixedLimit, ms: number): WallWindow {
  const resetOn = (date: string): number => zonedToUtcMs(`${date} ${resetsAt}`, zone)!;
  const startOf = (nth: number): number => resetOn(perMs <= dayMs ? dateOfDay(nth) : dateOfPeriod(perMs, nth));

  let nth = periodOf(perMs, utcToZonedDate(ms, zone));
  // The date is a guess: before `resetsAt` the window of the date before still runs.
  while (ms < startOf(nth)) nth -= 1;
  while (ms >= startOf(nth + 1)) nth += 1;
  const startMs = startOf(nth);
  const endMs = startOf(nth + 1);
  if (perMs >= dayMs) return { startMs, endMs };
  const from = startMs + Math.floor((ms - startMs) / perMs) * perMs;
  return { startMs: from, endMs: Math.min(from + perMs, endMs) };
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
