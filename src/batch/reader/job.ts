import type { Dataset } from '../dataset.js';
import type { MappedChunk } from '../mapped.js';

/** One reading of one file, from a row on. */
export interface ReadJob {
  readonly path: string;
  /** Without folders: what `fileName` looks at. */
  readonly name: string;
  readonly sha256: string;
  readonly dataset: Dataset;
  /** From 1. */
  readonly fromRow: number;
  /** UTC, ISO-8601 with milliseconds. */
  readonly seenAt: string;
  /** Of the dataset's topic. */
  readonly partitions: number;
}

/**
 * Reads a file and maps its rows. At most two chunks wait to be taken.
 * @throws FileFault for whatever is wrong with the file, its reader included
 */
export type ReadFile = (job: ReadJob, signal: AbortSignal) => AsyncIterable<MappedChunk>;
