import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** A deliberate breakage: in `file` the text `search`, which is there once, becomes `replace`. */
export interface Breakage {
  readonly name: string;
  readonly file: string;
  readonly search: string;
  readonly replace: string;
}

/** What the search for it came to: how it was found, or why it does not count. */
export type Search = { readonly found: string } | { readonly survived: string };

const root = process.cwd();

/** Runs Node in `cwd`, and gives what it wrote to both streams. */
export async function runNode(
  cwd: string,
  args: readonly string[],
): Promise<{ readonly code: number | null; readonly text: string }> {
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  return { code: await new Promise<number | null>(ended => child.once('close', ended)), text };
}

async function tryOut<B extends Breakage>(
  breakage: B,
  copy: string,
  look: (breakage: B, copy: string) => Promise<Search>,
): Promise<Search> {
  const { file, search, replace } = breakage;
  const source = readFileSync(join(root, file), 'utf8');
  if (source.split(search).length !== 2)
    return { survived: 'it no longer applies: its text is not in the file exactly once' };
  writeFileSync(
    join(copy, file),
    source.replace(search, () => replace),
  );
  try {
    // Types are not checked: it is a fifth of the time, and a breakage may leave something unused.
    const built = await runNode(copy, [join(root, 'node_modules/typescript/bin/tsc'), '--incremental', '--noCheck']);
    if (built.code !== 0) return { survived: `it does not build: ${built.text.slice(0, 500)}` };
    return await look(breakage, copy);
  } finally {
    writeFileSync(join(copy, file), source);
  }
}

/**
 * Each breakage by itself in a copy of the program, built there; prints a line for each, then `N passed, N failed`.
 * @param look searches in the copy for what is broken there
 * @returns the exit code: 0 when there were some and each was found
 */
export async function tryAll<B extends Breakage>(
  breakages: readonly B[],
  look: (breakage: B, copy: string) => Promise<Search>,
): Promise<number> {
  const copy = mkdtempSync(join(tmpdir(), 'financelake-mutations-'));
  let [passed, failed] = [0, 0];
  try {
    for (const name of ['src', 'test', 'bench', 'build', 'package.json', 'tsconfig.json'])
      cpSync(join(root, name), join(copy, name), { recursive: true, preserveTimestamps: true });
    symlinkSync(resolve('node_modules'), join(copy, 'node_modules'));
    for (const breakage of breakages) {
      process.stdout.write(`${breakage.name.padEnd(24)} ${breakage.file.padEnd(36)} `);
      const search = await tryOut(breakage, copy, look);
      if ('found' in search) passed++;
      else failed++;
      process.stdout.write('found' in search ? `found  ${search.found}\n` : `SURVIVED ${search.survived}\n`);
    }
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return failed === 0 && passed > 0 ? 0 : 1;
}
