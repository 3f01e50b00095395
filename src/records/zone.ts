import { isoDate, wallMs } from './instant.js';

const dayMs = 86_400_000;
const quarterMs = 900_000;

/** Offsets of one zone. Intl takes about 1.2 µs an answer (Node 20), and a stamp would need three. */
interface Offsets {
  readonly format: Intl.DateTimeFormat;
  readonly offsets: Map<number, number>;
  /** By number of the wall day: its offset, where the zone keeps it from the day before to the day after; NaN where it does not. */
  readonly steady: Map<number, number>;
}

// Zone names and days come from answers that nobody vouches for: all that is remembered of all zones together is bounded, and starting anew is only slow.
const maxZones = 64;
const maxKnown = 40_000;
const zones = new Map<string, Offsets>();
let known = 0;

function remember(map: Map<number, number>, key: number, value: number): void {
  map.set(key, value);
  known += 1;
  if (known >= maxKnown) forget();
}

function forget(): void {
  for (const { offsets, steady } of zones.values()) {
    offsets.clear();
    steady.clear();
  }
  known = 0;
}

function offsetsOf(zone: string): Offsets {
  const found = zones.get(zone);
  if (found) return found;
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  const made = { format, offsets: new Map<number, number>(), steady: new Map<number, number>() };
  if (zones.size >= maxZones) {
    forget();
    zones.clear();
  }
  zones.set(zone, made);
  return made;
}

/** True for an IANA name (`US/Eastern`, `UTC`, `Asia/Tokyo`) that this platform's zone data holds. */
export function isZone(zone: string): boolean {
  if (zones.has(zone)) return true;
  if (zone.length > 64 || !/^[A-Za-z]/.test(zone)) return false;
  try {
    offsetsOf(zone);
    return true;
  } catch {
    return false;
  }
}

function askedOffsetMs({ format, offsets }: Offsets, ms: number): number {
  const found = offsets.get(ms);
  if (found !== undefined) return found;
  const text = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(format.format(ms));
  const [, sign, hours = '0', minutes = '0', seconds = '0'] = text ?? [];
  const size = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
  const offset = sign === '-' ? -size : size;
  remember(offsets, ms, offset);
  return offset;
}

/** Zones change their offset at most once within two days, and on a quarter of an hour of UTC (in data since 1970). */
function offsetMs(of: Offsets, ms: number): number {
  const day = Math.floor(ms / dayMs) * dayMs;
  const start = askedOffsetMs(of, day);
  if (start === askedOffsetMs(of, day + dayMs)) return start;
  return askedOffsetMs(of, Math.floor(ms / quarterMs) * quarterMs);
}

/**
 * The instant of a wall time, in epoch ms; undefined if `text` is not `YYYY-MM-DD[ HH:MM[:SS[.fff]]]` (or with a `T`) or no such day exists.
 * A wall time that the change to winter repeats is its first occurrence, unless that is not later than `afterMs` (the row before it, in a body
 * sorted by time): then the second. One that the change to summer skips is shifted forward by the change, as RFC 5545 does.
 * @throws RangeError when `zone` is unknown: ask `isZone` first where the name comes from outside.
 */
export function zonedToUtcMs(text: string, zone: string, afterMs = Number.NEGATIVE_INFINITY): number | undefined {
  const of = offsetsOf(zone);
  const wall = wallMs(text);
  if (Number.isNaN(wall)) return undefined;
  const only = onlyOf(of, wall);
  if (only !== undefined) return only;
  const before = offsetMs(of, wall - dayMs);
  const byOld = wall - before;
  const isRepeated = offsetMs(of, byOld) === before;
  return isRepeated && byOld <= afterMs ? wall - offsetMs(of, wall + dayMs) : byOld;
}

/**
 * The instant of a wall time (epoch ms as if it were UTC); undefined where the change to winter repeats it, or the change to summer skips it.
 * @throws RangeError when `zone` is unknown
 */
export const onlyInstantMs = (wall: number, zone: string): number | undefined => onlyOf(offsetsOf(zone), wall);

function onlyOf(of: Offsets, wall: number): number | undefined {
  const steady = steadyOffsetMs(of, Math.floor(wall / dayMs));
  if (!Number.isNaN(steady)) return wall - steady;
  const before = offsetMs(of, wall - dayMs);
  const after = offsetMs(of, wall + dayMs);
  if (before === after) return wall - before;
  const byOld = wall - before;
  const byNew = wall - after;
  const oldHolds = offsetMs(of, byOld) === before;
  if (oldHolds === (offsetMs(of, byNew) === after)) return undefined;
  return oldHolds ? byOld : byNew;
}

function steadyOffsetMs(of: Offsets, day: number): number {
  const known = of.steady.get(day);
  if (known !== undefined) return known;
  const around = [-1, 0, 1, 2].map(more => askedOffsetMs(of, (day + more) * dayMs));
  const offset = around.every(one => one === around[0]) ? around[0]! : Number.NaN;
  remember(of.steady, day, offset);
  return offset;
}

/** The date that a wall calendar in `zone` shows at `ms`, as YYYY-MM-DD. @throws RangeError when `zone` is unknown. */
export const utcToZonedDate = (ms: number, zone: string): string => isoDate(ms + offsetMs(offsetsOf(zone), ms));
