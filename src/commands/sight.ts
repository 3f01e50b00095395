import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { formatProblems } from '../config/format-problems.js';
import { loadConfig } from '../config/load-config.js';
import { newSeries, type Series } from '../ingest/series.js';
import { hasLog, openEmbeddedReader } from '../log/embedded/embedded-reader.js';
import type { LogReader } from '../log/log.js';
import { liveView, type SeriesSnapshot } from '../metrics/live-view.js';
import { createTally } from '../metrics/tally.js';
import { intervals } from '../records/interval.js';
import type { Wanted } from '../sources/source.js';
import { realTime } from '../streams/time.js';
import type { Sight, StoredView } from './asking.js';
import type { ConfigOptions } from './config-options.js';
import { ExitFailure } from './exit-code.js';
import type { Io } from './io.js';
import { packageVersion } from './package-version.js';
import { asOfMs, logStatus, states } from './suppliers.js';

const defaultLogPath = './data/log';
const defaultMaxBytes = 4 * 1024 ** 3;

/** Where verbs that only look find the log: in the configuration, or in `./data/log` where there is none. */
export function sight(io: Io): Sight {
  let maxBytes = defaultMaxBytes;
  return {
    logPathOf: ({ config: file, set }: ConfigOptions): string => {
      const loaded = loadConfig({ file, set, env: io.env, cwd: io.cwd });
      const log = loaded.ok ? loaded.config.log : loaded.log;
      if (log) {
        ({ maxBytes } = log);
        return log.path;
      }
      const problems = loaded.ok ? [] : loaded.problems;
      const hasNone = problems.every(problem => problem.code === 'no-config');
      if (hasNone && file === undefined && set.length === 0) return resolve(io.cwd, defaultLogPath);
      throw new ExitFailure(2, formatProblems(problems, { color: io.isTty && !io.env.NO_COLOR }));
    },
    stored: logPath => storedView(logPath, maxBytes),
  };
}

/** What the log of an instance that does not run tells; undefined when there is none. @throws LogFailure when there is one that cannot be read */
function storedView(logPath: string, maxBytes: number): StoredView | undefined {
  if (!hasLog(logPath)) return undefined;
  const log = openEmbeddedReader(logPath);
  const bytes = statSync(join(logPath, 'data.mdb')).size;
  const view = liveView(
    {
      instance: logPath,
      version: packageVersion,
      tally: createTally(realTime).snapshot,
      sources: () => [],
      feeds: () => [],
      series: () => storedSeries(log),
      log: () => ({ ...logStatus(log), bytes, maxBytes }),
    },
    realTime,
  );
  return { ...view, close: () => log.close() };
}

/** A feed's name is not stored: its place is taken by topic and interval. */
function* storedSeries(log: LogReader): Generator<SeriesSnapshot> {
  for (const [key, value] of log.range('series/')) {
    const [, symbol = '', kind, interval, , topic = ''] = key.slice('series/'.length).split('|');
    const series: Series = { ...newSeries, ...(JSON.parse(Buffer.from(value).toString()) as Series) };
    yield {
      symbol,
      lists: [],
      feed: kind === 'bar' ? `${topic} ${interval}` : topic,
      newestMs: series.newestMs,
      asOfMs: asOfMs(wantedOf(interval), undefined, series),
      seenAtMs: series.seenMs,
      state: states[series.state],
      failures: series.failures,
      ...(series.reason !== undefined && { reason: series.reason }),
    };
  }
}

/** As far as the key of a stored series tells. */
function wantedOf(interval: string | undefined): Wanted {
  const known = intervals.find(one => one === interval);
  return known ? { data: 'bars', interval: known, adjusted: false } : { data: 'quotes', bulk: false };
}
