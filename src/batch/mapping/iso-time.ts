import { wallMs } from '../../records/instant.js';
import { nanosOf, type ParseTime, type TimeStamp, zoneOffsetMs } from './time-stamp.js';

const yearFirst =
  /^(\d{4})([-/.]?)(\d{1,2})\2(\d{1,2})(?:(?:T| +)?(\d{1,2})(:?)(\d\d)(?:\6(\d\d)(?:[.,](\d{1,9}))?)?)?(?: ?(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?))?$/i;

/**
 * ISO-8601 and what else has the year first, which nobody follows by day and month: `2024-06-01`, `20240601`, `2024/6/1 9:30`, `20240601093000`,
 * `2024-06-01T09:30:00.123456-04:00`. Fractions to the nanosecond.
 */
export const parseIso: ParseTime = (text, into) => {
  const end = wallEnd(text);
  const wall = wallMs(text, end);
  if (Number.isNaN(wall)) return parseLoose(text, into);
  const offset = end === text.length ? Number.NaN : zoneOffsetMs(text.slice(end).trimStart());
  if (offset === undefined || (end === 10 && end !== text.length)) return false;
  return fill(into, wall, end > 23 ? nanosOf(text.slice(20, end)) : 0, offset, end > 10);
};

/** Where the wall time ends and an offset begins. */
function wallEnd(text: string): number {
  const { length } = text;
  if (length <= 10) return length;
  const last = text.charCodeAt(length - 1);
  let end = length;
  if (last === 90 || last === 122) end = length - 1;
  else
    for (const size of [6, 5, 3]) {
      const sign = text.charCodeAt(length - size);
      if (length - size > 12 && (sign === 43 || sign === 45)) end = length - size;
    }
  return text.charCodeAt(end - 1) === 32 ? end - 1 : end;
}

const parseLoose: ParseTime = (text, into) => {
  const [, year, mark, month = '', day = '', hours, , minutes, seconds = '00', fraction = '', zone] =
    yearFirst.exec(text) ?? [];
  if (year === undefined || (mark === '' && month.length + day.length < 4)) return false;
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const isDate = hours === undefined;
  if (isDate && zone !== undefined) return false;
  const wall = wallMs(
    isDate ? date : `${date} ${hours.padStart(2, '0')}:${minutes}:${seconds}${fraction && `.${fraction}`}`,
  );
  const offset = zone === undefined ? Number.NaN : zoneOffsetMs(zone);
  return !Number.isNaN(wall) && offset !== undefined && fill(into, wall, nanosOf(fraction), offset, !isDate);
};

function fill(into: TimeStamp, wall: number, nanos: number, offsetMs: number, hasTime: boolean): true {
  into.wallMs = wall;
  into.nanos = nanos;
  into.offsetMs = offsetMs;
  into.hasTime = hasTime;
  return true;
}
