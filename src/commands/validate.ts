import type { Command } from 'commander';
import { formatProblems } from '../config/format-problems.js';
import { loadConfig } from '../config/load-config.js';
import type { Config } from '../config/options.js';
import { listFileFault } from '../symbols/list-file-fault.js';
import { type ConfigOptions, withConfigOptions } from './config-options.js';
import type { Io } from './io.js';

interface Flags extends ConfigOptions {
  readonly json?: true;
}

/** `validate`: every problem of the configuration at once. */
export function addValidate(program: Command, io: Io): void {
  withConfigOptions(
    program.command('validate').description('check the configuration and say everything that is wrong with it'),
  )
    .option('--json', 'print the problems as a JSON array')
    .action(({ config: file, set, json }: Flags) => {
      const loaded = loadConfig({ file, set, listFault: listFileFault, env: io.env, cwd: io.cwd });
      const problems = loaded.ok ? [] : loaded.problems;
      if (json) io.out(`${JSON.stringify(problems, null, 2)}\n`);
      else if (loaded.ok) io.out(`${loaded.file}: ${summary(loaded.config)}\n`);
      else
        io.err(
          `${formatProblems(problems, { color: io.isTty && !io.env.NO_COLOR })}\n${count(problems.length, 'problem')}\n`,
        );
      io.exit(loaded.ok ? 0 : 2);
    });
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;

const summary = ({ sources, symbols, feeds, log, batch }: Config): string => {
  const counts = [
    count(Object.keys(sources).length, 'source'),
    count(Object.keys(symbols).length, 'symbol list'),
    count(Object.keys(feeds).length, 'feed'),
    ...(batch ? [count(Object.keys(batch.datasets).length, 'dataset')] : []),
  ];
  return `valid (${counts.join(', ')}; ${log.kind} log in ${log.path})`;
};
