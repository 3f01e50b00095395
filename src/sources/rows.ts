import type { Bar, Quote } from '../records/observation.js';
import type { Outcome, RejectedRow } from './outcome.js';
import type { Redact } from './redact.js';

/** One row of an answer: its stamp as sent, and its values by plain name (`open`, `adjusted close`), as sent. */
export interface Row {
  readonly stamp: string;
  readonly fields: Fields;
}

export type Fields = ReadonlyMap<string, string>;

type Column = (row: number) => string | undefined;

/** The rows of an answer, in its order, by columns: nothing is built for a row that can be read. */
export interface Rows {
  readonly length: number;
  stamp(row: number): string;
  /** The values under a plain name; of two columns with one name the first counts. */
  column(name: string): Column;
  row(row: number): Row;
}

export const listRows = (list: readonly Row[]): Rows => ({
  length: list.length,
  stamp: row => list[row]!.stamp,
  column: name => row => list[row]!.fields.get(name),
  row: row => list[row]!,
});

/** @param cells row after row, as many as there are `names`; the stamp is the first of a row */
export function tableRows(names: readonly string[], cells: readonly string[]): Rows {
  const width = names.length;
  return {
    length: cells.length / width,
    stamp: row => cells[row * width]!,
    column: name => {
      const column = names.indexOf(name, 1);
      return column < 0 ? () => undefined : row => cells[row * width + column];
    },
    row: row => {
      const fields = new Map<string, string>();
      names.forEach((name, column) => {
        if (column > 0 && !fields.has(name)) fields.set(name, cells[row * width + column]!);
      });
      return { stamp: cells[row * width]!, fields };
    },
  };
}

export interface Fault {
  readonly code: 'missing-value' | 'bad-number' | 'bad-time' | 'conflict' | 'other-symbol';
  readonly detail: string;
}

export const isFault = (value: object): value is Fault => 'code' in value;

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
