import { utcToZonedDate, zonedToUtcMs } from '../records/zone.js';
import type { Calendar, Session } from './calendar.js';
import { dateOfDay, dayNumber } from './day-number.js';
import { usTradingDay } from './us-holidays.js';

const dayMs = 86_400_000;

// Ten years of days: asked again and again are only yesterday, today and tomorrow, and starting anew is only slow.
const maxKnown = 4_000;

/** Any calendar from its one rule: what a date's session is. Sessions must lie in the order of their dates. */
function createCalendar(name: string, zone: string, sessionOf: (date: string) => Session | undefined): Calendar {
  const known = new Map<number, Session | undefined>();

  function sessionOn(day: number): Session | undefined {
    if (known.has(day)) return known.get(day);
    if (known.size >= maxKnown) known.clear();
    const found = sessionOf(dateOfDay(day));
    known.set(day, found);
    return found;
  }

  // Both searches end soon: the longest rest of any calendar here was six days, in September 2001.
  return {
    name,
    zone,
    session: date => sessionOn(dayNumber(date)),
    sessionAtOrAfter(ms) {
      for (let day = dayNumber(utcToZonedDate(ms, zone)); ; day++) {
        const session = sessionOn(day);
        if (session && ms < session.closeMs) return session;
      }
    },
    lastClosed(ms) {
      for (let day = dayNumber(utcToZonedDate(ms, zone)); ; day--) {
        const session = sessionOn(day);
        if (session && session.closeMs <= ms) return session;
      }
    },
  };
}

const newYork = 'America/New_York';

function newYorkSession(date: string): Session | undefined {
  const kind = usTradingDay(date);
  if (kind === 'closed') return undefined;
  const early = kind === 'early';
  // No clock change falls into these hours, so both wall times exist once.
  const openMs = zonedToUtcMs(`${date} 09:30`, newYork)!;
  const closeMs = zonedToUtcMs(`${date} ${early ? '13:00' : '16:00'}`, newYork)!;
  return { date, openMs, closeMs, early };
}

function utcDay(date: string): Session {
  const openMs = dayNumber(date) * dayMs;
  return { date, openMs, closeMs: openMs + dayMs, early: false };
}

/** `XNYS` and `XNAS`: 09:30 to 16:00 (13:00 on early closes) in New York, extended hours are no session. `24/7`: each UTC day is one. */
const calendars = {
  XNYS: createCalendar('XNYS', newYork, newYorkSession),
  XNAS: createCalendar('XNAS', newYork, newYorkSession),
  '24/7': createCalendar('24/7', 'UTC', utcDay),
} as const satisfies Record<string, Calendar>;

export type CalendarName = keyof typeof calendars;
export const calendarNames = Object.keys(calendars) as readonly CalendarName[];

/** The calendar of a name in the config. */
export const calendarOf = (name: CalendarName): Calendar => calendars[name];
