import { resolve } from 'node:path';
import { formatProblems } from '../config/format-problems.js';
import { loadConfig } from '../config/load-config.js';
import type { Config } from '../config/options.js';
import { meant } from '../config/spelling.js';
import type { Sight } from './asking.js';
import type { ConfigOptions } from './config-options.js';
import { ExitFailure } from './exit-code.js';
import type { Io } from './io.js';
import { storedView } from './stored-view.js';

const defaultLogPath = './data/log';
const defaultMaxBytes = 4 * 1024 ** 3;

/** Where verbs that only look find the log: in the configuration, or in `./data/log` where there is none. */
export function sight(io: Io): Sight {
  let maxBytes = defaultMaxBytes;
  let config: Config | undefined;
  return {
    logPathOf: ({ config: file, set }: ConfigOptions): string => {
      const loaded = loadConfig({ file, set, env: io.env, cwd: io.cwd, looking: true });
      config = loaded.ok ? loaded.config : undefined;
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
    checkList(name) {
      const known = Object.keys(config?.symbols ?? {});
      if (!config || known.includes(name)) return;
      throw new ExitFailure(2, `There is no symbol list \`${name}\`. ${meant(name, known, 'lists')}\n`);
    },
    stored: logPath => storedView(logPath, { config, maxBytes }),
  };
}
