import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Line } from './announce.js';

/** A child that lives longer than this hangs: the longest, a graph on a disk that fails, takes 20 s on an idle machine. */
const deadlineMs = 180_000;

export interface Child {
  /** To the process itself, not to what traces it; to both as long as it is not ready. */
  signal(name: NodeJS.Signals): void;
  /** Resolves with the exit code, or the signal's name, once all it said is taken. Rejects when it hangs; it is dead then. */
  readonly ended: Promise<number | string>;
  /** Resolves when it has said `kind` so often, or when it ended before. Rejects when it hangs. */
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
  // A group of its own: strace takes its tracee with it when it is killed only if both are.
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'], env, detached: true });
  const group = child.pid === undefined ? undefined : -child.pid;
  let pid = group;
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
  let hangs: Error | undefined;
  const send = (to: number | undefined, name: NodeJS.Signals): void => {
    try {
      if (!hasEnded && to !== undefined) process.kill(to, name);
    } catch (error) {
      // It ended by itself, and its end is on the way here.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  const ended = new Promise<number | string>((resolve, reject) => {
    const watch = setTimeout(() => {
      const said = [...counts].map(([kind, count]) => `${count} × ${kind}`).join(', ');
      hangs = new Error(
        `${script} did not end within ${deadlineMs / 1_000} s; it said ${said || 'nothing'}: ${err.slice(0, 400)}`,
      );
      send(group, 'SIGKILL');
      notify();
      reject(hangs);
    }, deadlineMs);
    child.once('error', error => {
      clearTimeout(watch);
      reject(error);
    });
    child.once('close', (code, signal) => {
      clearTimeout(watch);
      hasEnded = true;
      notify();
      resolve(signal ?? code ?? 1);
    });
  });
  // Who waits for what it says hears of the hang there.
  ended.catch(() => undefined);
  return {
    signal: name => send(pid, name),
    ended,
    async said(kind, times) {
      while (!hasEnded && !hangs && (counts.get(kind) ?? 0) < times)
        await new Promise<void>(resolve => awaited.push(resolve));
      if (hangs) throw hangs;
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
