import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measured, median } from './cases/processes.js';

/**
 * How long a killed instance takes to be ready again: from the start of the real `run` to the first 200 of /readyz. `npm run bench -- restart [SERIES] [TIMES]`
 * The log knows every series, each with a cursor of 100 bars, and one series in a hundred is due.
 */
const [series = 100_000, times = 5] = process.argv.slice(3).map(Number);
const main = fileURLToPath(new URL('../src/main.js', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'fl-bench-'));
const logPath = join(directory, 'log');
const config = join(directory, 'restart.yaml');
const port = await freePort();
writeFileSync(join(directory, 'list.csv'), Array.from({ length: series }, (_, i) => `SYM${i}\n`).join(''));
writeFileSync(
  config,
  `sources:
  bench: { type: alpha-vantage, baseUrl: "http://127.0.0.1:1", apiKey: bench, limits: [{ requests: 1, per: 1d }] }
symbols:
  all: { from: file, path: list.csv }
feeds:
  bars: { source: bench, symbols: all, data: bars/1m, every: 1h }
log: { path: log, maxBytes: 8GiB }
http: { port: ${port} }
logging: { level: warn }
`,
);
await measured('start-up', ['fill', logPath, String(series)]);
// The first start writes down the list, and its drain waits for that.
await end((await started()).child, 'SIGTERM');
const found: Started[] = [];
for (let i = 0; i < times; i++) {
  const one = await started();
  await end(one.child, 'SIGKILL');
  found.push(one);
}
rmSync(directory, { recursive: true, force: true });
const texts = found.map(({ readyMs }) => readyMs.toFixed(0)).join(', ');
console.log(
  `restart with ${series} series: ready after ${median(found.map(({ readyMs }) => readyMs)).toFixed(0)} ms (${texts}), ` +
    `${median(found.map(({ cpuMs }) => cpuMs)).toFixed(0)} ms of it the main thread's CPU`,
);

interface Started {
  readonly child: ChildProcess;
  readonly readyMs: number;
  /** What is left of `readyMs` on a machine that has nothing else to do, but for the disk. */
  readonly cpuMs: number;
}

async function started(): Promise<Started> {
  const startMs = performance.now();
  const child = spawn(process.execPath, [main, 'run', '--config', config], { stdio: ['ignore', 'ignore', 'inherit'] });
  while (!(await isReady())) {
    if (child.exitCode !== null) throw new Error(`run ended with ${child.exitCode}`);
    await new Promise(resolve => setTimeout(resolve, 5));
  }
  return { child, readyMs: performance.now() - startMs, cpuMs: cpuMsOf(child.pid!) };
}

function isReady(): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/readyz`).then(
    ({ status }) => status === 200,
    () => false,
  );
}

/** User and system time of the main thread, in ticks of 10 ms: see proc(5). */
function cpuMsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/task/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const ended = new Promise(resolve => child.once('exit', resolve));
  child.kill(signal);
  await ended;
}

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = server.address() as { port: number };
      server.close(() => resolve(free));
    });
  });
}
