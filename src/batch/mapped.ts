import type { PackedRun } from '../log/packed/packer.js';

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

/** Names of the headers that a record has of its own: what `MappedChunk.runs` has by index. */
export const ownHeaders: readonly string[] = ['fl-id', 'fl-origin'];

/** What a chunk of a file became, ready to be appended. Plain data and bytes, so that another process can make it. */
export interface MappedChunk {
  readonly firstRow: number;
  readonly rows: number;
  /** Rows that the dataset leaves out. */
  readonly skipped: number;
  readonly records: number;
  /** Their bytes, by partition. */
  readonly runs: readonly PackedRun[];
  readonly rejected: readonly RejectedRow[];
  readonly progress: number;
}
