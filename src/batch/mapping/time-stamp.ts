/** A time as it was written, before anything is known of its zone. Parsers fill in one and the same object, so that a row costs none. */
export interface TimeStamp {
  /** Epoch ms of the wall time as if it were UTC. */
  wallMs: number;
  /** Nanoseconds within the millisecond. */
  nanos: number;
  /** Of the wall time to UTC, in ms; NaN where none was written. */
  offsetMs: number;
  /** False: a date alone. */
  hasTime: boolean;
}

/** Fills in `into`; false where `text` is no such time. `text` has no blanks around it. */
export type ParseTime = (text: string, into: TimeStamp) => boolean;

const hourMs = 3_600_000;
const minuteMs = 60_000;

/** `Z`, `UTC`, `GMT`, `+01`, `+0100`, `+01:00` in ms; undefined for anything else. */
export function zoneOffsetMs(text: string): number | undefined {
  if (/^(?:Z|UTC|GMT)$/i.test(text)) return 0;
  const [, sign, hours, minutes = '0'] = /^([+-])(\d\d)(?::?([0-5]\d))?$/.exec(text) ?? [];
  if (sign === undefined || Number(hours) > 15) return undefined;
  const size = Number(hours) * hourMs + Number(minutes) * minuteMs;
  return sign === '-' ? -size : size;
}

/** Nanoseconds behind the millisecond, of the digits behind a decimal point. */
export const nanosOf = (fraction: string): number =>
  fraction.length > 3 ? Number(fraction.slice(3, 9).padEnd(6, '0')) : 0;

/** Milliseconds of the digits behind a decimal point. */
export const millisOf = (fraction: string): number => Number(fraction.slice(0, 3).padEnd(3, '0'));
