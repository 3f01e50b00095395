import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Line } from './announce.js';

export interface Child {
  /** To the process itself, not to what traces it; not before it is ready. */
  signal(name: NodeJS.Signals): void;
  /** Resolves with the exit code, or the signal's name, once all it said is taken. */
  readonly ended: Promise<number | string>;
  /** Resolves when it has said `kind` so often, or when it ended before. */
  said(kind: Line[0], times: number): Promise<void>;
  /** What it wrote to stderr. */
  readonly err: () => string;
}

export const scriptOf = (name: string): string => fileURLToPath(new URL(`./${name}.js`, import.meta.url));

/**
 * Starts one of the scripts here.
 * @param tracer what it runs under: a command and its arguments
 * @param take gets each whole line; a last one that a kill has cut is dropped
 */
export function startChild(
  script: string,
  args: readonly string[],
  take: (line: Line) => void,
  tracer: readonly string[] = [],
): Child {
  const [command = '', ...rest] = [...tracer, process.execPath, scriptOf(script), ...args];
  // One thread of the pool: strace counts calls by thread, and lmdb commits in the pool.
  const env = { PATH: process.env.PATH, UV_THREADPOOL_SIZE: '1' };
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'], env });
  let pid = child.pid;
  let begun = '';
  let err = '';
  const counts = new Map<Line[0], number>();
  let awaited: (() => void)[] = [];
  const notify = (): void => {
    const told = awaited;
    awaited = [];
    for (const tell of told) tell();
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (begun + text).split('\n');
    begun = lines.pop() ?? '';
    for (const text of lines) {
      const line = JSON.parse(text) as Line;
      if (line[0] === 'ready') pid = line[1];
      counts.set(line[0], (counts.get(line[0]) ?? 0) + 1);
      take(line);
    }
    notify();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  let hasEnded = false;
  const ended = new Promise<number | string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      hasEnded = true;
      notify();
      resolve(signal ?? code ?? 1);
    });
  });
  return {
    signal(name) {
      try {
        if (!hasEnded && pid !== undefined) process.kill(pid, name);
      } catch (error) {
        // It ended by itself, and its end is on the way here.
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    },
    ended,
    async said(kind, times) {
      while (!hasEnded && (counts.get(kind) ?? 0) < times) await new Promise<void>(resolve => awaited.push(resolve));
    },
    err: () => err,
  };
}

/** A word of strace about itself, when a kill ends a call that it delays. */
const harmless = /^strace: dispatch_event: pid \d+ has delayed wait data set already\n*/gm;

/** A child that died by itself says why. */
export function errorsOf(child: Child): string[] {
  const said = child.err().replace(harmless, '');
  return said === '' ? [] : [`it said: ${said.slice(0, 400)}`];
}
