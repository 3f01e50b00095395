import type { Dataset, TextLayout } from '../dataset.js';
import { type Chunk, FileFault, type Table } from '../table.js';
import type { ByteSource } from './byte-source.js';
import { type CsvLayout, findLayout } from './csv-layout.js';
import { CsvRecords } from './csv-records.js';
import { CsvRows } from './csv-rows.js';
import { Filling } from './filling.js';
import { openText, sampleOf, wholeLines } from './text-source.js';

/**
 * Lines of cells. Rows of another width than the header are broken; blank lines are none. Blanks around cells go.
 * @throws FileFault `empty`, `structure` (a line beyond measure, a quote without its end), and those of the text
 */
export async function openCsv(source: ByteSource, { text: given }: Pick<Dataset, 'text'>): Promise<Table> {
  const { text, whole, encoding } = await sampleOf(source, given);
  const layout = findLayout(text, whole, given);
  return {
    columns: layout.heads,
    layout: { ...given, delimiter: layout.delimiter, skip: layout.skip, encoding },
    read: (columns, fromRow) => rowsOf(source, layout, given, columns, fromRow),
    close: async () => {},
  };
}

async function* rowsOf(
  source: ByteSource,
  layout: CsvLayout,
  { encoding, header, footer }: TextLayout,
  columns: readonly number[],
  fromRow: number,
): AsyncGenerator<Chunk> {
  const { pieces, progress } = await openText(source, { skip: layout.skip, ...(encoding && { encoding }) });
  const filling = new Filling(columns.length, fromRow);
  const rows = new CsvRows(layout, columns, filling, header, footer);
  // Cutting plain lines takes a fraction of the parser's time: from the first line on that is not plain, the parser has all.
  let parser = layout.delimiter.length === 1 ? undefined : new CsvRecords(layout.delimiter);
  const take = function* (records: Iterable<readonly string[]>) {
    for (const record of records) {
      rows.takeRecord(record);
      if (rows.over) return;
      if (filling.full) yield filling.take(progress())!;
    }
    if (parser?.fault) throw parser.fault;
  };
  for await (const piece of wholeLines(pieces)) {
    const text = piece.endsWith('\n') ? piece : `${piece}\n`;
    let from = 0;
    while (!parser && from < text.length && !rows.over) {
      from = rows.takeLines(text, from);
      if (filling.full) yield filling.take(progress())!;
      else if (from < text.length) parser = new CsvRecords(layout.delimiter);
    }
    if (parser && !rows.over) yield* take(parser.cut(text.slice(from)));
    if (rows.over) break;
  }
  if (parser && !rows.over) yield* take(await parser.finish());
  const last = filling.take(1);
  if (last) yield last;
  if (filling.met === 0) throw new FileFault('empty', 'no row');
}
