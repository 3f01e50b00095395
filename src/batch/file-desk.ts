import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Settled } from '../ingest/commit-stage.js';
import type { Log } from '../log/log.js';
import type { FileProgressStatus } from '../metrics/view.js';
import type { Event, Report } from '../records/event.js';
import { isoDate } from '../records/instant.js';
import type { Time } from '../streams/time.js';
import type { Dataset } from './dataset.js';
import { file8 } from './file8.js';
import { moveInto, type Placed, type Places, writeReason } from './intake/places.js';
import { entryChange, entryRecord, type FileEntry, fileEntry, mappingOf, stamp } from './ledger.js';
import { type ChunkCommit, publishFile } from './publish-file.js';
import type { ReadFile } from './reader/job.js';

/** A file in `inflight/`, this process's own. */
export interface Claimed extends Placed {
  readonly bytes: number;
  readonly dataset: Dataset;
  /** It lay there when the program started. */
  readonly wasLeft: boolean;
}

export interface FileDeskParts {
  readonly places: Places;
  readonly log: Pick<Log, 'get' | 'ends'>;
  readonly topics: { readonly files: string; readonly deadLetters: string };
  readonly read: ReadFile;
  /** Resolves once it is on disk; commits of one dataset keep the order of the calls. */
  readonly commit: (dataset: Dataset, settled: Settled) => Promise<void>;
  readonly report: Report;
  readonly time: Time;
}

export interface FileDesk {
  /** Brings a claimed file to its end: `archive/` or `quarantine/`. Aborted, it stays in `inflight/`. @returns whether it is where good files go; rejects with the error of a system call */
  settle(file: Claimed, signal: AbortSignal): Promise<boolean>;
  progress(): readonly FileProgressStatus[];
}

/** The way of one file from `inflight/` to its end. Each step can be done again after a crash at any point. */
export function createFileDesk(parts: FileDeskParts): FileDesk {
  const { places, log, topics, read, report, time } = parts;
  /** By content: the second of two equal files waits for the first. */
  const busy = new Map<string, Promise<unknown>>();
  const running = new Map<string, FileProgressStatus>();
  const now = (): string => stamp(time.now());

  const commit = (dataset: Dataset, entry: FileEntry, events: readonly Event[] = []): Promise<void> =>
    parts.commit(dataset, { records: [entryRecord(topics.files, entry)], state: [entryChange(entry)], events });

  const placeOf = (path: string): string => relative(`${places.inbox}/..`, path);

  async function archive(file: Claimed, sha256: string, reason?: object): Promise<Placed> {
    const day = `${places.archive}/${isoDate(time.now())}`;
    return moveInto(day, file, file8(sha256), reason && (path => writeReason(path, reason)));
  }

  async function duplicate(file: Claimed, known: FileEntry): Promise<boolean> {
    const { sha256, place, at } = known;
    await archive(file, sha256, { code: 'duplicate', detail: `the same content as ${known.file}`, sha256, place, at });
    report({ kind: 'file-duplicate', file: file.name, dataset: file.dataset.name, of: known.file });
    return true;
  }

  async function done(file: Claimed, entry: FileEntry, startedMs: number): Promise<boolean> {
    const { path } = await archive(file, entry.sha256);
    const archived: FileEntry = { ...entry, state: 'archived', at: now(), place: placeOf(path) };
    const { rows, records, rejected } = entry;
    const elapsedMs = time.monotonicMs() - startedMs;
    await commit(file.dataset, archived, [
      { kind: 'file-archived', file: file.name, dataset: file.dataset.name, rows, records, rejected, elapsedMs },
    ]);
    return true;
  }

  async function quarantine(file: Claimed, entry: FileEntry): Promise<boolean> {
    const { code = 'reader', detail = '', sha256, rows, records, rejected } = entry;
    const reason = {
      code,
      detail,
      file: file.name,
      dataset: entry.dataset,
      sha256,
      rows,
      records,
      rejected,
      at: entry.at,
    };
    const { path } = await moveInto(places.quarantine, file, file8(sha256), to => writeReason(to, reason));
    await commit(file.dataset, { ...entry, place: placeOf(path) }, [
      { kind: 'file-quarantined', file: file.name, dataset: file.dataset.name, code, detail, records },
    ]);
    return false;
  }

  function begun(file: Claimed, sha256: string, known: FileEntry | undefined): FileEntry {
    const mapping = mappingOf(file.dataset);
    const goesOn = known !== undefined && known.mapping === mapping;
    const counts = goesOn ? known : { rows: 0, records: 0, rejected: 0, skipped: 0, next: 1 };
    const { rows, records, rejected, skipped, next } = counts;
    const { name, bytes, dataset } = file;
    const about = { sha256, file: name, dataset: dataset.name, state: 'claimed' as const, at: now(), bytes, mapping };
    return { ...about, rows, records, rejected, skipped, next };
  }

  async function publish(
    file: Claimed,
    sha256: string,
    known: FileEntry | undefined,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { dataset, name, bytes } = file;
    const startedMs = time.monotonicMs();
    const claimed = begun(file, sha256, known);
    await commit(dataset, claimed);
    const job = {
      path: file.path,
      name: basename(name),
      sha256,
      dataset,
      fromRow: claimed.next,
      seenAt: new Date(time.now()).toISOString(),
      partitions: log.ends(dataset.topic).length,
    };
    const track = (entry: FileEntry, share: number): void => {
      const seconds = Math.max(1e-3, (time.monotonicMs() - startedMs) / 1_000);
      const rowsPerSecond = (entry.rows - claimed.rows) / seconds;
      const secondsLeft = share > 0 ? { secondsLeft: (seconds / share) * (1 - share) } : {};
      const about = {
        file: name,
        dataset: dataset.name,
        bytes,
        share,
        rows: entry.rows,
        rowsPerSecond,
        ...secondsLeft,
      };
      running.set(file.path, about);
    };
    track(claimed, 0);
    try {
      const { entry, fault } = await publishFile({
        dataset,
        entry: claimed,
        chunks: read(job, signal),
        commit: ({ records, packed, entry: reached, events }: ChunkCommit) =>
          parts.commit(dataset, { records, packed, state: [entryChange(reached)], events }),
        deadLetters: topics.deadLetters,
        at: now(),
        progress: track,
      });
      if (signal.aborted) return true;
      if (fault === undefined) {
        const published: FileEntry = { ...entry, state: 'published', at: now() };
        await commit(dataset, published);
        return await done(file, published, startedMs);
      }
      const failed: FileEntry = { ...entry, state: 'quarantined', at: now(), code: fault.code, detail: fault.message };
      await commit(dataset, failed);
      return await quarantine(file, failed);
    } finally {
      running.delete(file.path);
    }
  }

  async function settleContent(file: Claimed, sha256: string, signal: AbortSignal): Promise<boolean> {
    const known = fileEntry(log, sha256);
    // What the last process had decided and not done yet.
    const isOpen = file.wasLeft && known?.place === undefined;
    if (known?.state === 'archived' || (known?.state === 'published' && !isOpen)) return duplicate(file, known);
    if (known?.state === 'published') return done(file, known, time.monotonicMs());
    if (known?.state === 'quarantined' && isOpen) return quarantine(file, known);
    return publish(file, sha256, known, signal);
  }

  return {
    async settle(file, signal) {
      const sha256 = await hashOf(file.path);
      while (busy.has(sha256)) await busy.get(sha256)!.catch(() => undefined);
      const settling = settleContent(file, sha256, signal);
      busy.set(sha256, settling);
      try {
        return await settling;
      } finally {
        busy.delete(sha256);
      }
    },
    progress: () => [...running.values()],
  };
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}
