import { type Interval, intervalMs, isIntraday } from '../records/interval.js';
import type { Calendar, Session } from './calendar.js';
import { dayNumber } from './day-number.js';

const secondMs = 1_000;
const minuteMs = 60_000;
const hourMs = 3_600_000;
const dayMs = 86_400_000;

/** What is known of a series when its next poll is planned. All times are epoch ms of the wall clock. */
export interface DueQuestion {
  readonly everyMs: number;
  /** Without one the series is polled round the clock. */
  readonly calendar?: Calendar;
  /** Of the bars; quotes have none. */
  readonly interval?: Interval;
  /** `phaseOf` the series: spreads series that share a cadence over it. */
  readonly phase: number;
  readonly nowMs: number;
  /** The last poll that was answered in this run; fresh when it brought a record. A poll that failed is not one: its retry is the owner's. */
  readonly polled?: { readonly atMs: number; readonly fresh: boolean };
  /** Time and trading date of the newest record that is known. */
  readonly newest?: { readonly ms: number; readonly date: string };
}

/**
 * When a series should be polled next: a time that may be past, which tells how long it has been waiting.
 *
 * - A series of which nothing is known: now.
 * - No calendar: on a grid of `everyMs` shifted by the phase, so that it does not drift; points missed while down are skipped.
 * - Quotes on a calendar: on a grid of `everyMs` from each open, and once after the close; only then if `everyMs` is as long as the session.
 * - Intraday bars: 1 to 2 s after a bar has ended (every bar, or fewer where `everyMs` is longer, and the session's last). Until it appears up to three
 *   more polls, `everyMs` (at least 10 s), 3 and 7 times that later; five after the close, by minutes, because delayed feeds end later.
 * - Bars of a day or more: 30 min after the close (sooner, but at least 15 min, if `everyMs` is less), then 2, 6 and 15 h after it until the
 *   session's bar is there: four calls at most, so that a quota of a few calls a day is not eaten by waiting. Vendors bring it out in the
 *   evening or overnight. A series that missed the session before as well (halted, delisted) is asked once a session.
 */
export function nextDue(question: DueQuestion): number {
  const { calendar, interval, nowMs, polled } = question;
  // A clock that was set back since.
  const asked = polled && polled.atMs > nowMs ? { ...question, polled: { ...polled, atMs: nowMs } } : question;
  if (polled === undefined && question.newest === undefined) return nowMs;
  if (calendar === undefined) return dueOnGrid(asked);
  if (interval === undefined) return dueQuote(asked, calendar);
  return isIntraday(interval) ? dueBar(asked, calendar, intervalMs(interval)) : dueDay(asked, calendar, interval);
}

/** A number in [0, 1) that is the same for the same series in every run: FNV-1a, then the last steps of murmur3, as FNV leaves short texts bunched. */
export function phaseOf(series: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < series.length; i++) hash = Math.imul(hash ^ series.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** The grid point after `fromMs`; one that comes sooner than half a period after it is skipped, because a poll came late and not the grid early. */
function afterOnGrid(originMs: number, everyMs: number, fromMs: number): number {
  const steps = Math.floor((fromMs + everyMs / 2 - originMs) / everyMs) + 1;
  return originMs + steps * everyMs;
}

function dueOnGrid({ everyMs, phase, polled, nowMs }: DueQuestion): number {
  return polled ? afterOnGrid(phase * everyMs, everyMs, polled.atMs) : nowMs;
}

const delayMs = (phase: number): number => secondMs * (1 + phase);

function dueQuote({ everyMs, phase, polled, newest, nowMs }: DueQuestion, calendar: Calendar): number {
  const lastMs = polled?.atMs;
  const closed = calendar.lastClosed(nowMs);
  const closingMs = closed.closeMs + delayMs(phase);
  const hasClosing = lastMs === undefined ? newest !== undefined && newest.date >= closed.date : lastMs >= closingMs;
  if (!hasClosing) return closingMs;
  const session = calendar.sessionAtOrAfter(nowMs);
  const first = session.openMs + phase * everyMs;
  if (everyMs >= session.closeMs - session.openMs) return session.closeMs + delayMs(phase);
  const next = lastMs === undefined || lastMs < session.openMs ? first : afterOnGrid(first, everyMs, lastMs);
  return next < session.closeMs ? next : session.closeMs + delayMs(phase);
}

/** Bar ends of a session at which it is polled: each `step`, and the close. */
interface Points {
  readonly session: Session;
  readonly stepMs: number;
}

/** The newest point at or before `ms`, looking into the session before if this one has none yet. */
function pointBefore(calendar: Calendar, stepMs: number, ms: number): { endMs: number; points: Points } {
  const running = calendar.sessionAtOrAfter(ms);
  const steps = Math.floor((ms - running.openMs) / stepMs);
  if (steps >= 1) return { endMs: running.openMs + steps * stepMs, points: { session: running, stepMs } };
  const session = calendar.lastClosed(ms);
  return { endMs: session.closeMs, points: { session, stepMs } };
}

function pointAfter(calendar: Calendar, stepMs: number, endMs: number): number {
  const session = calendar.sessionAtOrAfter(endMs);
  const steps = Math.max(0, Math.floor((endMs - session.openMs) / stepMs)) + 1;
  return Math.min(session.openMs + steps * stepMs, session.closeMs);
}

const inSessionTries = [0, 1, 3, 7];
const afterCloseTries = [0, 1, 3, 7, 15, 31];

function dueBar({ everyMs, phase, polled, newest, nowMs }: DueQuestion, calendar: Calendar, barMs: number): number {
  const stepMs = Math.ceil(everyMs / barMs) * barMs;
  const { endMs, points } = pointBefore(calendar, stepMs, nowMs);
  const atClose = endMs === points.session.closeMs;
  const firstMs = endMs + delayMs(phase);
  const newestMs = newest?.ms ?? Number.NEGATIVE_INFINITY;
  // The last bar of a session may be shorter than the others: its start is counted from the open.
  const startMs = atClose ? lastBarStart(points.session, barMs) : endMs - barMs;
  const polledSince = polled !== undefined && polled.atMs >= firstMs;
  // Stamps are a bar's start with most sources and its end with some, so a stamp between the two proves nothing but what a poll brought.
  const appeared = newestMs >= endMs || (newestMs >= startMs && (polledSince ? polled.fresh : polled === undefined));
  const fullyLate = polledSince && polled.fresh && !atClose;
  if (!appeared && !fullyLate) {
    const gapMs = atClose ? Math.min(Math.max(everyMs, minuteMs), 5 * minuteMs) : Math.max(everyMs, 10 * secondMs);
    const tries = (atClose ? afterCloseTries : inSessionTries).map(times => firstMs + times * gapMs);
    const next = polled === undefined ? firstMs : tries.find(ms => ms > polled.atMs);
    if (next !== undefined && next < pointAfter(calendar, stepMs, endMs)) return next;
  }
  return pointAfter(calendar, stepMs, endMs) + delayMs(phase);
}

const lastBarStart = ({ openMs, closeMs }: Session, barMs: number): number =>
  openMs + Math.floor((closeMs - 1 - openMs) / barMs) * barMs;

const dayTries = [2 * hourMs, 6 * hourMs, 15 * hourMs];

function dueDay({ everyMs, polled, newest, nowMs }: DueQuestion, calendar: Calendar, interval: Interval): number {
  const firstTryMs = Math.min(30 * minuteMs, Math.max(15 * minuteMs, everyMs));
  const session = calendar.lastClosed(nowMs);
  const firstMs = session.closeMs + firstTryMs;
  const polledSince = polled !== undefined && polled.atMs >= firstMs;
  // Some sources show a day's bar while it is forming: fetched before the close it is not the day's bar yet.
  const isFinal = polled === undefined || polled.atMs >= session.closeMs;
  // Weekly and monthly bars may carry the date on which their period began, so what is fresh since the close is all that there is.
  const appeared =
    (newest !== undefined && newest.date >= session.date && isFinal) ||
    (interval !== '1d' && polledSince && polled.fresh);
  if (!appeared) {
    const before = calendar.lastClosed(session.closeMs - 1);
    const periodDays = interval === '1d' ? 0 : intervalMs(interval) / dayMs;
    const stale = newest !== undefined && dayNumber(newest.date) < dayNumber(before.date) - periodDays;
    const tries = [firstMs, ...(stale ? [] : dayTries.map(ms => session.closeMs + ms))];
    const next = polled === undefined ? firstMs : tries.find(ms => ms > polled.atMs);
    if (next !== undefined) return next;
  }
  // Longer cadences than a day count from the last poll; half a day is left for its lateness.
  const earliestMs = Math.max(session.closeMs, polled && everyMs > dayMs ? polled.atMs + everyMs - dayMs / 2 : 0);
  return calendar.sessionAtOrAfter(earliestMs).closeMs + firstTryMs;
}
