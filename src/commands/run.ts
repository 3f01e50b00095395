import type { Command } from 'commander';
import { formatProblems } from '../config/format-problems.js';
import { type Loaded, loadConfig } from '../config/load-config.js';
import { listFileFault } from '../symbols/list-file-fault.js';
import { type ConfigOptions, withConfigOptions } from './config-options.js';
import type { Io } from './io.js';
import { launch } from './launch.js';

interface Flags extends ConfigOptions {
  readonly once?: boolean;
}

/** `run`: everything the config names, until it is stopped; `--once`: one round of each feed. */
export function addRun(program: Command, io: Io): void {
  withConfigOptions(program.command('run').description('run everything the configuration names, until Ctrl-C'))
    .option('--once', 'each feed one round, then exit; 1 if anything was refused, rejected or failed')
    .action(async ({ config: file, set, once = false }: Flags) => {
      const load = (): Loaded => loadConfig({ file, set, listFault: listFileFault, env: io.env, cwd: io.cwd });
      const loaded = load();
      if (!loaded.ok) {
        io.err(`${formatProblems(loaded.problems, { color: io.isTty && !io.env.NO_COLOR })}\n`);
        return io.exit(2);
      }
      if (once && loaded.config.scale === 'many') {
        io.err(
          'run --once is one instance’s own round: with `scale: many` others may hold the sources. Stop them all and add --set scale=one\n',
        );
        return io.exit(2);
      }
      io.exit(await launch(loaded.config, { io, once, file: loaded.file, load }));
    });
}
