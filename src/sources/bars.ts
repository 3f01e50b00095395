import { instantMs, isoInstant } from '../records/instant.js';
import { type Interval, isIntraday } from '../records/interval.js';
import type { Bar } from '../records/observation.js';
import { zonedToUtcMs } from '../records/zone.js';
import { optionalDecimal, requiredDecimal } from './decimal-values.js';
import type { Outcome } from './outcome.js';
import type { Redact } from './redact.js';
import { createRejects, type Fault, isFault, type Rows, recordsOf } from './rows.js';

/** Where rows belong. `zone` is that of their stamps. */
export interface Series {
  readonly symbol: string;
  readonly interval: Interval;
  readonly adjusted: boolean;
  readonly zone: string;
  readonly redact: Redact;
}

const twice: Fault = { code: 'conflict', detail: 'the answer has this time twice with other values' };
const lastMs = Date.parse('9999-12-31T23:59:59Z');
const midnight = /^ 00:00(?::00)?$/;

/** Reads rows one by one. */
function barReader(rows: Rows, { symbol, interval, adjusted, zone }: Series) {
  const intraday = isIntraday(interval);
  const stampZone = intraday ? zone : 'UTC';
  const columns = {
    open: rows.column('open'),
    high: rows.column('high'),
    low: rows.column('low'),
    close: rows.column('close'),
    volume: rows.column('volume'),
    adjustedClose: rows.column('adjusted close'),
    dividend: rows.column('dividend amount'),
    splitFactor: rows.column('split coefficient'),
  };
  const isStamp = (stamp: string): boolean =>
    intraday ? stamp.length > 10 : stamp.length === 10 || midnight.test(stamp.slice(10));

  return (row: number, afterMs: number): Bar | Fault => {
    const stamp = rows.stamp(row);
    const ms = isStamp(stamp) ? zonedToUtcMs(stamp, stampZone, afterMs) : undefined;
    if (ms === undefined || ms > lastMs) return { code: 'bad-time', detail: `not a time of ${interval}` };
    const faults: Fault[] = [];
    const open = requiredDecimal(columns.open(row), 'open', faults);
    const high = requiredDecimal(columns.high(row), 'high', faults);
    const low = requiredDecimal(columns.low(row), 'low', faults);
    const close = requiredDecimal(columns.close(row), 'close', faults);
    const volume = optionalDecimal(columns.volume(row), 'volume', faults);
    const adjustedClose = optionalDecimal(columns.adjustedClose(row), 'adjusted close', faults);
    const dividend = optionalDecimal(columns.dividend(row), 'dividend amount', faults);
    const splitFactor = optionalDecimal(columns.splitFactor(row), 'split coefficient', faults);
    if (faults[0]) return faults[0];
    const time = isoInstant(ms);
    const date = stamp.slice(0, 10);
    const bar: { -readonly [Key in keyof Bar]: Bar[Key] } = {
      kind: 'bar',
      symbol,
      interval,
      adjusted,
      time,
      date,
      open,
      high,
      low,
      close,
    };
    if (volume !== undefined) bar.volume = volume;
    if (adjustedClose !== undefined) bar.adjustedClose = adjustedClose;
    if (dividend !== undefined) bar.dividend = dividend;
    if (splitFactor !== undefined) bar.splitFactor = splitFactor;
    return bar;
  };
}

/**
 * The bars of one series, oldest first, from rows in either order. A row that cannot be read is rejected and the others stand. A time that comes
 * twice with other values keeps the first in the order of the answer; which one is right cannot be told. Of a series in which no row at all can be
 * read the shape has changed: that is one `malformed`, not a hundred dead letters.
 */
export function barsOf(rows: Rows, series: Series, warning?: string): Outcome {
  const rejects = createRejects(series.redact);
  const read = barReader(rows, series);
  const count = rows.length;
  const descending = count > 1 && rows.stamp(0) > rows.stamp(count - 1);
  const bars: Bar[] = [];
  /** Row of each of `bars`. */
  const places: number[] = [];
  /** Needed only where times do not rise row by row: places in `bars`. */
  let byTime: Map<string, number> | undefined;
  let afterMs = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < count; at++) {
    const row = descending ? count - 1 - at : at;
    const bar = read(row, afterMs);
    if (isFault(bar)) {
      rejects.add(rows.row(row), bar);
      continue;
    }
    const ms = instantMs(bar.time);
    if (ms <= afterMs) byTime ??= new Map(bars.map(({ time }, place) => [time, place]));
    afterMs = ms;
    const place = byTime?.get(bar.time);
    if (place === undefined) {
      byTime?.set(bar.time, bars.length);
      bars.push(bar);
      places.push(row);
      continue;
    }
    if (JSON.stringify(bars[place]) === JSON.stringify(bar)) continue;
    rejects.add(rows.row(descending ? places[place]! : row), twice);
    if (descending) {
      bars[place] = bar;
      places[place] = row;
    }
  }
  const rejected = rejects.rows();
  if (bars.length === 0 && rejected.length > 1) {
    return {
      kind: 'malformed',
      detail: series.redact(`none of ${count} rows can be read: ${rejected[0]!.detail}`),
    };
  }
  if (byTime) bars.sort((a, b) => instantMs(a.time) - instantMs(b.time));
  return recordsOf(bars, rejected, warning);
}
