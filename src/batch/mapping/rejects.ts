import type { RejectedRow } from '../mapped.js';
import type { Chunk } from '../table.js';

/** Rows of a chunk that cannot become records. */
export interface Rejects {
  bind(chunk: Chunk): void;
  /** @param row by index within the chunk */
  add(row: number, code: string, detail: string, column?: string): void;
  readonly rows: readonly RejectedRow[];
}

/** @param headsOf the heads of the columns of a chunk, in their order */
export function createRejects(headsOf: () => readonly string[]): Rejects {
  let chunk: Chunk | undefined;
  let rows: RejectedRow[] = [];
  return {
    bind(next) {
      chunk = next;
      rows = [];
    },
    add(row, code, detail, column) {
      const { firstRow, columns } = chunk!;
      const heads = headsOf();
      const cells = JSON.stringify(Object.fromEntries(columns.map((cells, index) => [heads[index], cells[row]])));
      rows.push({ row: firstRow + row, ...(column !== undefined && { column }), code, detail, cells });
    },
    get rows() {
      return rows;
    },
  };
}
