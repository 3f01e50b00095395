import { parse } from 'csv-parse/sync';

// Vendors' rows have about a hundred characters. What has far more is no table, and the parser is slow on it: 0.7 s a megabyte.
const maxRowCharacters = 10_000;

export interface Table {
  /** Lower case, without blanks around. */
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** False when the text stops without a line end: its last row may be cut, even in the middle of a number. */
  readonly ended: boolean;
}

/** Comma-separated text, LF or CRLF, with a header. Undefined when its quotes do not pair or a row is beyond measure. */
export function readTable(text: string): Table | undefined {
  try {
    const options = { bom: true, relax_column_count: true, skip_empty_lines: true, trim: true } as const;
    const records = parse(text, { ...options, max_record_size: maxRowCharacters });
    const [header = [], ...rows] = records;
    return { header: header.map(name => name.toLowerCase()), rows, ended: /[\r\n]\s*$/.test(text.slice(-200)) };
  } catch {
    return undefined;
  }
}
