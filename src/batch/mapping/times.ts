import { isoDate, isoInstant } from '../../records/instant.js';
import { onlyInstantMs, utcToZonedDate } from '../../records/zone.js';
import { FileFault } from '../table.js';
import { parseAnyEpoch } from './epoch-time.js';
import { parseIso } from './iso-time.js';
import { nullTest } from './numbers.js';
import { type CellReader, shown } from './reader.js';
import { parseByFormat } from './time-format.js';
import type { ParseTime, TimeStamp } from './time-stamp.js';

export interface TimeColumn {
  /** For messages. */
  readonly head: string;
  /** Absent: what has the year first, or is a number of seconds to nanoseconds since 1970. */
  readonly format?: string;
  /** Of local times, and of the trading date. */
  readonly zone?: string;
  readonly nulls: readonly string[];
}

/** Cells of one column, as instants and as trading dates. */
export interface TimeReaders {
  /**
   * UTC ISO-8601 with the digits of the second that were written. A date alone is that date at 00:00Z.
   * @throws FileFault for local times where no zone is known
   */
  readonly instant: CellReader;
  /** The same, refusing a date alone. */
  readonly timeOfDay: CellReader;
  /** The date of the time in `zone`, else as it was written. */
  readonly date: CellReader;
}

/** Dates whose order of day and month nobody can tell from one of them. */
const otherDates = /^(?:\d{1,2}[-/. ]\d{1,2}[-/. ]\d{2,4}|\d{1,2}[- .]?[A-Za-z]{3,9}|[A-Za-z]{3,9}\.? \d{1,2})/;

/** Years 1 to 9998, so that no offset leads out of what records can write. */
const firstMs = Date.UTC(2000, 0, 1) - 730_119 * 86_400_000;
const endMs = Date.UTC(9999, 0, 1);

const parseAny: ParseTime = (text, into) => parseIso(text, into) || parseAnyEpoch(text, into);

/**
 * A local time that its zone has twice or not at all is refused: which one is meant stands nowhere in the row, and what lies around it is not known when
 * reading is taken up in the middle.
 */
export function createTimeReaders({ head, format, zone, nulls }: TimeColumn): TimeReaders {
  const isNull = nullTest(nulls);
  const parse = format === undefined ? parseAny : parseByFormat(format);
  const stamp: TimeStamp = { wallMs: 0, nanos: 0, offsetMs: 0, hasTime: false };
  let reason = '';

  function fail(why: string): undefined {
    reason = why;
    return undefined;
  }

  let stampedCell: string | undefined;

  /** True when `stamp` holds the time of the cell; null for no value. */
  function stamped(cell: string): true | null | undefined {
    if (cell === stampedCell) return true;
    stampedCell = undefined;
    const text = cell.trim();
    if (text === '' || isNull(text)) return null;
    if (parse(text, stamp)) {
      stampedCell = cell;
      return true;
    }
    if (format !== undefined) return fail(`${shown(text)} is no time written as ${format}`);
    if (otherDates.test(text))
      throw new FileFault(
        'mapping',
        `the column ${shown(head)} holds ${shown(text)}: say how it is written, as \`format: DD/MM/YYYY\``,
      );
    return fail(`${shown(text)} is no time with the year first, and no number of seconds since 1970`);
  }

  function instantOf(cell: string): string | undefined {
    const { wallMs, nanos, offsetMs, hasTime } = stamp;
    if (!hasTime) return `${isoDate(wallMs)}T00:00:00Z`;
    if (!Number.isNaN(offsetMs)) return spell(wallMs - offsetMs, nanos);
    if (zone === undefined)
      throw new FileFault(
        'mapping',
        `the column ${shown(head)} holds ${shown(cell)}, a time without an offset: say in which zone, as \`zone: America/New_York\``,
      );
    const ms = onlyInstantMs(wallMs, zone);
    if (ms === undefined) return fail(`the clocks of ${zone} show ${shown(cell)} twice or not at all`);
    return spell(ms, nanos);
  }

  const timeOfDayOf = (cell: string): string | undefined =>
    stamp.hasTime ? instantOf(cell) : fail(`${shown(cell)} carries no time of day`);

  function dateOf(): string | undefined {
    const { wallMs, offsetMs, hasTime } = stamp;
    if (zone === undefined || !hasTime || Number.isNaN(offsetMs)) return isoDate(wallMs);
    return utcToZonedDate(wallMs - offsetMs, zone);
  }

  function spell(ms: number, nanos: number): string | undefined {
    if (!(ms >= firstMs && ms < endMs)) return fail('the time lies outside of the years 1 to 9998');
    return nanos === 0 ? isoInstant(ms) : isoNanos(ms, nanos);
  }

  /** The column's last value is remembered: rows of one time lie side by side. */
  function reader(make: (cell: string) => string | undefined): CellReader {
    let known: string | undefined;
    let value: string | undefined;
    return {
      code: 'bad-time',
      read(cell) {
        if (cell === known) return value;
        const found = stamped(cell);
        if (found !== true) return found;
        known = undefined;
        value = make(cell);
        if (value !== undefined) known = cell;
        return value;
      },
      why: () => reason,
    };
  }

  return { instant: reader(instantOf), timeOfDay: reader(timeOfDayOf), date: reader(dateOf) };
}

/** Digits of the second in groups of three, as many as are needed. */
function isoNanos(ms: number, nanos: number): string {
  const second = Math.floor(ms / 1000) * 1000;
  const digits = `${String(ms - second).padStart(3, '0')}${String(nanos).padStart(6, '0')}`;
  return `${isoInstant(second).slice(0, -1)}.${digits.endsWith('000') ? digits.slice(0, 6) : digits}Z`;
}
