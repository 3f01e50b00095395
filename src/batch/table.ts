import type { TextLayout } from './dataset.js';

/** A cell as text: numbers with all their digits and no exponent needed, instants as UTC ISO-8601 with Z, wall times without a zone as ISO-8601 without Z, dates as `YYYY-MM-DD`, booleans as `true` and `false`. null: the file says that there is no value. */
export type Cell = string | null;

/** Rows of a table, by column. */
export interface Chunk {
  /** Number of its first row: data records counted from 1, header and blank lines not. */
  readonly firstRow: number;
  readonly rows: number;
  /** `columns[c][r]`, for the columns that were asked for, in that order. */
  readonly columns: readonly (readonly Cell[])[];
  /** Rows that are broken in themselves, as one with too many cells; their cells are null. By index within the chunk. */
  readonly broken?: ReadonlyMap<number, string>;
  /** Share of the file that has been read, 0 to 1. */
  readonly progress: number;
}

/** A file as a table. */
export interface Table {
  /** Heads of all columns; `1`, `2` … without a header. Nested ones by path with dots. */
  readonly columns: readonly string[];
  /** As the file declares them: `DECIMAL(18,4)`, `TIMESTAMP`; absent for text. */
  readonly types?: readonly string[];
  /** Of text: how its lines are cut, as it was given or found out. */
  readonly layout?: TextLayout;
  /** Rows that the file says it has, where it does. */
  readonly rows?: number;
  /**
   * Reads the chosen columns once, from a row on (1: the first). Chunks hold at most about `chunkRows` rows.
   * @throws FileFault while reading: what came before stands
   */
  read(columns: readonly number[], fromRow: number): AsyncIterable<Chunk>;
  close(): Promise<void>;
}

export type FaultCode =
  | 'empty'
  | 'encoding'
  | 'structure'
  | 'compression'
  | 'too-large'
  | 'unsupported'
  | 'mapping'
  | 'rejected-rows'
  | 'row-count'
  | 'time-out'
  | 'reader';

/** Why a file as a whole cannot be used. The message is one line for people. */
export class FileFault extends Error {
  override readonly name = 'FileFault';
  readonly code: FaultCode;
  constructor(code: FaultCode, message: string) {
    super(message);
    this.code = code;
  }
}
