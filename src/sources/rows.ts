import { isDecimal } from '../records/decimal.js';
import { isoInstant } from '../records/instant.js';
import { type Interval, isIntraday } from '../records/interval.js';
import type { Bar, Quote } from '../records/observation.js';
import { zonedToUtcMs } from '../records/zone.js';
import type { Outcome, RejectedRow } from './outcome.js';
import type { Redact } from './redact.js';

/** One row of an answer: its stamp as sent, and its values by plain name (`open`, `adjusted close`), as sent. */
export interface Row {
  readonly stamp: string;
  readonly fields: Fields;
}

export type Fields = ReadonlyMap<string, string>;

/** Where rows belong. `zone` is that of their stamps. */
export interface Series {
  readonly symbol: string;
  readonly interval: Interval;
  readonly adjusted: boolean;
  readonly zone: string;
  readonly redact: Redact;
}

export interface Fault {
  readonly code: 'missing-value' | 'bad-number' | 'bad-time' | 'conflict' | 'other-symbol';
  readonly detail: string;
}

export const isFault = (value: object): value is Fault => 'code' in value;

/** Names of optional values in a record and in rows. */
type Names<Key extends string> = Readonly<Record<Key, string>>;

const barNames: Names<'open' | 'high' | 'low' | 'close'> = { open: 'open', high: 'high', low: 'low', close: 'close' };
const besideNames: Names<'volume' | 'adjustedClose' | 'dividend' | 'splitFactor'> = {
  volume: 'volume',
  adjustedClose: 'adjusted close',
  dividend: 'dividend amount',
  splitFactor: 'split coefficient',
};
const quoteNames: Names<'open' | 'high' | 'low' | 'previousClose' | 'volume' | 'bid' | 'ask'> = {
  open: 'open',
  high: 'high',
  low: 'low',
  previousClose: 'previous close',
  volume: 'volume',
  bid: 'bid price',
  ask: 'ask price',
};

const twice: Fault = { code: 'conflict', detail: 'the answer has this time twice with other values' };
const missing = new Set(['', '-', '.', 'none', 'null']);
const lastMs = Date.parse('9999-12-31T23:59:59Z');

/** The decimals under `names`; a missing one is left out, or is a fault if `required`. What is there but no finite number is a fault always. */
function decimals<Key extends string>(
  fields: Fields,
  names: Names<Key>,
  required: boolean,
): Partial<Record<Key, string>> | Fault {
  const found: Partial<Record<Key, string>> = {};
  for (const key of Object.keys(names) as Key[]) {
    const value = fields.get(names[key])?.trim() ?? '';
    if (missing.has(value.toLowerCase())) {
      if (required) return { code: 'missing-value', detail: `${names[key]} is missing` };
    } else if (isDecimal(value) && Number.isFinite(Number(value))) found[key] = value;
    else return { code: 'bad-number', detail: `${names[key]} is not a number: ${value}` };
  }
  return found;
}

function barOf({ stamp, fields }: Row, { symbol, interval, adjusted, zone }: Series, afterMs: number): Bar | Fault {
  const intraday = isIntraday(interval);
  const shape = intraday ? /^\d{4}-\d\d-\d\d[ T]\d/ : /^\d{4}-\d\d-\d\d(?: 00:00(?::00)?)?$/;
  const ms = shape.test(stamp) ? zonedToUtcMs(stamp, intraday ? zone : 'UTC', afterMs) : undefined;
  if (ms === undefined || ms > lastMs) return { code: 'bad-time', detail: `not a time of ${interval}` };
  const prices = decimals(fields, barNames, true);
  if (isFault(prices)) return prices;
  const beside = decimals(fields, besideNames, false);
  if (isFault(beside)) return beside;
  const { open, high, low, close } = prices as Required<typeof prices>;
  const date = stamp.slice(0, 10);
  return { kind: 'bar', symbol, interval, adjusted, time: isoInstant(ms), date, open, high, low, close, ...beside };
}

/** One quote of `symbol` at `timeMs`, or why the row is none. */
export function quoteOf(
  fields: Fields,
  at: { symbol: string; timeMs: number | undefined; date: string },
): Quote | Fault {
  if (at.timeMs === undefined) return { code: 'bad-time', detail: `not a time` };
  const price = decimals(fields, { price: 'price' }, true);
  if (isFault(price)) return price;
  const beside = decimals(fields, quoteNames, false);
  if (isFault(beside)) return beside;
  const { symbol, date } = at;
  return { kind: 'quote', symbol, time: isoInstant(at.timeMs), date, price: price.price!, ...beside };
}

/** Each rejected row becomes a dead letter: beyond this many the last one counts the rest. */
const maxRejected = 1_000;

/** Collects what cannot be read of one answer. */
export function createRejects(redact: Redact): {
  add(row: Row, fault: Fault): void;
  rows(): readonly RejectedRow[];
} {
  const kept: RejectedRow[] = [];
  let more = 0;
  return {
    add(row, fault) {
      if (kept.length < maxRejected) kept.push(rejectedRow(row, fault, redact));
      else more += 1;
    },
    rows: () => (more === 0 ? kept : [...kept, { code: 'too-many', detail: `${more} more rows are wrong`, row: '' }]),
  };
}

/** A row that is no observation, as text of bounded length without the key. */
function rejectedRow({ stamp, fields }: Row, { code, detail }: Fault, redact: Redact): RejectedRow {
  // Redacted before they are cut: half a key is a key.
  const values = [...fields].slice(0, 40).map(([name, value]) => `${redact(name, 100)}=${redact(value)}`);
  const row = [redact(stamp, 100), ...values].join('; ').slice(0, 2000);
  return { code, detail: redact(`${detail} (${stamp})`), row };
}

/**
 * The bars of one series, oldest first, from rows in either order. A row that cannot be read is rejected and the others stand. A time that comes
 * twice with other values keeps the first in the order of the answer; which one is right cannot be told. Of a series in which no row at all can be
 * read the shape has changed: that is one `malformed`, not a hundred dead letters.
 */
export function barsOf(rows: readonly Row[], series: Series, warning?: string): Outcome {
  const rejects = createRejects(series.redact);
  const byTime = new Map<string, { row: Row; bar: Bar }>();
  const descending = rows.length > 1 && rows[0]!.stamp > rows.at(-1)!.stamp;
  let afterMs = Number.NEGATIVE_INFINITY;
  for (const row of descending ? rows.toReversed() : rows) {
    const bar = barOf(row, series, afterMs);
    if (isFault(bar)) {
      rejects.add(row, bar);
      continue;
    }
    afterMs = Date.parse(bar.time);
    const other = byTime.get(bar.time);
    const conflict = other && JSON.stringify(other.bar) !== JSON.stringify(bar);
    if (conflict) rejects.add(descending ? other.row : row, twice);
    if (!other || (conflict && descending)) byTime.set(bar.time, { row, bar });
  }
  const rejected = rejects.rows();
  if (byTime.size === 0 && rejected.length > 1) {
    return {
      kind: 'malformed',
      detail: series.redact(`none of ${rows.length} rows can be read: ${rejected[0]!.detail}`),
    };
  }
  const sorted = [...byTime.values()].map(({ bar }) => ({ bar, ms: Date.parse(bar.time) })).sort((a, b) => a.ms - b.ms);
  return recordsOf(
    sorted.map(({ bar }) => bar),
    rejected,
    warning,
  );
}

/** `records`, without the parts that are not there. */
export const recordsOf = (
  observations: readonly (Bar | Quote)[],
  rejected: readonly RejectedRow[],
  warning?: string,
): Outcome => ({
  kind: 'records',
  observations,
  ...(rejected.length > 0 && { rejected }),
  ...(warning !== undefined && { warning }),
});
