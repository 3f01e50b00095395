import { createHash } from 'node:crypto';
import type { LogReader, StateChange } from '../log/log.js';
import type { OutgoingRecord } from '../log/writer.js';
import { isoInstant } from '../records/instant.js';
import type { Dataset } from './dataset.js';

export type FileState = 'claimed' | 'reading' | 'published' | 'archived' | 'quarantined' | 'forgotten';

export interface FileCounts {
  /** Data records of the file that were read. */
  readonly rows: number;
  readonly records: number;
  readonly rejected: number;
  /** Rows that the dataset leaves out. */
  readonly skipped: number;
}

/** What became of one content, by its SHA-256: as it lies in the log's state and, without `next` and `mapping`, in the topic of files. */
export interface FileEntry extends FileCounts {
  readonly sha256: string;
  /** Path below the inbox, as it was dropped last. */
  readonly file: string;
  readonly dataset: string;
  readonly state: FileState;
  /** UTC, ISO-8601 with Z. */
  readonly at: string;
  readonly bytes: number;
  /** Where it is quarantined, or had broken off. */
  readonly code?: string;
  readonly detail?: string;
  /** Where it lies since it was done with: path below the directory of the inbox. */
  readonly place?: string;
  /** The row from which on nothing is acknowledged. */
  readonly next: number;
  /** Of the dataset that the rows were read with: with another one they are read anew. */
  readonly mapping: string;
}

const prefix = 'file/';

export const fileEntry = (log: Pick<LogReader, 'get'>, sha256: string): FileEntry | undefined =>
  decode(log.get(prefix + sha256));

/** All that are known, in no order. */
export function* fileEntries(log: Pick<LogReader, 'range'>): Generator<FileEntry> {
  for (const [, value] of log.range(prefix)) {
    const entry = decode(value);
    if (entry) yield entry;
  }
}

/** The newest, newest first, without what only a reading goes by. */
export function newestFiles(log: Pick<LogReader, 'range'>, most: number): readonly ShownEntry[] {
  const all = Array.from(fileEntries(log), ({ next: _next, mapping: _mapping, ...entry }) => entry as ShownEntry);
  return all.sort((a, b) => (a.at < b.at ? 1 : -1)).slice(0, most);
}

type ShownEntry = Omit<FileEntry, 'next' | 'mapping' | 'state'> & { readonly state: Exclude<FileState, 'forgotten'> };

export const entryChange = (entry: FileEntry): StateChange => [
  prefix + entry.sha256,
  entry.state === 'forgotten' ? undefined : Buffer.from(JSON.stringify(entry)),
];

/** The entry for the topic of files, keyed by content. */
export function entryRecord(topic: string, entry: FileEntry): OutgoingRecord {
  const shown = { ...entry, next: undefined, mapping: undefined };
  return { topic, key: entry.sha256, value: Buffer.from(JSON.stringify(shown)), headers: { 'fl-schema': 'file/1' } };
}

export const stamp = (nowMs: number): string => isoInstant(nowMs);

/** Of what decides how rows become records. */
export const mappingOf = (dataset: Dataset): string =>
  createHash('sha1')
    .update(JSON.stringify({ ...dataset, match: undefined, maxErrors: undefined }))
    .digest('hex')
    .slice(0, 16);

const decode = (value: Uint8Array | undefined): FileEntry | undefined =>
  value === undefined ? undefined : (JSON.parse(Buffer.from(value).toString()) as FileEntry);
