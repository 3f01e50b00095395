import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../../records/event.js';
import { LogFailure, type LogReader } from '../log.js';
import { dataFile, openEnvironment } from './environment.js';
import { logFailure } from './failure.js';
import { type Meta, readMeta } from './meta-page.js';
import { checkPages } from './pages.js';
import { readCatalogue, readingOf } from './reading.js';
import { hasWriter } from './writer-claim.js';

/**
 * Reads the log in `path` beside the process that writes it, or after it. Never locks anybody out.
 * @throws LogFailure `disk` when there is no log or it cannot be read, `damaged`
 */
export function openEmbeddedReader(path: string, report: Report = () => undefined): LogReader {
  try {
    const meta = soundMeta(path);
    if (meta === undefined)
      throw hasLog(path)
        ? new LogFailure('damaged', 'its data.mdb is missing or empty')
        : new LogFailure('disk', `there is no log in ${path}`);
    // As large as the writer's map: the file may grow into it while this reader is open.
    const environment = openEnvironment(path, { mapSize: meta.mapSize, readOnly: true });
    const catalogue = () => {
      environment.refresh();
      return readCatalogue(environment);
    };
    const { identity } = catalogue();
    if (identity === undefined) throw new LogFailure('damaged', 'it has no identity');
    const reading = readingOf(
      environment,
      () => catalogue().topics.values(),
      name => catalogue().topics.get(name),
      report,
    );
    return {
      identity,
      topics: reading.topics,
      ends: reading.ends,
      read: reading.read,
      committedMs: reading.committedMs,
      get(key) {
        environment.refresh();
        return reading.get(key);
      },
      range(prefix) {
        environment.refresh();
        return reading.range(prefix);
      },
      close: () => environment.close(),
    };
  } catch (error) {
    throw logFailure(error, path);
  }
}

/**
 * Whether a log was begun in `path`. While its first writer is still making it there is none; one that lost its data file is one.
 * @throws LogFailure `disk` when the place cannot be looked at
 */
export function hasLog(path: string): boolean {
  // `throwIfNoEntry: false` would also call a place below a file an absent one: since Node 24, not before.
  const sizeOf = (file: string): number => {
    try {
      return statSync(file).size;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
      throw error;
    }
  };
  try {
    return sizeOf(join(path, 'identity')) > 0 || (sizeOf(dataFile(path)) > 0 && !hasWriter(path));
  } catch (error) {
    throw logFailure(error, path);
  }
}

/** While another process writes, pages change under the eye: then only the meta pages are looked at, again if they changed meanwhile. */
function soundMeta(path: string): Meta | undefined {
  if (!hasWriter(path)) return checkPages(dataFile(path));
  for (let attempt = 0; ; attempt++) {
    try {
      return readMeta(dataFile(path));
    } catch (error) {
      if (attempt === 9) throw error;
    }
  }
}
