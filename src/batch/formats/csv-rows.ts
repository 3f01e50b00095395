import type { CsvLayout } from './csv-layout.js';
import type { Filling } from './filling.js';

/** Which rows of a text become which cells of a chunk. */
export class CsvRows {
  readonly #filling: Filling;
  readonly #width: number;
  readonly #delimiter: string;
  readonly #wanted: readonly number[];
  readonly #footer: RegExp | undefined;
  /** Where each cell of a line begins and ends, without its quotes. */
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  #headers: number;
  /** Once the footer was met, nothing is a row. */
  over = false;

  constructor(layout: CsvLayout, wanted: readonly number[], filling: Filling, header: boolean, footer?: string) {
    this.#filling = filling;
    this.#width = layout.heads.length;
    this.#delimiter = layout.delimiter;
    this.#wanted = wanted;
    this.#footer = footer === undefined ? undefined : new RegExp(footer);
    this.#headers = header ? 1 : 0;
    this.#starts = new Int32Array(layout.heads.length);
    this.#ends = new Int32Array(layout.heads.length);
  }

  /**
   * Takes whole lines of a text up to one that needs a parser, because of a quote within a cell or an end of line within quotes, or to the end of the chunk.
   * @returns where the next line begins
   */
  takeLines(text: string, from: number): number {
    const width = this.#width;
    const delimiter = this.#delimiter.charCodeAt(0);
    const starts = this.#starts;
    const ends = this.#ends;
    let start = from;
    let cells = 0;
    let cellStart = from;
    let cellEnd = -1;
    for (let at = from; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === delimiter || code === lineFeed) {
        if (cells < width) {
          starts[cells] = cellStart;
          ends[cells] = cellEnd < 0 ? at : cellEnd;
        }
        cells++;
        cellStart = at + 1;
        cellEnd = -1;
        if (code === delimiter) continue;
        this.#takeLine(text, cells, at - start);
        start = at + 1;
        cells = 0;
        if (this.over || this.#filling.full) return start;
      } else if (code === quote) {
        if (at !== cellStart) return start;
        cellEnd = closingQuote(text, at, delimiter);
        if (cellEnd < 0) return start;
        cellStart = at + 1;
        at = cellEnd;
      }
    }
    return start;
  }

  #takeLine(text: string, cells: number, characters: number): void {
    if (cells === 1 && this.#cell(text, 0) === '') return;
    if (this.#headers > 0) {
      this.#headers--;
      return;
    }
    if (
      this.#footer &&
      this.#isFooter(Array.from({ length: Math.min(cells, this.#width) }, (_, at) => this.#cell(text, at)))
    )
      return;
    const filling = this.#filling;
    if (!filling.begin(characters)) return;
    if (cells !== this.#width) filling.putBroken(this.#wrongWidth(cells));
    else for (let at = 0; at < this.#wanted.length; at++) filling.put(at, this.#cell(text, this.#wanted[at]!));
  }

  #cell(text: string, cell: number): string {
    return cut(text, this.#starts[cell]!, this.#ends[cell]!);
  }

  #isFooter(cells: readonly string[]): boolean {
    this.over = this.#footer?.test(cells.slice(0, this.#width).join(this.#delimiter)) === true;
    return this.over;
  }

  /** Takes what the parser cut. */
  takeRecord(record: readonly string[]): void {
    if (record.length === 1 && record[0]!.trim() === '') return;
    if (this.#headers > 0) {
      this.#headers--;
      return;
    }
    if (this.#footer && this.#isFooter(record.map(cell => cell.trim()))) return;
    const filling = this.#filling;
    if (!filling.begin(lengthOf(record))) return;
    const fault = this.#faultOf(record);
    if (fault !== undefined) filling.putBroken(fault);
    else for (let at = 0; at < this.#wanted.length; at++) filling.put(at, record[this.#wanted[at]!]!.trim());
  }

  #faultOf(record: readonly string[]): string | undefined {
    if (record.length !== this.#width) return this.#wrongWidth(record.length);
    return this.#width > 1 && record.some(cell => cell.includes('\n') && this.#holdsRow(cell))
      ? 'a cell holds what looks like further rows: a quote is missing'
      : undefined;
  }

  #holdsRow(cell: string): boolean {
    return cell.split('\n').some(line => line.split(this.#delimiter).length >= this.#width);
  }

  #wrongWidth(cells: number): string {
    return `${cells} ${cells === 1 ? 'cell' : 'cells'} where the header has ${this.#width}`;
  }
}

const lineFeed = 10;
const quote = 34;

/** Where the quotes that open at a place close, if that is plain: on this line, and a cell ends there. Otherwise -1. */
function closingQuote(text: string, open: number, delimiter: number): number {
  for (let at = open + 1; at < text.length - 1; at++) {
    const code = text.charCodeAt(at);
    if (code === lineFeed) return -1;
    if (code !== quote) continue;
    const next = text.charCodeAt(at + 1);
    return next === delimiter || next === lineFeed ? at : -1;
  }
  return -1;
}

function cut(text: string, start: number, end: number): string {
  if (start === end) return '';
  const first = text.charCodeAt(start);
  const last = text.charCodeAt(end - 1);
  const plain = first > 32 && first < 128 && last > 32 && last < 128;
  return plain ? text.slice(start, end) : text.slice(start, end).trim();
}

const lengthOf = (record: readonly string[]): number => {
  let length = 0;
  for (const cell of record) length += cell.length;
  return length;
};
