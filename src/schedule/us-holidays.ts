import { dayNumber, weekdayOf } from './day-number.js';

/**
 * When NYSE and Nasdaq do not trade all day, from 2000 on.
 *
 * Source: NYSE Rule 7.2 (holidays) and NYSE's yearly lists "Holidays & Trading Hours" (nyse.com/markets/hours-calendars, published to 2028), for
 * the closings out of turn NYSE's notices of those days. The two exchanges have kept the same full days and early closes since 2000.
 * Compared with exchange_calendars 4.13.2 and pandas_market_calendars 5.5.0: every date from 2000-01-03 to 2028-12-29 agrees on open and close.
 * Left out on purpose: openings delayed or trading cut short by minutes (2001-09-17, 2002-09-11, 2005-06-01 …): those are halts within a session.
 */

const sunday = 0;
const monday = 1;
const thursday = 4;
const friday = 5;
const saturday = 6;

/** Closings that follow from no rule. */
const closings = new Set([
  // Attacks of September 11
  '2001-09-11',
  '2001-09-12',
  '2001-09-13',
  '2001-09-14',
  // Mourning: Presidents Reagan, Ford, G. H. W. Bush, Carter
  '2004-06-11',
  '2007-01-02',
  '2018-12-05',
  '2025-01-09',
  // Hurricane Sandy
  '2012-10-29',
  '2012-10-30',
]);

/** Early closes that follow from no rule: the Fridays after Independence Day and Christmas Day on a Thursday. */
const earlyCloses = new Set(['2002-07-05', '2003-12-26']);
/** And the day before Independence Day on which trading went to 16:00, because the day after it was the short one. */
const fullDays = new Set(['2002-07-03']);

const dayIn = (year: number, month: number, day: number): number =>
  dayNumber(`${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`);

/** The `nth` such weekday of a month, from 1. */
function nthWeekday(year: number, month: number, weekday: number, nth: number): number {
  const first = dayIn(year, month, 1);
  return first + ((weekday - weekdayOf(first) + 7) % 7) + (nth - 1) * 7;
}

const lastMondayOfMay = (year: number): number => {
  const last = dayIn(year, 5, 31);
  return last - ((weekdayOf(last) - monday + 7) % 7);
};

/** Saturday is kept on the Friday before, Sunday on the Monday after. */
const observed = (day: number): number =>
  weekdayOf(day) === saturday ? day - 1 : weekdayOf(day) === sunday ? day + 1 : day;

/** Easter Sunday of the Gregorian calendar (Meeus, Astronomical Algorithms, chapter 8). */
function easter(year: number): number {
  const golden = year % 19;
  const century = Math.floor(year / 100);
  const inCentury = year % 100;
  const shift = Math.floor((century + 8) / 25);
  const moon = (19 * golden + century - Math.floor(century / 4) - Math.floor((century - shift + 1) / 3) + 15) % 30;
  const week = (32 + 2 * (century % 4) + 2 * Math.floor(inCentury / 4) - moon - (inCentury % 4)) % 7;
  const late = Math.floor((golden + 11 * moon + 22 * week) / 451);
  const sum = moon + week - 7 * late + 114;
  return dayIn(year, Math.floor(sum / 31), (sum % 31) + 1);
}

function holidaysOf(year: number): readonly number[] {
  const newYear = dayIn(year, 1, 1);
  return [
    // On a Saturday it is not kept on the Friday before: that would fall into the accounting year that ends there.
    ...(weekdayOf(newYear) === saturday ? [] : [observed(newYear)]),
    nthWeekday(year, 1, monday, 3),
    nthWeekday(year, 2, monday, 3),
    easter(year) - 2,
    lastMondayOfMay(year),
    ...(year >= 2022 ? [observed(dayIn(year, 6, 19))] : []),
    observed(dayIn(year, 7, 4)),
    nthWeekday(year, 9, monday, 1),
    nthWeekday(year, 11, thursday, 4),
    observed(dayIn(year, 12, 25)),
  ];
}

/** Days that close at 13:00, if they are sessions: before Independence Day (Monday to Thursday), after Thanksgiving, before Christmas Day. */
function earlyDaysOf(year: number): readonly number[] {
  const july3 = dayIn(year, 7, 3);
  return [...(weekdayOf(july3) < friday ? [july3] : []), nthWeekday(year, 11, thursday, 4) + 1, dayIn(year, 12, 24)];
}

/** The first year that this file knows. */
export const firstYear = 2000;

/** What a weekday is: `closed`, `early` (13:00) or a `full` session. Years after the published lists follow the rules. */
export function usTradingDay(date: string): 'closed' | 'early' | 'full' {
  const day = dayNumber(date);
  const weekday = weekdayOf(day);
  if (weekday === sunday || weekday === saturday) return 'closed';
  const year = Number(date.slice(0, 4));
  if (year < firstYear) return 'full';
  if (closings.has(date) || holidaysOf(year).includes(day)) return 'closed';
  if (earlyCloses.has(date)) return 'early';
  return earlyDaysOf(year).includes(day) && !fullDays.has(date) ? 'early' : 'full';
}
