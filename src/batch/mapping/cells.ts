import type { Cell, Chunk } from '../table.js';
import type { Place } from './find-columns.js';
import type { CellReader } from './reader.js';
import type { Rejects } from './rejects.js';

/** One field of a record, bound to where the file has it. */
export interface Field {
  /** Points it at the chunk that is being mapped. */
  bind(chunk: Chunk): void;
  /** The value in a row, by index within the chunk: null where there is none, undefined after it was rejected. */
  read(row: number): string | null | undefined;
  /** The same, rejecting a row that has none. */
  need(row: number): string | undefined;
  /** Whether the file has no value there, seen without reading it. */
  isEmpty(row: number): boolean;
}

/** Columns that are read, in the order of their first use, and where each lies within a chunk. */
export class ColumnChoice {
  readonly columns: number[] = [];

  slot(column: number): number {
    const found = this.columns.indexOf(column);
    return found >= 0 ? found : this.columns.push(column) - 1;
  }
}

const none: readonly Cell[] = [];

/** @param name what the field is called in the configuration */
export function createField(
  name: string,
  place: Place,
  reader: CellReader,
  choice: ColumnChoice,
  rejects: Rejects,
): Field {
  const { head } = place;
  const slot = place.kind === 'column' ? choice.slot(place.column) : -1;
  const andSlot = place.kind === 'column' && place.and !== undefined ? choice.slot(place.and) : -1;
  const constant = place.kind === 'constant' ? place.text : null;
  let cells = none;
  let second = none;

  function cellOf(row: number): Cell {
    if (slot < 0) return constant;
    const cell = cells[row]!;
    if (andSlot < 0 || cell === null) return cell;
    const more = second[row]!;
    return more === null ? cell : `${cell} ${more}`;
  }

  function read(row: number): string | null | undefined {
    const cell = cellOf(row);
    if (cell === null) return null;
    const value = reader.read(cell);
    if (value === undefined) rejects.add(row, reader.code, reader.why(), head);
    return value;
  }

  return {
    bind(chunk) {
      if (slot >= 0) cells = chunk.columns[slot]!;
      if (andSlot >= 0) second = chunk.columns[andSlot]!;
    },
    read,
    need(row) {
      const value = read(row);
      if (value !== null) return value;
      rejects.add(row, 'missing', `there is no ${name}`, head);
      return undefined;
    },
    isEmpty: row => {
      const cell = cellOf(row);
      return cell === null || reader.read(cell) === null;
    },
  };
}
