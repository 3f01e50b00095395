import type { TextLayout } from '../dataset.js';
import type { Cell, Table } from '../table.js';

/** The beginning of a file, by column. */
export interface Sample {
  readonly heads: readonly string[];
  /** Heads say what is in a column; otherwise they are numbers. */
  readonly isNamed: boolean;
  /** As the file declares them. */
  readonly types?: readonly string[];
  readonly layout?: TextLayout;
  readonly columns: readonly (readonly Cell[])[];
  readonly rows: number;
  /** Rows that are broken in themselves; they are not among the others. */
  readonly broken: number;
  /** Whether these are all rows. */
  readonly isWhole: boolean;
}

const maxRows = 20_000;
const maxCells = 2_000_000;

/** Reads at most 20,000 rows and two million cells. @throws FileFault */
export async function readSample(table: Table): Promise<Sample> {
  const { columns: heads, types, layout } = table;
  const columns: Cell[][] = heads.map(() => []);
  const most = Math.max(10, Math.min(maxRows, Math.floor(maxCells / Math.max(1, heads.length))));
  let rows = 0;
  let broken = 0;
  let isWhole = true;
  for await (const chunk of table.read([...heads.keys()], 1)) {
    for (let row = 0; row < chunk.rows && rows < most; row++) {
      if (chunk.broken?.has(row)) broken += 1;
      else {
        for (const [index, column] of columns.entries()) column.push(chunk.columns[index]![row] ?? null);
        rows += 1;
      }
    }
    isWhole = rows < most;
    if (!isWhole) break;
  }
  return {
    heads,
    isNamed: layout?.header ?? true,
    ...(types && { types }),
    ...(layout && { layout }),
    columns,
    rows,
    broken,
    isWhole,
  };
}
