import { resolve } from 'node:path';
import { formatProblems } from '../config/format-problems.js';
import { loadConfig } from '../config/load-config.js';
import type { Config } from '../config/options.js';
import type { Problem } from '../config/problem.js';
import { meant } from '../config/spelling.js';
import type { Sight } from './asking.js';
import type { ConfigOptions } from './config-options.js';
import { ExitFailure } from './exit-code.js';
import type { Io } from './io.js';
import { type LogPlace, logPlace } from './log-place.js';
import { storedView } from './stored-view.js';

const defaultLogPath = './data/log';
const defaultDeadLetters = 'market.dead-letters';
const defaultMaxBytes = 4 * 1024 ** 3;

/** The sight of verbs that read records. */
export interface LogSight extends Sight {
  /** Like `logPathOf`. */
  logOf(options: ConfigOptions): LogPlace;
  /** The whole configuration, for verbs that do more than look. @throws ExitFailure with all that is wrong with it */
  configOf(options: ConfigOptions): Config;
  /** The topic of dead letters. After `logOf`. */
  deadLetters(): string;
}

/** Where verbs that only look find the log: in the configuration, or in `./data/log` where there is none. */
export function sight(io: Io): LogSight {
  let maxBytes = defaultMaxBytes;
  let config: Config | undefined;
  const refused = (problems: readonly Problem[]): ExitFailure =>
    new ExitFailure(2, formatProblems(problems, { color: io.isTty && !io.env.NO_COLOR }));
  const logOf = ({ config: file, set }: ConfigOptions): LogPlace => {
    const loaded = loadConfig({ file, set, env: io.env, cwd: io.cwd, looking: true });
    config = loaded.ok ? loaded.config : undefined;
    const log = loaded.ok ? loaded.config.log : loaded.log;
    if (log) {
      ({ maxBytes } = log);
      return logPlace(log);
    }
    const problems = loaded.ok ? [] : loaded.problems;
    const hasNone = problems.every(problem => problem.code === 'no-config');
    if (hasNone && file === undefined && set.length === 0) return { path: resolve(io.cwd, defaultLogPath) };
    throw refused(problems);
  };
  return {
    logOf,
    configOf({ config: file, set }) {
      const loaded = loadConfig({ file, set, env: io.env, cwd: io.cwd, looking: true });
      if (!loaded.ok) throw refused(loaded.problems);
      return loaded.config;
    },
    logPathOf: options => logOf(options).path,
    deadLetters: () => config?.topics.deadLetters ?? defaultDeadLetters,
    checkList(name) {
      const known = Object.keys(config?.symbols ?? {});
      if (!config || known.includes(name)) return;
      throw new ExitFailure(2, `There is no symbol list \`${name}\`. ${meant(name, known, 'lists')}\n`);
    },
    stored: logPath => storedView(logPath, { config, maxBytes }),
  };
}
