import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Dataset } from '../../src/batch/dataset.js';
import { type BatchEngine, batchEngine } from '../../src/batch/engine.js';
import { placesBeside } from '../../src/batch/intake/places.js';
import type { MappedChunk, RejectedRow } from '../../src/batch/mapped.js';
import type { ReadJob } from '../../src/batch/reader/job.js';
import { FileFault } from '../../src/batch/table.js';
import { type MemoryLog, openMemoryLog } from '../../src/log/memory.js';
import { Packer } from '../../src/log/packed/packer.js';
import type { Event } from '../../src/records/event.js';
import { realTime } from '../../src/streams/time.js';

export const rowsDataset: Dataset = {
  name: 'rows',
  match: ['*.txt'],
  kind: 'row',
  adjusted: false,
  topic: 'rows',
  decimals: 'string',
  text: { skip: 0, header: false },
  columns: {},
  numbers: { decimal: '.', thousands: '', nulls: [] },
  where: {},
  maxErrors: 0.2,
};

export interface InboxWorld {
  readonly root: string;
  readonly log: MemoryLog;
  readonly events: Event[];
  readonly jobs: ReadJob[];
  drop(name: string, content: string): Promise<void>;
  /** Paths below the root with their content, those of folders left out. */
  files(): Promise<Record<string, string>>;
  /** Values of the records of a topic with `fl-origin`. */
  records(topic: string): string[];
  /** A new process: the engine on the log as it is. @param killed the log as a crash leaves it */
  engine(options?: {
    readonly once?: boolean;
    readonly killed?: boolean;
    readonly dataset?: Partial<Dataset>;
  }): BatchEngine;
  close(): Promise<void>;
}

export interface InboxOptions {
  /** Called before each chunk is given. */
  readonly onChunk?: (job: ReadJob, firstRow: number) => void | Promise<void>;
  readonly parallel?: number;
}

const perChunk = 3;

/** A real directory and a reader of lines, three rows a chunk: `bad` is rejected, `skip` is left out, `FAULT` is a fault. */
export async function inboxWorld({ onChunk, parallel = 2 }: InboxOptions = {}): Promise<InboxWorld> {
  const root = await mkdtemp(join(tmpdir(), 'financelake-inbox-'));
  const places = placesBeside(join(root, 'inbox'));
  await mkdir(places.inbox);
  const events: Event[] = [];
  const jobs: ReadJob[] = [];
  let log = openMemoryLog({});

  async function* read(job: ReadJob): AsyncGenerator<MappedChunk> {
    jobs.push(job);
    const lines = (await readFile(job.path, 'utf8')).split('\n').filter(line => line !== '');
    for (let at = job.fromRow - 1; at < lines.length; at += perChunk) {
      const rows = lines.slice(at, at + perChunk);
      await onChunk?.(job, at + 1);
      if (rows.includes('FAULT')) throw new FileFault('structure', 'a fault in the file');
      const good = rows.flatMap((line, nth) =>
        line === 'bad' || line === 'skip' ? [] : [{ line, row: at + nth + 1 }],
      );
      const rejected = rows.flatMap((line, nth): RejectedRow[] =>
        line === 'bad' ? [{ row: at + nth + 1, code: 'bad', detail: 'it is bad', cells: '["bad"]' }] : [],
      );
      const packer = new Packer(job.partitions);
      for (const { line, row } of good) {
        packer.begin(line).any(line);
        packer.end([`${job.sha256.slice(0, 4)}-${row}`, `${job.sha256.slice(0, 8)}:${row}`]);
      }
      yield {
        firstRow: at + 1,
        rows: rows.length,
        skipped: rows.filter(line => line === 'skip').length,
        records: good.length,
        runs: packer.take(),
        rejected,
        progress: (at + rows.length) / lines.length,
      };
    }
  }

  return {
    root,
    get log() {
      return log;
    },
    events,
    jobs,
    async drop(name, content) {
      await mkdir(dirname(join(places.inbox, name)), { recursive: true });
      await writeFile(join(places.inbox, name), content);
    },
    async files() {
      const all: Record<string, string> = {};
      for (const entry of await readdir(root, { recursive: true, withFileTypes: true }))
        if (entry.isFile()) {
          const path = join(entry.parentPath, entry.name);
          all[path.slice(root.length + 1).replace(/^archive\/[\d-]{10}\//, 'archive/')] = await readFile(path, 'utf8');
        }
      return all;
    },
    records: topic =>
      log
        .ends(topic)
        .flatMap(({ partition, start }) => log.read(topic, partition, start, 1e9))
        .map(({ value, headers }) => `${headers['fl-origin']?.split(':')[1] ?? ''} ${Buffer.from(value).toString()}`),
    engine({ once = true, killed = false, dataset = {} } = {}) {
      if (killed) log = log.crash();
      for (const [topic, cleanup] of [
        ['rows', 'delete'],
        ['dead', 'delete'],
        ['files', 'compact'],
      ] as const)
        log.ensureTopic(topic, { cleanup, partitions: 2 });
      return batchEngine(
        {
          places,
          datasets: [{ ...rowsDataset, ...dataset }],
          parallel,
          stableMs: 30,
          topics: { files: 'files', deadLetters: 'dead' },
          once,
        },
        { log, read, time: realTime, report: event => void events.push(event), writer: name => `files/${name}` },
      );
    },
    close: () => rm(root, { recursive: true, force: true }),
  };
}
