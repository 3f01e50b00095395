const dayMs = 86_400_000;
const quarterMs = 900_000;
const local = /^(\d{4}-\d\d-\d\d)(?:[ T](([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?))?$/;

/** Offsets of one zone. Intl takes about 1.2 µs an answer (Node 20), three for a stamp; remembered by day it is a tenth of that. */
interface Offsets {
  readonly format: Intl.DateTimeFormat;
  readonly offsets: Map<number, number>;
  /** Wall times that are not doubled or skipped, as sent: all symbols of a poll share their stamps, so most are looked up. */
  readonly instants: Map<string, number>;
}

// Zone names and stamps come from answers that nobody vouches for: all that is remembered of all zones together is bounded, and starting anew is only slow.
const maxZones = 64;
const maxKnown = 40_000;
const zones = new Map<string, Offsets>();
let known = 0;

function remember<Key>(map: Map<Key, number>, key: Key, value: number): void {
  map.set(key, value);
  known += 1;
  if (known >= maxKnown) forget();
}

function forget(): void {
  for (const { offsets, instants } of zones.values()) {
    offsets.clear();
    instants.clear();
  }
  known = 0;
}

function offsetsOf(zone: string): Offsets {
  const found = zones.get(zone);
  if (found) return found;
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  const made = { format, offsets: new Map<number, number>(), instants: new Map<string, number>() };
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
function offsetMs(zone: string, ms: number): number {
  const offsets = offsetsOf(zone);
  const day = Math.floor(ms / dayMs) * dayMs;
  const start = askedOffsetMs(offsets, day);
  if (start === askedOffsetMs(offsets, day + dayMs)) return start;
  return askedOffsetMs(offsets, Math.floor(ms / quarterMs) * quarterMs);
}

/**
 * The instant of a wall time, in epoch ms; undefined if `text` is not `YYYY-MM-DD[ HH:MM[:SS[.fff]]]` (or with a `T`) or no such day exists.
 * A wall time that the change to winter repeats is its first occurrence, unless that is not later than `afterMs` (the row before it, in a body
 * sorted by time): then the second. One that the change to summer skips is shifted forward by the change, as RFC 5545 does.
 * @throws RangeError when `zone` is unknown: ask `isZone` first where the name comes from outside.
 */
export function zonedToUtcMs(text: string, zone: string, afterMs = Number.NEGATIVE_INFINITY): number | undefined {
  const { instants } = offsetsOf(zone);
  const instant = instants.get(text);
  if (instant !== undefined) return instant;
  const [, date, time = '00:00'] = local.exec(text) ?? [];
  if (date === undefined) return undefined;
  const wallMs = Date.parse(`${date}T${time}Z`);
  // Date.parse takes February 30 for March 2.
  if (Number.isNaN(wallMs) || !new Date(wallMs).toISOString().startsWith(date)) return undefined;
  const before = offsetMs(zone, wallMs - dayMs);
  const after = offsetMs(zone, wallMs + dayMs);
  if (before === after) {
    remember(instants, text, wallMs - before);
    return wallMs - before;
  }
  const byOld = wallMs - before;
  const byNew = wallMs - after;
  const oldHolds = offsetMs(zone, byOld) === before;
  const newHolds = offsetMs(zone, byNew) === after;
  if (oldHolds && newHolds) return byOld > afterMs ? byOld : byNew;
  return newHolds ? byNew : byOld;
}

/** The date that a wall calendar in `zone` shows at `ms`, as YYYY-MM-DD. @throws RangeError when `zone` is unknown. */
export const utcToZonedDate = (ms: number, zone: string): string =>
  new Date(ms + offsetMs(zone, ms)).toISOString().slice(0, 10);

/** An instant as records spell it: `2017-12-18T19:56:00Z`, milliseconds only where they are not zero. */
export function utcText(ms: number): string {
  const known = texts.get(ms);
  if (known !== undefined) return known;
  const text = new Date(ms).toISOString().replace('.000Z', 'Z');
  if (texts.size >= maxTexts) texts.clear();
  texts.set(ms, text);
  return text;
}

const maxTexts = 20_000;
const texts = new Map<number, string>();
