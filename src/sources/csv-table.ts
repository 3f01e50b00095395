import { parse } from 'csv-parse/sync';

export interface Table {
  /** Lower case, without blanks around. */
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** False when the text stops without a line end: its last row may be cut, even in the middle of a number. */
  readonly ended: boolean;
}

/** Comma-separated text, LF or CRLF, with a header. Undefined when its quotes do not pair. */
export function readTable(text: string): Table | undefined {
  try {
    const records = parse(text, { bom: true, relax_column_count: true, skip_empty_lines: true, trim: true });
    const [header = [], ...rows] = records;
    return { header: header.map(name => name.toLowerCase()), rows, ended: /[\r\n]\s*$/.test(text.slice(-200)) };
  } catch {
    return undefined;
  }
}
