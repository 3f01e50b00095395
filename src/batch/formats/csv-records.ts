import { CsvError, type Options, Parser } from 'csv-parse';
import { parse } from 'csv-parse/sync';
import { FileFault } from '../table.js';
import { maxRecordCharacters, tooLong } from './text-source.js';

const optionsFor = (delimiter: string): Options => ({
  delimiter,
  record_delimiter: '\n',
  relax_quotes: true,
  relax_column_count: true,
  // No `rtrim`: with it whatever stands behind a closing quote ends the file, and not only its row.
  ltrim: true,
  max_record_size: maxRecordCharacters,
});

/** The records of a short text with whole lines, cells trimmed, blank lines as one empty cell. A quote that is not closed ends it. */
export function recordsIn(text: string, delimiter: string): readonly (readonly string[])[] {
  try {
    const records = parse(text, { ...optionsFor(delimiter) }) as unknown as string[][];
    return records.map(record => record.map(cell => cell.trim()));
  } catch (error) {
    if (error instanceof CsvError) return [];
    throw error;
  }
}

/** csv-parse, fed and emptied piece by piece. */
export class CsvRecords extends Parser {
  #records: string[][] = [];

  constructor(delimiter: string) {
    super(optionsFor(delimiter));
    // Said by `fault`.
    this.on('error', () => {});
  }

  /** The records that end in `text`. */
  cut(text: string): readonly (readonly string[])[] {
    this.write(text);
    return this.#take();
  }

  /** What is left when no text comes any more. */
  async finish(): Promise<readonly (readonly string[])[]> {
    await new Promise<void>(resolve => {
      this.once('close', resolve).once('finish', resolve);
      this.end();
    });
    return this.#take();
  }

  // Records stay here: a stream's own queue costs more than the parser.
  override push(record: string[] | null): boolean {
    if (record !== null) this.#records.push(record);
    return true;
  }

  /** What ended the parser, behind all the records that were cut. */
  get fault(): FileFault | undefined {
    return this.errored ? faultOf(this.errored) : undefined;
  }

  #take(): readonly (readonly string[])[] {
    const records = this.#records;
    this.#records = [];
    return records;
  }
}

function faultOf(error: Error): FileFault {
  const code = error instanceof CsvError ? error.code : undefined;
  if (code === 'CSV_MAX_RECORD_SIZE') return tooLong();
  if (code === 'CSV_QUOTE_NOT_CLOSED') return new FileFault('structure', 'a quote is opened and never closed');
  return new FileFault('structure', error.message);
}
