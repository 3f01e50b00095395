import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface Ran {
  readonly seconds: number;
  /** Of the program and its readers. */
  readonly cpuSeconds: number;
  /** Most of its own memory; pages of the log's file that are mapped are the system's to take back. */
  readonly mainMb: number;
  readonly readerMb: number;
}

interface Seen {
  cpuSeconds: number;
  peakMb: number;
}

const main = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const lookMs = 50;
const ticksPerSecond = 100;

/** `run --once` in a process of its own, from its start to its exit, looked at every 50 ms (Linux). @throws Error with what it said where it does not end with 0 */
export async function runOnce(cwd: string): Promise<Ran> {
  const started = performance.now();
  const child = spawn(process.execPath, [main, 'run', '--once'], { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4000);
  });
  const seen = new Map<number, Seen>();
  const look = setInterval(() => {
    for (const pid of [child.pid!, ...childrenOf(child.pid!)]) observe(pid, seen);
  }, lookMs);
  const [code] = (await once(child, 'exit')) as [number | null];
  clearInterval(look);
  if (code !== 0) throw new Error(`run --once ended with ${code}\n${said}`);
  const { [child.pid!]: own, ...readers } = Object.fromEntries(seen) as Record<number, Seen>;
  const all = Object.values(readers);
  return {
    seconds: (performance.now() - started) / 1000,
    cpuSeconds: [own!, ...all].reduce((sum, one) => sum + one.cpuSeconds, 0),
    mainMb: own!.peakMb,
    readerMb: Math.max(0, ...all.map(one => one.peakMb)),
  };
}

function observe(pid: number, seen: Map<number, Seen>): void {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]!.split(' ');
    const own = /RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
    if (own === undefined) return;
    seen.set(pid, {
      cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
      peakMb: Math.max((Number(own) * 1024) / 1e6, seen.get(pid)?.peakMb ?? 0),
    });
  } catch {
    // It has ended.
  }
}

const childrenOf = (pid: number): number[] => {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap(task =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'latin1').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
};
