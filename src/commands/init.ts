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
    .action((flags: Flags) => io.exit(init(flags, io)));
}

function init({ source, stdout }: Flags, io: Io): number {
  const known = starterSources.find(type => plainSpelling(type) === plainSpelling(source));
  if (known === undefined) {
    io.err(`There is no source \`${source}\`. ${meant(source, starterSources, 'sources')}\n`);
    return 2;
  }
  if (!stdout) return write(resolve(io.cwd, name), starter(known), io);
  io.out(starter(known));
  return 0;
}

function write(path: string, text: string, io: Io): number {
  try {
    // `wx` fails when the file is there, however short ago it came.
    writeFileSync(path, text, { flag: 'wx' });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST') {
      io.err(`${path} cannot be written: ${message}\n`);
      return 3;
    }
    io.err(
      `${path} is there already and was left as it is.\nMove it away first, or print the starter with \`financelake init --stdout\`.\n`,
    );
    return 2;
  }
  io.out(`Wrote ${path}.\nRead its comments, then: financelake validate\n`);
  return 0;
}
