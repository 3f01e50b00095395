import type { Command } from 'commander';
import type { Io } from './io.js';

/** `financelake version`: the program's version, and those that matter in a report of a fault. */
export function addVersion(program: Command, io: Io, version: string): void {
  program
    .command('version')
    .description('the version of this program')
    .option('--json', 'print JSON')
    .action(({ json }: { json?: true }) => {
      const { node } = process.versions;
      const platform = `${process.platform}-${process.arch}`;
      io.out(
        json
          ? `${JSON.stringify({ version, node, platform })}\n`
          : `financelake ${version} (Node ${node}, ${platform})\n`,
      );
    });
}
