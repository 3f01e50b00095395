import { CsvError, type Info, type Options } from 'csv-parse';
import { parse } from 'csv-parse/sync';
import { bodyFault } from '../sources/body-fault.js';
import type { Listed } from '../sources/source.js';
import type { HttpCsv } from './list-spec.js';
import { foreignFormat, textOf } from './parse-text-list.js';
import { refused, type Snapshot, snapshotOf } from './snapshot.js';
import { symbolFault } from './symbol-fault.js';

/** A line of a list is far shorter; an unclosed quote would make one record of the rest of the file. */
const maxRecordChars = 65_536;

/**
 * The symbols in one column of a CSV or pipe file, addressed by header names. Every value stays the text it is.
 * A missing column, a row of another width than the header, a missing footer, or a value that is no symbol refuses the whole list.
 */
export function parseCsvList(body: Uint8Array, csv: Omit<HttpCsv, 'url'>): Snapshot {
  const text = textOf(body);
  const fault = bodyFault(body) ?? foreignFormat(text);
  if (fault) return refused(fault);
  const table = rowsOf(text, csv.delimiter);
  if (typeof table === 'string') return refused(table);
  const [header = [], ...rows] = table;
  const missing = missingColumn(header, csv);
  if (missing) return refused(missing);
  if (csv.footer !== undefined && !rows.pop()?.[0]?.startsWith(csv.footer)) {
    return refused(`its last line does not begin with "${csv.footer}": it was cut short`);
  }
  const conditions = Object.entries(csv.where ?? {}).map(([name, values]) => [header.indexOf(name), values] as const);
  const symbolAt = header.indexOf(csv.column);
  const nameAt = csv.nameColumn === undefined ? -1 : header.indexOf(csv.nameColumn);
  const listed: Listed[] = [];
  for (const [index, row] of rows.entries()) {
    const line = () => `line ${lineOf(text, csv.delimiter, index + 1)}`;
    if (row.length !== header.length)
      return refused(`${line()}: ${row.length} fields where the header has ${header.length}`);
    if (!conditions.every(([at, values]) => values.includes(row[at]!))) continue;
    const symbol = row[symbolAt]!;
    const wrong = symbolFault(symbol);
    if (wrong) return refused(`${line()}: ${wrong}`);
    listed.push({ symbol, ...(row[nameAt] && { name: row[nameAt] }) });
  }
  return snapshotOf(listed);
}

function missingColumn(header: readonly string[], csv: Omit<HttpCsv, 'url'>): string | undefined {
  const wanted = [
    csv.column,
    ...(csv.nameColumn === undefined ? [] : [csv.nameColumn]),
    ...Object.keys(csv.where ?? {}),
  ];
  const missing = wanted.find(name => !header.includes(name));
  return missing === undefined ? undefined : `no column "${missing}"; it has: ${header.join(', ').slice(0, 300)}`;
}

const optionsFor = (delimiter: string): Options => ({
  delimiter,
  // Pipe files know no quoting: a quote at the start of a name would swallow the lines after it.
  quote: delimiter === '|' ? null : '"',
  relax_quotes: true,
  relax_column_count: true,
  skip_empty_lines: true,
  trim: true,
  record_delimiter: ['\r\n', '\n', '\r'],
  max_record_size: maxRecordChars,
});

/** Trimmed rows, header first, or why the text cannot be taken apart. */
function rowsOf(text: string, delimiter: string): string[][] | string {
  try {
    return parse(text, optionsFor(delimiter)) as unknown as string[][];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return `line ${Number(error.lines)}: ${error.code}`;
  }
}

/** Asked for one row and only when it is wrong: noting the line of every row takes five times as long as reading them. */
function lineOf(text: string, delimiter: string, index: number): number {
  const options = { ...optionsFor(delimiter), info: true, from: index + 1, to: index + 1 };
  const [found] = parse(text, options) as unknown as { info: Info }[];
  return found!.info.lines;
}
