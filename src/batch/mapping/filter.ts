import type { Cell, Chunk } from '../table.js';
import type { Binding } from './bind-fields.js';
import { columnOf, noColumn } from './find-columns.js';

export interface Filter {
  bind(chunk: Chunk): void;
  /** @param row by index within the chunk */
  leavesOut(row: number): boolean;
}

/** Rows stay in which each column of `where` has one of its values, blanks around them aside. @throws FileFault */
export function createFilter({ dataset: { where }, file, choice }: Binding): Filter {
  const wanted = Object.entries(where).map(([head, values]) => {
    const column = columnOf(head, file);
    if (column === undefined) throw noColumn([head], 'for `where`', file);
    return { slot: choice.slot(column), values: new Set(values) };
  });
  let cells: readonly (readonly Cell[])[] = [];
  return {
    bind(chunk) {
      cells = wanted.map(({ slot }) => chunk.columns[slot]!);
    },
    leavesOut: row => wanted.some(({ values }, index) => !values.has((cells[index]![row] ?? '').trim())),
  };
}
