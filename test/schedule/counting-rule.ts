import type { Limit } from '../../src/schedule/limit.js';

/** A call as the vendor's side of the wire may see it: it was counted at some instant from permit to answer. True time, epoch ms. */
export interface Call {
  readonly permitMs: number;
  answerMs: number;
  readonly weight: number;
}

/** The rule of docs/budget.md written down as plainly as can be, over the list of all calls: no code of src/schedule is used here. */
export function excess(calls: readonly Call[], limits: readonly Limit[], atMs: number): string | undefined {
  for (const limit of limits) {
    const counted = calls.filter(call => counts(call, limit, atMs)).reduce((sum, { weight }) => sum + weight, 0);
    if (counted > limit.requests) return `${counted} of ${JSON.stringify(limit)} at ${new Date(atMs).toISOString()}`;
  }
  return undefined;
}

const counts = (call: Call, limit: Limit, atMs: number): boolean =>
  call.permitMs <= atMs &&
  (limit.resetsAt === undefined
    ? call.answerMs + limit.perMs > atMs
    : windowId(limit, call.answerMs) >= windowId(limit, atMs));

// Intl takes microseconds, and each call is asked about again and again.
const formats = new Map<string, Intl.DateTimeFormat>();
const walls = new Map<string, { readonly day: number; readonly clock: string }>();

function wallOf(zone: string, ms: number): { readonly day: number; readonly clock: string } {
  const key = `${zone} ${ms}`;
  const known = walls.get(key);
  if (known) return known;
  const format =
    formats.get(zone) ?? new Intl.DateTimeFormat('en-GB', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
  formats.set(zone, format);
  const [, date, month, year, clock] = /(\d+)\/(\d+)\/(\d+), (\d\d:\d\d)/.exec(format.format(ms)) ?? [];
  const made = { day: Date.UTC(Number(year), Number(month) - 1, Number(date)) / 86_400_000, clock: clock! };
  walls.set(key, made);
  return made;
}

/** Windows of one limit have ascending ids. Days by the calendar that hangs on the wall in `zone`; shorter ones need a zone of whole hours. */
export function windowId({ perMs, resetsAt = '', zone = 'UTC' }: Limit, ms: number): number {
  if (ms === Number.POSITIVE_INFINITY) return ms;
  if (perMs < 86_400_000) return Math.floor((ms - Number(resetsAt.slice(3)) * 60_000) / perMs);
  const { day, clock } = wallOf(zone, ms);
  return day - (clock < resetsAt ? 1 : 0);
}

const ends = new Map<string, number>();

/** When the window that contains an instant ends: the first one with a greater id, found by halving. */
export function windowEndMs(limit: Limit, ms: number): number {
  const id = windowId(limit, ms);
  const key = `${JSON.stringify(limit)} ${id}`;
  const known = ends.get(key);
  if (known !== undefined) return known;
  let [inside, outside] = [ms, ms + limit.perMs + 3_600_000];
  while (outside - inside > 1) {
    const middle = Math.floor((inside + outside) / 2);
    if (windowId(limit, middle) > id) outside = middle;
    else inside = middle;
  }
  ends.set(key, outside);
  return outside;
}
