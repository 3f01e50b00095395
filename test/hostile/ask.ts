import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Case } from './cases.js';
import type { Asked, Measured } from './child.js';
import { hostileServer } from './server.js';

const child = fileURLToPath(new URL('child.js', import.meta.url));

/** Longer than the deadline of any call, and than any answer takes on a busy machine. */
const silentMs = 60_000;

export interface Answered extends Measured {
  readonly expect: RegExp;
  readonly calls: number;
}

/** Asks every case in a child process with a small heap, so that what is measured is that of the asking side alone. */
export async function askAll(
  cases: readonly Case[],
  deadlineMs: number,
): Promise<{ code: number; answered: Answered[]; err: string }> {
  const server = await hostileServer(cases);
  const directory = mkdtempSync(join(tmpdir(), 'financelake-hostile-'));
  const file = join(directory, 'cases.json');
  const asked: Asked[] = cases.map(({ name, asks, slow }, index) => ({
    name,
    index,
    ...(asks && { asks }),
    ...(slow && { slow }),
  }));
  writeFileSync(file, JSON.stringify(asked));
  const asking = spawn(process.execPath, ['--max-old-space-size=256', child, server.origin, String(deadlineMs), file], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let err = '';
  asking.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const answered: Answered[] = [];
  const watch = setTimeout(() => {
    const isAnswered = new Set(answered.map(({ name }) => name));
    const open = cases.flatMap(({ name }) => (isAnswered.has(name) ? [] : [name]));
    err += `no outcome for ${silentMs / 1_000} s, it hangs at the first of: ${open.join(', ')}\n`;
    asking.kill('SIGKILL');
  }, silentMs);
  createInterface({ input: asking.stdout }).on('line', line => {
    watch.refresh();
    const measured = JSON.parse(line) as Measured;
    const { expect, name } = cases[measured.index]!;
    answered.push({ ...measured, expect, calls: server.calls.get(name) ?? 0 });
  });
  const code = await new Promise<number>(resolve => asking.on('close', ended => resolve(ended ?? 1)));
  clearTimeout(watch);
  server.close();
  rmSync(directory, { recursive: true });
  return { code, answered, err };
}
