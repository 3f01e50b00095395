import { type Chunk, FileFault, type Table } from '../table.js';
import type { ByteSource } from './byte-source.js';
import { Filling } from './filling.js';
import type { Expected } from './formats.js';
import { JsonColumns, JsonRows, lateNames } from './json-rows.js';
import { JsonFault, JsonScan } from './json-scan.js';
import { openText, sampleOf, wholeLines } from './text-source.js';

/**
 * One JSON object a line. Columns are the paths that the first lines have. A line that is no object is a broken row.
 * @throws FileFault `empty`, `structure` (no object among the first lines, a line beyond measure), and those of the text
 */
export async function openNdjson(source: ByteSource, expected: Expected): Promise<Table> {
  const { text, whole, encoding } = await sampleOf(source, expected.text);
  const columns = columnsIn(text, whole);
  return {
    columns,
    layout: { ...expected.text, encoding },
    read: (wanted, fromRow) => rowsOf(source, expected, columns, wanted, fromRow),
    close: async () => {},
  };
}

function columnsIn(text: string, whole: boolean): readonly string[] {
  const lines = text.split('\n');
  if (!whole && lines.length > 1) lines.pop();
  const columns = new JsonColumns();
  let fault: JsonFault | undefined;
  for (const line of lines) {
    const scan = new JsonScan(line);
    try {
      if (scan.isObject) columns.see(scan);
    } catch (error) {
      if (!(error instanceof JsonFault)) throw error;
      fault ??= error;
    }
  }
  if (lines.every(line => line.trim() === '')) throw new FileFault('empty', 'no line with anything in it');
  if (columns.paths.length === 0)
    throw new FileFault('structure', `no line is a JSON object${fault ? `: ${fault.message}` : ''}`);
  return columns.paths;
}

async function* rowsOf(
  source: ByteSource,
  expected: Expected,
  columns: readonly string[],
  wanted: readonly number[],
  fromRow: number,
): AsyncGenerator<Chunk> {
  const { pieces, progress } = await openText(source, expected.text);
  const filling = new Filling(wanted.length, fromRow);
  const paths = wanted.map(column => columns[column]!);
  const rows = new JsonRows(paths, lateNames(columns, expected), filling);
  for await (const piece of wholeLines(pieces)) {
    for (let start = 0; start < piece.length; ) {
      const found = piece.indexOf('\n', start);
      const end = found < 0 ? piece.length : found;
      const line = new JsonScan(piece.slice(start, end));
      if (!line.isEnd) rows.takeLine(line);
      if (filling.full) yield filling.take(progress())!;
      start = end + 1;
    }
  }
  const last = filling.take(1);
  if (last) yield last;
  if (filling.met === 0) throw new FileFault('empty', 'no row');
}
