import type { Interval } from '../records/interval.js';
import type { Decimals } from '../records/record.js';

/** What files of one kind hold and what their columns mean: the part of the configuration that every engine goes by. Plain data, so that another process can have it. */
export interface Dataset {
  readonly name: string;
  /** Globs over the path below the inbox, `/` between folders. The first dataset that matches has the file. */
  readonly match: readonly string[];
  readonly kind: 'bar' | 'quote' | 'row';
  /** Of bars. */
  readonly interval?: Interval;
  readonly adjusted: boolean;
  readonly topic: string;
  readonly decimals: Decimals;
  /** By the file's name when absent. */
  readonly format?: FormatName;
  readonly text: TextLayout;
  /** A regular expression over the file's name without folders; its named groups are values for `{ name: GROUP }`. */
  readonly fileName?: string;
  /** By field of the record; for `row` every name is a column of the record. */
  readonly columns: Readonly<Record<string, ColumnSource>>;
  readonly numbers: NumberStyle;
  /** Rows in which one of these columns has none of its values are left out, and counted as such. */
  readonly where: Readonly<Record<string, readonly string[]>>;
  /** One price column a symbol: each cell becomes a record of the symbol in the head of its column. */
  readonly wide?: WideLayout;
  /** Share of rejected rows beyond which the file is quarantined, 0 to 1. */
  readonly maxErrors: number;
}

export type FormatName = 'csv' | 'ndjson' | 'json' | 'parquet';

/** How lines of text are cut into cells. Absent: found out from the file. */
export interface TextLayout {
  readonly delimiter?: string;
  readonly encoding?: 'utf-8' | 'utf-16le' | 'utf-16be' | 'latin1' | 'windows-1252';
  /** Lines before the header. */
  readonly skip: number;
  /** False: the first line is data, columns are known by position. */
  readonly header: boolean;
  /** A data line that matches it, and all behind it, is no data. */
  readonly footer?: string;
}

/** Where a value comes from, and how it is written there. Exactly one of the first four. */
export interface ColumnSource {
  /** Names of columns, the first that the file has; letter case and surrounding blanks are ignored, nested ones by path with dots. */
  readonly column?: readonly string[];
  /** From 1. */
  readonly position?: number;
  readonly value?: string;
  /** A named group of `fileName`. */
  readonly name?: string;
  /** Of dates and times, see `mapping/times.ts`; found out where only one fits. */
  readonly format?: string;
  /** IANA zone of local times, and of the trading date. */
  readonly zone?: string;
  /** A second column that holds the time of day. */
  readonly and?: readonly string[];
  /** Multiplies a number, exactly: `0.01` for pence. */
  readonly factor?: string;
  /** Of a row's column; text when absent. */
  readonly type?: 'text' | 'decimal' | 'integer' | 'date' | 'time' | 'boolean';
}

export interface NumberStyle {
  readonly decimal: '.' | ',';
  /** Between groups of three digits; empty: none. */
  readonly thousands: string;
  /** Cells that mean no value, beside the empty one; letter case is ignored. */
  readonly nulls: readonly string[];
}

/** Symbols in the heads of columns. */
export interface WideLayout {
  /** Columns that are no symbol, beside those in `columns`. */
  readonly except: readonly string[];
  /** The field that a cell is: `close` of bars, `price` of quotes. */
  readonly field: string;
  /**
   * A regular expression over the heads with the groups `symbol` and `field`, for several columns a symbol (`AAPL.Open`): `columns` then names what `field`
   * holds. Absent: a head is a symbol.
   */
  readonly heads?: string;
}
