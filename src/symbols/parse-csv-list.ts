import { CsvError, type Info } from 'csv-parse';
import { parse } from 'csv-parse/sync';
import { bulkFault } from '../sources/bulk.js';
import type { Listed } from '../sources/source.js';
import type { HttpCsv } from './list-spec.js';
import { foreignFormat, textOf } from './parse-text-list.js';
import { refused, type Snapshot, snapshotOf } from './snapshot.js';
import { symbolFault } from './symbol-fault.js';

interface Row {
  readonly record: readonly string[];
  readonly info: Info;
}

/** A line of a list is far shorter; an unclosed quote would make one record of the rest of the file. */
const maxRecordChars = 65_536;

/**
 * The symbols in one column of a CSV or pipe file, addressed by header names. Every value stays the text it is.
 * A missing column, a row of another width than the header, a missing footer, or a value that is no symbol refuses the whole list.
 */
export function parseCsvList(body: Uint8Array, csv: Omit<HttpCsv, 'url'>): Snapshot {
  const text = textOf(body);
  const fault = bulkFault(body) ?? foreignFormat(text);
  if (fault) return refused(fault);
  const rows = rowsOf(text, csv.delimiter);
  if (typeof rows === 'string') return refused(rows);
  const header = rows.shift()?.record ?? [];
  const missing = missingColumn(header, csv);
  if (missing) return refused(missing);
  if (csv.footer !== undefined && !rows.pop()?.record[0]?.startsWith(csv.footer)) {
    return refused(`its last line does not begin with "${csv.footer}": it was cut short`);
  }
  const conditions = Object.entries(csv.where ?? {}).map(([name, values]) => [header.indexOf(name), values] as const);
  const symbolAt = header.indexOf(csv.column);
  const nameAt = csv.nameColumn === undefined ? -1 : header.indexOf(csv.nameColumn);
  const listed: Listed[] = [];
  for (const { record, info } of rows) {
    if (record.length !== header.length) {
      return refused(`line ${info.lines}: ${record.length} fields where the header has ${header.length}`);
    }
    if (!conditions.every(([at, values]) => values.includes(record[at]!))) continue;
    const symbol = record[symbolAt]!;
    const fault = symbolFault(symbol);
    if (fault) return refused(`line ${info.lines}: ${fault}`);
    listed.push({ symbol, ...(record[nameAt] && { name: record[nameAt] }) });
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

/** Trimmed rows, or why the text cannot be taken apart. */
function rowsOf(text: string, delimiter: string): Row[] | string {
  try {
    return parse(text, {
      delimiter,
      // Pipe files know no quoting: a quote at the start of a name would swallow the lines after it.
      quote: delimiter === '|' ? null : '"',
      relax_quotes: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      record_delimiter: ['\r\n', '\n', '\r'],
      max_record_size: maxRecordChars,
      info: true,
    }) as unknown as Row[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return `line ${Number(error.lines)}: ${error.code}`;
  }
}
