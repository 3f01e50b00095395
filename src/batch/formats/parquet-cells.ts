import { isUtf8 } from 'node:buffer';
import {
  type DuckDBBlobValue,
  type DuckDBDateValue,
  type DuckDBStructType,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampTZValue,
  type DuckDBTimestampValue,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBValue,
} from '@duckdb/node-api';
import { canonicalDecimal } from '../../records/decimal.js';
import { type Cell, FileFault } from '../table.js';

/** A column of the table: a leaf of the file's tree of columns. */
export interface Leaf {
  /** Path with dots. */
  readonly head: string;
  readonly type: string;
  /** How it is asked for. */
  readonly sql: string;
  /** A maker, because each column remembers its last value. */
  readonly cells: () => (value: DuckDBValue) => Cell;
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

export const leavesOf = (name: string, type: DuckDBType): readonly Leaf[] => leaves(name, type, quoted(name));

function leaves(head: string, type: DuckDBType, sql: string): readonly Leaf[] {
  if (type.typeId === DuckDBTypeId.STRUCT) {
    const { entryNames, entryTypes } = type as DuckDBStructType;
    return entryNames.flatMap((name, at) =>
      leaves(`${head}.${name}`, entryTypes[at]!, `struct_extract(${sql}, ${literal(name)})`),
    );
  }
  return [{ head, type: String(type), ...wayOf(type.typeId, sql) }];
}

type Way = Pick<Leaf, 'sql' | 'cells'>;

const way = (sql: string, cells: Leaf['cells'] = () => String): Way => ({ sql, cells });

const { BOOLEAN, TINYINT, SMALLINT, INTEGER, BIGINT, UTINYINT, USMALLINT, UINTEGER, UBIGINT, VARCHAR } = DuckDBTypeId;
const written = new Set([BOOLEAN, TINYINT, SMALLINT, INTEGER, BIGINT, UTINYINT, USMALLINT, UINTEGER, UBIGINT, VARCHAR]);

const { LIST, ARRAY, MAP, UNION, VARIANT } = DuckDBTypeId;
const nested = new Set([LIST, ARRAY, MAP, UNION, VARIANT]);

const { TIMESTAMP, TIMESTAMP_NS, TIMESTAMP_TZ, TIMESTAMP_S, TIMESTAMP_MS } = DuckDBTypeId;
const stamps = new Set([TIMESTAMP, TIMESTAMP_NS, TIMESTAMP_TZ]);
const coarseStamps = new Set([TIMESTAMP_S, TIMESTAMP_MS]);

/** DuckDB's own text is exact for every type, but takes twice the time of numbers and stamps that are written here. */
function wayOf(typeId: DuckDBTypeId, sql: string): Way {
  if (written.has(typeId)) return way(sql);
  if (stamps.has(typeId)) return way(sql, stampCells);
  if (coarseStamps.has(typeId)) return way(`CAST(${sql} AS TIMESTAMP)`, stampCells);
  if (nested.has(typeId)) return way(`CAST(to_json(${sql}) AS VARCHAR)`);
  if (typeId === DuckDBTypeId.DOUBLE) return way(sql, () => value => doubleText(value as number));
  if (typeId === DuckDBTypeId.FLOAT) return way(sql, () => value => floatText(value as number));
  if (typeId === DuckDBTypeId.DATE) return way(sql, () => value => dateText(value as DuckDBDateValue));
  if (typeId === DuckDBTypeId.BLOB) return way(sql, () => value => blobText((value as DuckDBBlobValue).bytes));
  return way(`CAST(${sql} AS VARCHAR)`);
}

/** The shortest digits that read back as the same double, without an exponent. */
export function doubleText(value: number): string {
  const text = String(value);
  return text.includes('e') ? canonicalDecimal(text) : text;
}

/** Normal floats hold six digits of any decimal, those nearer to zero fewer. */
const leastNormal = 2 ** -126;

/** The shortest digits that read back as the same 32-bit float. */
export function floatText(value: number): string {
  if ((Number.isInteger(value) && Math.abs(value) < 2 ** 24) || !Number.isFinite(value)) return doubleText(value);
  for (let digits = Math.abs(value) < leastNormal ? 1 : 6; digits < 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return canonicalDecimal(text);
  }
  return canonicalDecimal(value.toPrecision(9));
}

const dayMicros = 86_400_000_000n;
const maxDay = 100_000_000n;

const dayText = (day: number): string => new Date(day * 86_400_000).toISOString().split('T')[0]!;

const dateText = (value: DuckDBDateValue): string =>
  Math.abs(value.days) > maxDay ? String(value) : dayText(value.days);

/** Stamps come in order or repeat: the last one and its day are kept. */
function stampCells(): (value: DuckDBValue) => Cell {
  let lastKey = 0n;
  let lastText = '';
  let lastDay = Number.NaN;
  let lastDayText = '';
  return value => {
    const nanos = value instanceof DuckDBTimestampNanosecondsValue;
    const zone = value instanceof DuckDBTimestampTZValue ? 'Z' : '';
    const units = nanos ? value.nanos : (value as DuckDBTimestampValue).micros;
    if (units === lastKey && lastText !== '') return lastText;
    const perDay = nanos ? dayMicros * 1000n : dayMicros;
    let rest = units % perDay;
    if (rest < 0n) rest += perDay;
    const day = (units - rest) / perDay;
    if (day > maxDay || day < -maxDay) return String(value);
    if (Number(day) !== lastDay) {
      lastDay = Number(day);
      lastDayText = dayText(lastDay);
    }
    lastKey = units;
    lastText = `${lastDayText}T${clockText(Number(rest), nanos ? 9 : 6)}${zone}`;
    return lastText;
  };
}

const two = (value: number): string => (value < 10 ? `0${value}` : String(value));

/** @param units of the day, a second has ten to the power of `places` */
function clockText(units: number, places: number): string {
  const perSecond = 10 ** places;
  const seconds = Math.floor(units / perSecond);
  const clock = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  const part = units % perSecond;
  return part === 0 ? clock : `${clock}.${String(part).padStart(places, '0').replace(/0+$/, '')}`;
}

function blobText(bytes: Uint8Array): string {
  if (!isUtf8(bytes)) throw new FileFault('encoding', 'a column of bytes holds what is no UTF-8');
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}
