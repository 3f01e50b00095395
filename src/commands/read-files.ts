import { merge } from 'rxjs';
import { type BatchEngine, batchEngine } from '../batch/engine.js';
import { forgetFiles, retryFiles } from '../batch/file-admin.js';
import { placesBeside } from '../batch/intake/places.js';
import { newestFiles } from '../batch/ledger.js';
import { readerBounds } from '../batch/reader/bounds.js';
import { createReaderPool } from '../batch/reader/pool.js';
import type { Config } from '../config/options.js';
import type { Running } from '../ingest/blueprint.js';
import type { Log } from '../log/log.js';
import { ownWriter } from '../log/writer.js';
import type { Changes } from '../metrics/changes.js';
import type { FilesStatus } from '../metrics/view.js';
import { many } from '../metrics/wording.js';
import type { Report } from '../records/event.js';
import type { Time } from '../streams/time.js';
import { makeDatasets } from './make-datasets.js';

/** The polling and the files as one. */
export const withFiles = (running: Running, engine: BatchEngine): Running => ({
  run: merge(running.run, engine.run),
  drain() {
    running.drain();
    engine.drain();
  },
  abort: () => running.abort(),
  setLimits: (source, limits) => running.setLimits(source, limits),
  peek: () => running.peek(),
  get listProblems() {
    const { quarantined } = engine.peek();
    return quarantined === 0
      ? running.listProblems
      : [...running.listProblems, `${many(quarantined, 'file')} ended in quarantine: \`batch status\` says why`];
  },
});

const shown = 100;

export interface FileReading {
  readonly engine: BatchEngine;
  readonly view: () => FilesStatus;
  readonly change: NonNullable<Changes['files']>;
  /** Ends the readers. */
  close(): void;
}

/** What a configuration's `batch` wants done; undefined without. */
export function readFiles(
  config: Config,
  parts: { readonly log: Log; readonly time: Time; readonly report: Report; readonly once: boolean },
): FileReading | undefined {
  const { batch, topics, scale } = config;
  if (!batch) return undefined;
  const { log, time, report, once } = parts;
  const places = placesBeside(batch.inbox);
  const pool = createReaderPool(readerBounds);
  const engine = batchEngine(
    {
      places,
      datasets: makeDatasets(config),
      parallel: batch.parallel,
      stableMs: batch.stableFor,
      topics: { files: topics.files, deadLetters: topics.deadLetters },
      once,
    },
    {
      log,
      read: pool.read,
      time,
      report,
      // Several instances each have an inbox, and count by themselves.
      writer: dataset => (scale === 'many' ? ownWriter(`files/${dataset}`, log) : `files/${dataset}`),
    },
  );
  return {
    engine,
    view() {
      const { waiting, progress } = engine.peek();
      return { waiting, progress, recent: newestFiles(log, shown) };
    },
    change: (action, selection) =>
      action === 'retry'
        ? retryFiles(places, selection)
        : forgetFiles(log, { topic: topics.files, writer: ownWriter('forget', log), nowMs: time.now() }, selection),
    close: () => pool.close(),
  };
}
