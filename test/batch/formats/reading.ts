import { fileURLToPath } from 'node:url';
import type { ByteSource } from '../../../src/batch/formats/byte-source.js';
import type { Expected } from '../../../src/batch/formats/formats.js';
import { type Cell, FileFault, type Table } from '../../../src/batch/table.js';

export const filePath = (name: string): string =>
  fileURLToPath(new URL(`../../../../test/batch/files/${name}`, import.meta.url));

export const anyTable: Expected = { text: { skip: 0, header: true }, columns: {} };

/** Bytes in memory as a file, in pieces of the lengths given, the last one for all that follow. */
export function bytesAsFile(bytes: Uint8Array, name: string, ...lengths: number[]): ByteSource {
  return {
    name,
    path: `/${name}`,
    size: bytes.length,
    async *read() {
      for (let at = 0, piece = 0; at < bytes.length; piece++) {
        const length = lengths[Math.min(piece, lengths.length - 1)] ?? bytes.length;
        yield bytes.subarray(at, at + length);
        at += length;
      }
    },
  };
}

export interface Read {
  readonly heads: readonly string[];
  /** By row; a string is why the row is broken. */
  readonly rows: readonly (readonly Cell[] | string)[];
  readonly first: number | undefined;
}

const maxKeptRows = 200_000;

/** All rows of the columns with these heads, else of all; of very many the first. Checks that chunks follow each other. */
export async function readTable(table: Table, heads = table.columns, fromRow = 1): Promise<Read> {
  const columns = heads.map(head => table.columns.indexOf(head));
  const rows: (readonly Cell[] | string)[] = [];
  let first: number | undefined;
  let count = 0;
  let progress = 0;
  for await (const chunk of table.read(columns, fromRow)) {
    first ??= chunk.firstRow;
    if (chunk.firstRow !== first + count) throw new Error(`row ${chunk.firstRow} after ${first + count - 1}`);
    count += chunk.rows;
    if (chunk.progress < progress || chunk.progress > 1)
      throw new Error(`progress ${chunk.progress} after ${progress}`);
    progress = chunk.progress;
    if (chunk.columns.some(column => column.length !== chunk.rows)) throw new Error('columns of several lengths');
    for (let row = 0; row < chunk.rows && rows.length < maxKeptRows; row++)
      rows.push(chunk.broken?.get(row) ?? chunk.columns.map(column => column[row]!));
  }
  await table.close();
  return { heads, rows, first };
}

/** What was read, or the code of the fault. */
export async function outcomeOf(open: () => Promise<Table>): Promise<Read | string> {
  try {
    return await readTable(await open());
  } catch (error) {
    if (error instanceof FileFault) return error.code;
    throw error;
  }
}

/** One column. */
export const cellsOf = ({ heads, rows }: Read, head: string): readonly Cell[] =>
  rows.map(row => (typeof row === 'string' ? null : row[heads.indexOf(head)]!));

/** The exact sum of decimals. */
export function sumOf(cells: readonly Cell[]): string {
  const places = 20;
  let units = 0n;
  for (const cell of cells) {
    const [whole = '0', fraction = ''] = (cell ?? '0').split('.');
    const negative = whole.startsWith('-');
    const one = BigInt(whole.replace('-', '') + fraction.padEnd(places, '0').slice(0, places));
    units += negative ? -one : one;
  }
  const digits = String(units < 0n ? -units : units).padStart(places + 1, '0');
  const fraction = digits.slice(-places).replace(/0+$/, '');
  return `${units < 0n ? '-' : ''}${digits.slice(0, -places)}${fraction && `.${fraction}`}`;
}
