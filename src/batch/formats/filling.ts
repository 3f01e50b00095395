import type { Cell, Chunk } from '../table.js';

/** Rows of a chunk. */
export const chunkRows = 4096;

/** A chunk holds fewer rows when their cells have more characters than this together. */
const chunkCharacters = 4 * 2 ** 20;
/** What a kept cell counts for beside its text: its place, and the head of its text in memory. A wide file has many short ones. */
const cellCharacters = 16;

/** A chunk while it is filled: rows count on from one to the next, those before `fromRow` are counted and left out. */
export class Filling {
  readonly #width: number;
  readonly #fromRow: number;
  #columns: Cell[][] = [];
  #broken = new Map<number, string>();
  #characters = 0;
  #firstRow = 1;
  /** Rows met so far, from the first of the file. */
  met = 0;
  /** In this chunk. */
  rows = 0;

  /** @param width how many columns are kept */
  constructor(width: number, fromRow: number) {
    this.#width = width;
    this.#fromRow = fromRow;
    this.#clear();
  }

  get full(): boolean {
    return this.rows >= chunkRows || this.#characters >= chunkCharacters;
  }

  /** Counts a row. True when it is wanted: then its cells are put, in each column one. */
  begin(characters: number): boolean {
    if (++this.met < this.#fromRow) return false;
    if (this.rows === 0) this.#firstRow = this.met;
    this.rows++;
    this.#characters += characters + cellCharacters * this.#width;
    return true;
  }

  put(column: number, cell: Cell): void {
    this.#columns[column]!.push(cell);
  }

  /** In place of the cells of a row. */
  putBroken(reason: string): void {
    this.#broken.set(this.rows - 1, reason);
    for (const column of this.#columns) column.push(null);
  }

  /** What was put since the last call; undefined when that is nothing. */
  take(progress: number): Chunk | undefined {
    if (this.rows === 0) return undefined;
    const { rows } = this;
    const broken = this.#broken.size > 0 && { broken: this.#broken };
    const chunk = { firstRow: this.#firstRow, rows, columns: this.#columns, ...broken, progress };
    this.#clear();
    return chunk;
  }

  #clear(): void {
    this.#columns = Array.from({ length: this.#width }, () => []);
    this.#broken = new Map();
    this.#characters = 0;
    this.rows = 0;
  }
}
