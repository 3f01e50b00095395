import type { CsvLayout } from './csv-layout.js';
import type { Filling } from './filling.js';

/** Which rows of a text become which cells of a chunk. */
export class CsvRows {
  readonly #filling: Filling;
  readonly #width: number;
  readonly #delimiter: string;
  readonly #wanted: readonly number[];
  readonly #footer: RegExp | undefined;
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
  }

  /**
   * Takes whole lines of a text up to one with a quote, which needs a parser, or to the end of the chunk.
   * @returns where the next line begins
   */
  takeLines(text: string, from: number): number {
    const width = this.#width;
    const delimiter = this.#delimiter.charCodeAt(0);
    const starts = new Int32Array(width + 1);
    let start = from;
    let cells = 1;
    starts[0] = start;
    for (let at = from; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === delimiter) {
        if (cells <= width) starts[cells] = at + 1;
        cells++;
      } else if (code === lineFeed) {
        if (cells < width) starts[cells] = at + 1;
        else if (cells === width) starts[width] = at + 1;
        this.#takeLine(text, starts, cells, start, at);
        start = at + 1;
        starts[0] = start;
        cells = 1;
        if (this.over || this.#filling.full) return start;
      } else if (code === quote) return start;
    }
    return start;
  }

  #takeLine(text: string, starts: Int32Array, cells: number, start: number, end: number): void {
    if (cells === 1 && text.slice(start, end).trim() === '') return;
    if (this.#headers > 0) {
      this.#headers--;
      return;
    }
    if (this.#footer?.test(text.slice(start, end))) {
      this.over = true;
      return;
    }
    const filling = this.#filling;
    if (!filling.begin(end - start)) return;
    if (cells !== this.#width) filling.putBroken(this.#wrongWidth(cells));
    else
      for (let at = 0; at < this.#wanted.length; at++) {
        const cell = this.#wanted[at]!;
        filling.put(at, cut(text, starts[cell]!, starts[cell + 1]! - 1));
      }
  }

  /** Takes what the parser cut. */
  takeRecord(record: readonly string[]): void {
    if (record.length === 1 && record[0]!.trim() === '') return;
    if (this.#headers > 0) {
      this.#headers--;
      return;
    }
    if (this.#footer?.test(record.join(this.#delimiter))) {
      this.over = true;
      return;
    }
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
