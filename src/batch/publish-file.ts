import type { PackedBatch } from '../log/log.js';
import type { OutgoingRecord } from '../log/writer.js';
import type { Event } from '../records/event.js';
import type { Dataset } from './dataset.js';
import type { FileEntry } from './ledger.js';
import { type MappedChunk, ownHeaders } from './mapped.js';
import { type LetterPlace, rejectedLetter } from './rejected.js';
import { FileFault } from './table.js';

/** What is committed for one chunk, all or nothing. */
export interface ChunkCommit {
  /** Dead letters. */
  readonly records: readonly OutgoingRecord[];
  readonly packed: readonly PackedBatch[];
  readonly entry: FileEntry;
  readonly events: readonly Event[];
}

export interface PublishParts {
  readonly dataset: Dataset;
  readonly entry: FileEntry;
  readonly chunks: AsyncIterable<MappedChunk>;
  /** Resolves once it is on disk. Called in the order of the chunks, at most `inFlight` at once. */
  readonly commit: (commit: ChunkCommit) => Promise<void>;
  readonly deadLetters: string;
  /** UTC, ISO-8601 with Z. */
  readonly at: string;
  readonly progress: (entry: FileEntry, share: number) => void;
}

/** Below so many rows the share of rejected ones says nothing before the end. */
const leastRows = 1_000;
/** Chunks whose commit is awaited while the next one is read. */
const inFlight = 2;

export interface Published {
  /** As it was committed last. */
  readonly entry: FileEntry;
  /** Why the rest is not there; what was appended before stands. */
  readonly fault?: FileFault;
}

/**
 * Appends a file's records chunk by chunk, each with the entry that says how far it came, so that after a crash the next reading begins behind what is there.
 * Rejects with what `commit` rejects with.
 */
export async function publishFile(parts: PublishParts): Promise<Published> {
  const { dataset, chunks, commit, deadLetters, at, progress } = parts;
  const { sha256, file } = parts.entry;
  const place: LetterPlace = { deadLetters, file, sha256, dataset: dataset.name, topic: dataset.topic, at };
  const schema = `${dataset.kind}/1`;
  const pending: Promise<void>[] = [];
  let { entry } = parts;
  let fault: FileFault | undefined;
  try {
    for await (const chunk of chunks) {
      const next = counted(entry, chunk);
      // Before it is appended: of a file that goes to quarantine nothing more is published.
      if (next.rows >= leastRows) checkShare(next, dataset);
      entry = next;
      const records = chunk.rejected.map(row => rejectedLetter(place, row));
      const packed = chunk.runs.map(({ partition, count, bytes }): PackedBatch => {
        const shared = { names: ownHeaders, common: { 'fl-schema': schema } };
        return { topic: dataset.topic, partition, packed: { count, bytes, ...shared } };
      });
      pending.push(commit({ records, packed, entry, events: eventsOf(dataset, chunk) }));
      progress(entry, chunk.progress);
      if (pending.length >= inFlight) await pending.shift();
    }
    if (entry.rows === 0) throw new FileFault('empty', 'it has no rows');
    checkShare(entry, dataset);
  } catch (error) {
    if (!(error instanceof FileFault)) throw error;
    fault = error;
  }
  await Promise.all(pending);
  return { entry, ...(fault && { fault }) };
}

const counted = (entry: FileEntry, { firstRow, rows, records, rejected, skipped }: MappedChunk): FileEntry => ({
  ...entry,
  state: 'reading',
  rows: entry.rows + rows,
  records: entry.records + records,
  rejected: entry.rejected + rejected.length,
  skipped: entry.skipped + skipped,
  next: firstRow + rows,
});

function checkShare({ rows, rejected }: FileEntry, { maxErrors }: Dataset): void {
  if (rejected > maxErrors * rows)
    throw new FileFault(
      'rejected-rows',
      `${rejected} of ${rows} rows are rejected, more than maxErrors ${maxErrors} allows; the dead letters say which and why`,
    );
}

function eventsOf(dataset: Dataset, { records, rejected, skipped }: MappedChunk): readonly Event[] {
  const rows = { published: records, rejected: rejected.length, skipped };
  const events: Event[] = [{ kind: 'file-rows', dataset: dataset.name, ...rows }];
  const [first] = rejected;
  if (first !== undefined)
    events.push({
      kind: 'dead-letter',
      origin: `files/${dataset.name}`,
      code: first.code,
      count: rejected.length,
      detail: first.detail,
    });
  return events;
}
