import type { RejectedRow } from '../mapped.js';
import type { Chunk } from '../table.js';

/** Rows of a part of a chunk that cannot become records. */
export interface Rejects {
  bind(chunk: Chunk): void;
  /** @param row by index within the chunk */
  add(row: number, code: string, detail: string, column?: string): void;
  /** Whether the row was rejected for a column that all of its records have: one reject says it. */
  isWhole(row: number): boolean;
  readonly rows: readonly RejectedRow[];
}

/**
 * @param heads of the file
 * @param chosen columns of the file that a chunk holds, in its order
 * @param own columns of one symbol among many: a reject shows those of others only where they are at fault
 */
export function createRejects(heads: readonly string[], chosen: readonly number[], own: ReadonlySet<number>): Rejects {
  const shared = new Set(heads.filter((_, column) => !own.has(column)));
  let chunk: Chunk | undefined;
  let rows: RejectedRow[] = [];
  let wholeRow = -1;
  return {
    bind(next) {
      chunk = next;
      rows = [];
      wholeRow = -1;
    },
    add(row, code, detail, column) {
      const { firstRow, columns } = chunk!;
      const shown = chosen.flatMap((of, slot) =>
        own.has(of) && heads[of] !== column ? [] : [[heads[of]!, columns[slot]![row]]],
      );
      const cells = JSON.stringify(Object.fromEntries(shown));
      rows.push({ row: firstRow + row, ...(column !== undefined && { column }), code, detail, cells });
      if (column !== undefined && shared.has(column)) wholeRow = row;
    },
    isWhole: row => row === wholeRow,
    get rows() {
      return rows;
    },
  };
}
