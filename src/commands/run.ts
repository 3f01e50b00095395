import { accessSync, constants } from 'node:fs';
import type { Command } from 'commander';
import { formatProblems } from '../config/format-problems.js';
import { loadConfig } from '../config/load-config.js';
import type { Config } from '../config/options.js';
import { type ConfigOptions, withConfigOptions } from './config-options.js';
import type { Io } from './io.js';
import { launch } from './launch.js';
import { refusedFeeds } from './make-plan.js';

interface Flags extends ConfigOptions {
  readonly once?: boolean;
}

/** `run`: everything the config names, until it is stopped; `--once`: one round of each feed. */
export function addRun(program: Command, io: Io): void {
  withConfigOptions(program.command('run').description('run everything the configuration names, until Ctrl-C'))
    .option('--once', 'each feed one round, then exit; 1 if anything was refused or failed')
    .action(async ({ config: file, set, once = false }: Flags) => {
      const loaded = loadConfig({ file, set, env: io.env, cwd: io.cwd });
      if (!loaded.ok) {
        io.err(`${formatProblems(loaded.problems, { color: io.isTty && !io.env.NO_COLOR })}\n`);
        return io.exit(2);
      }
      const faults = faultsOf(loaded.config);
      if (faults.length > 0) {
        io.err(faults.map(fault => `${fault}\n`).join(''));
        return io.exit(2);
      }
      io.exit(await launch(loaded.config, { io, once, file: loaded.file }));
    });
}

/** What makes a valid configuration useless here: a feed that the vendor does not have, a list that cannot be read. */
export function faultsOf(config: Config): readonly string[] {
  const feeds = refusedFeeds(config).map(({ feed, reason }) => `feeds.${feed}: ${reason}`);
  const lists = Object.entries(config.symbols).flatMap(([name, list]) => {
    if (list.from !== 'file') return [];
    try {
      accessSync(list.path, constants.R_OK);
      return [];
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return [`symbols.${name}: ${list.path} cannot be read (${code}): check the path and its permissions`];
    }
  });
  return [...feeds, ...lists];
}
