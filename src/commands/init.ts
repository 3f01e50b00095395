import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { meant, plainSpelling } from '../config/spelling.js';
import { starter, starterSources } from '../config/starter.js';
import type { Io } from './io.js';

interface Flags {
  readonly source: string;
  readonly stdout?: true;
}

const name = 'financelake.yaml';

/** `init`: a first configuration with comments. Never writes over a file. */
export function addInit(program: Command, io: Io): void {
  program
    .command('init')
    .description(`write a commented ${name} to begin with; never overwrites`)
    .option('--source <name>', `where the data comes from: ${starterSources.join(', ')}`, 'alpha-vantage')
    .option('--stdout', 'print it instead of writing a file')
    .action(({ source, stdout }: Flags) => {
      const known = starterSources.find(type => plainSpelling(type) === plainSpelling(source));
      if (known === undefined) {
        io.err(`There is no source \`${source}\`. ${meant(source, starterSources, 'sources')}\n`);
        return io.exit(2);
      }
      const text = starter(known);
      if (stdout) {
        io.out(text);
        return io.exit(0);
      }
      write(resolve(io.cwd, name), text, io);
    });
}

function write(path: string, text: string, io: Io): void {
  try {
    // `wx` fails when the file is there, however short ago it came.
    writeFileSync(path, text, { flag: 'wx' });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const exists = code === 'EEXIST';
    io.err(
      exists
        ? `${path} exists and was left as it is.\nRemove it first, or print the starter with \`financelake init --stdout\`.\n`
        : `${path} cannot be written: ${message}\n`,
    );
    return io.exit(exists ? 2 : 3);
  }
  io.out(`Wrote ${path}.\nRead its comments, then: financelake validate\n`);
  io.exit(0);
}
