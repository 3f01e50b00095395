import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ExecutionContext } from 'ava';

export const root = fileURLToPath(new URL('../../../', import.meta.url));
const mainFile = fileURLToPath(new URL('../../src/main.js', import.meta.url));

/** What runs something at its end: a test of AVA, or a script. */
export type Ending = Pick<ExecutionContext, 'teardown'>;

export interface Program {
  readonly pid: number;
  readonly out: () => string;
  readonly err: () => string;
  /** Resolves with the exit code, or 128 + signal number. */
  readonly ended: Promise<number>;
  signal(name: NodeJS.Signals): void;
}

const signals: Readonly<Record<string, number>> = { SIGINT: 130, SIGKILL: 137, SIGTERM: 143 };

/** Runs the program as a stranger would; killed when the test ends, by its pid. */
export function start(
  t: Ending,
  args: readonly string[],
  { cwd, env = {}, file = mainFile }: { cwd: string; env?: Record<string, string>; file?: string },
): Program {
  const child: ChildProcess = spawn(process.execPath, [file, ...args], {
    cwd,
    env: { PATH: process.env.PATH, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const ended = new Promise<number>(resolve =>
    child.on('close', (code, signal) => resolve(code ?? signals[signal ?? ''] ?? 1)),
  );
  t.teardown(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { pid: child.pid!, out: () => out, err: () => err, ended, signal: name => void child.kill(name) };
}

/** A directory that is gone when the test ends. */
export function scratch(t: Ending, files: Record<string, string> = {}): string {
  const directory = mkdtempSync(join(tmpdir(), 'financelake-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  return directory;
}

/** Waits until `condition` gives a value; fails with `what` after the deadline. */
export async function until<T>(
  what: string,
  condition: () => T | undefined | Promise<T | undefined>,
  deadlineMs = 60_000,
): Promise<T> {
  const endMs = performance.now() + deadlineMs;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > endMs) throw new Error(`not within ${deadlineMs} ms: ${what}`);
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

/** What `tail --json` prints, parsed. */
export async function tail(t: Ending, cwd: string, topic: string): Promise<TailLine[]> {
  const program = start(t, ['tail', topic, '--json'], { cwd });
  const code = await program.ended;
  if (code !== 0) throw new Error(`tail ended with ${code}: ${program.err()}`);
  return program
    .out()
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as TailLine);
}

export interface TailLine {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly headers: Record<string, string>;
  readonly value: Record<string, string | number | boolean>;
}
