import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Mutation, mutations } from './mutations.js';

// npm run test:mutations -- [--seeds N] [--only NAME]
// Each breakage in a copy of the program, built there; the worlds have to find it by the promise that it breaks, and the seed that found it passes unbroken.

const { values } = parseArgs({ options: { seeds: { type: 'string', default: '400' }, only: { type: 'string' } } });
const root = process.cwd();
const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function run(
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

/** @returns why it does not count; undefined when it was found */
async function survived({ file, search, replace, expected }: Mutation, copy: string): Promise<string | undefined> {
  const source = readFileSync(join(root, file), 'utf8');
  if (source.split(search).length !== 2) return 'it no longer applies: its text is not in the file exactly once';
  writeFileSync(
    join(copy, file),
    source.replace(search, () => replace),
  );
  try {
    // Types are not checked: it is a fifth of the time, and a breakage may leave something unused.
    const built = await run(copy, [join(root, 'node_modules/typescript/bin/tsc'), '--incremental', '--noCheck']);
    if (built.code !== 0) return `it does not build: ${built.text.slice(0, 500)}`;
    const { text } = await run(copy, ['build/test/sim/main.js', '--seeds', values.seeds, '--first']);
    const [, seed] = /^FAILED seed (\d+)/m.exec(text) ?? [];
    const [, rule] = /^ {2}\d\S+ ([a-z-]+): /m.exec(text) ?? [];
    if (seed === undefined) return `no world of ${values.seeds} has found it: ${text.slice(-500)}`;
    if (rule !== expected)
      return `seed ${seed} fails by ${rule ?? 'nothing'}, not by ${expected}: ${text.slice(-1_500)}`;
    const unbroken = await run(root, ['build/test/sim/main.js', '--seed', seed]);
    if (unbroken.code !== 0) return `seed ${seed} fails without the breakage, too: ${unbroken.text.slice(-500)}`;
    say(`found  seed ${seed.padEnd(4)} by ${rule}`);
    return undefined;
  } finally {
    writeFileSync(join(copy, file), source);
  }
}

const copy = mkdtempSync(join(tmpdir(), 'financelake-mutations-'));
let [passed, failed] = [0, 0];
try {
  for (const name of ['src', 'test', 'bench', 'build', 'package.json', 'tsconfig.json'])
    cpSync(join(root, name), join(copy, name), { recursive: true, preserveTimestamps: true });
  symlinkSync(resolve('node_modules'), join(copy, 'node_modules'));
  for (const mutation of mutations) {
    if (values.only !== undefined && values.only !== mutation.name) continue;
    process.stdout.write(`${mutation.name.padEnd(24)} ${mutation.file.padEnd(32)} `);
    const reason = await survived(mutation, copy);
    if (reason === undefined) passed++;
    else {
      failed++;
      say(`SURVIVED ${reason}`);
    }
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
say(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
