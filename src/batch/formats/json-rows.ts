import type { Cell } from '../table.js';
import type { Filling } from './filling.js';
import type { Expected } from './formats.js';
import { JsonFault, type JsonScan } from './json-scan.js';

/** The paths in objects, in the order in which they come first. */
export class JsonColumns {
  readonly #paths = new Set<string>();

  get paths(): readonly string[] {
    return [...this.#paths];
  }

  /** Goes over an object. */
  see(scan: JsonScan): void {
    scan.value(path => this.#paths.add(path));
  }
}

const plain = (name: string): string => name.trim().toLowerCase();

/** Names of which the dataset needs one, while the columns have none of them. */
export function lateNames(columns: readonly string[], expected: Pick<Expected, 'columns'>): ReadonlySet<string> {
  const known = new Set(columns.map(plain));
  const needs = Object.values(expected.columns).flatMap(({ column = [], and = [] }) => [column, and]);
  return new Set(
    needs.map(names => names.map(plain)).flatMap(names => (names.some(name => known.has(name)) ? [] : names)),
  );
}

/** Objects as rows. */
export class JsonRows {
  readonly #filling: Filling;
  readonly #slots: ReadonlyMap<string, number>;
  readonly #late: ReadonlySet<string>;
  readonly #cells: (Cell | undefined)[];
  #reason: string | undefined;

  /** @param late names that must not come where the columns do not know them: their values would be lost without a word */
  constructor(wanted: readonly string[], late: ReadonlySet<string>, filling: Filling) {
    this.#filling = filling;
    this.#slots = new Map(wanted.map((path, at) => [path, at]));
    this.#late = late;
    this.#cells = wanted.map(() => undefined);
  }

  readonly #take = (path: string, cell: Cell): void => {
    const slot = this.#slots.get(path);
    if (slot === undefined) {
      if (this.#late.size > 0 && this.#late.has(plain(path)))
        this.#reason ??= `"${path}" comes here first, far behind the first rows`;
    } else if (this.#cells[slot] === undefined) this.#cells[slot] = cell;
    else this.#reason ??= `"${path}" comes twice`;
  };

  /** Goes over a value that is a row. @throws JsonFault where it is no JSON: then it is no row yet */
  take(scan: JsonScan): void {
    const start = scan.at;
    this.#read(scan);
    this.#put(scan.at - start);
  }

  /** Goes over a line that is a row by itself, whatever it holds. */
  takeLine(line: JsonScan): void {
    try {
      this.#read(line);
      if (!line.isEnd) this.#reason ??= 'something stands behind the object';
    } catch (error) {
      if (!(error instanceof JsonFault)) throw error;
      this.#reason = `no JSON, at character ${error.at + 1} of the line: ${error.message}`;
    }
    this.#put(line.text.length);
  }

  #read(scan: JsonScan): void {
    this.#cells.fill(undefined);
    this.#reason = scan.isObject ? undefined : 'no JSON object';
    scan.value(scan.isObject ? this.#take : undefined);
  }

  #put(characters: number): void {
    const filling = this.#filling;
    if (!filling.begin(characters)) return;
    if (this.#reason !== undefined) filling.putBroken(this.#reason);
    else for (let at = 0; at < this.#cells.length; at++) filling.put(at, this.#cells[at] ?? null);
  }
}
