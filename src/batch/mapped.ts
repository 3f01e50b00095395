/** A row that cannot become a record. */
export interface RejectedRow {
  readonly row: number;
  /** The column's head, where one is at fault. */
  readonly column?: string;
  readonly code: string;
  /** One line for people: the value and what is wrong with it. */
  readonly detail: string;
  /** The row as JSON, for the dead letter. */
  readonly cells: string;
}

/** What a chunk of a file became, ready to be appended: one entry a record, by column. Plain data and bytes, so that another process can make it. */
export interface MappedChunk {
  readonly firstRow: number;
  readonly rows: number;
  /** Rows that the dataset leaves out. */
  readonly skipped: number;
  readonly keys: readonly string[];
  readonly ids: readonly string[];
  /** Row of each record. */
  readonly origins: readonly number[];
  /** The values, one after the other, and where each ends. */
  readonly bytes: Uint8Array;
  readonly ends: readonly number[];
  readonly rejected: readonly RejectedRow[];
  readonly progress: number;
}
