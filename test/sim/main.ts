import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bigWorld } from './big-world.js';
import { drawWorld } from './draw-world.js';
import { type Ending, runWorld } from './world.js';

// npm run test:sim -- [--seeds N] [--from S] [--seed S] [--day] [--week]
// Seeds are shared out to child processes of this file, each of which prints a line of JSON a seed.

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '300' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    day: { type: 'boolean', default: false },
    week: { type: 'boolean', default: false },
    /** `NTH/OF`: as a child. */
    share: { type: 'string' },
    /** Find the lowest seed that fails, and show that one only. */
    first: { type: 'boolean', default: false },
  },
});

interface Line extends Pick<Ending, 'violations' | 'digest' | 'calls' | 'records' | 'lives'> {
  readonly seed: number;
  readonly trace: readonly string[];
}

const traceLines = 40;
/** Of so many seeds one runs twice, and has to go the same way. */
const twiceEvery = 50;

async function lineOf(seed: number): Promise<Line> {
  const { violations, digest, calls, records, lives, trace } = await runWorld(drawWorld(seed));
  return {
    seed,
    violations,
    digest,
    calls,
    records,
    lives,
    trace: violations.length > 0 ? trace.slice(-traceLines) : [],
  };
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

function show({ seed, violations, trace }: Line, command = `npm run test:sim -- --seed ${seed}`): void {
  for (const line of trace) process.stdout.write(`    ${line.slice(0, 400).trimEnd()}\n`);
  for (const { rule, detail, atMs } of violations.slice(0, 5))
    say(`  ${new Date(atMs).toISOString()} ${rule}: ${detail}`);
  say(`FAILED seed ${seed}; again: ${command}`);
}

async function child(share: string): Promise<void> {
  const [nth = 0, of = 1] = share.split('/').map(Number);
  const from = Number(values.from);
  let seed = from + nth;
  // What a world throws outside of its actors ends the process; the parent is to know in which world.
  process.on('uncaughtException', error => {
    process.stdout.write(`${JSON.stringify(thrown(seed, error))}\n`, () => process.exit(1));
  });
  for (; seed < from + Number(values.seeds); seed += of) {
    const line = await lineOf(seed);
    say(JSON.stringify(seed % twiceEvery === 0 && line.violations.length === 0 ? await again(line) : line));
  }
}

const nothing = { digest: '', calls: 0, records: 0, lives: 0, trace: [] };

const thrown = (seed: number, error: Error): Line => ({
  ...nothing,
  seed,
  violations: [{ rule: 'nothing-fails', detail: String(error.stack), atMs: 0 }],
});

async function again(line: Line): Promise<Line> {
  const { digest } = await lineOf(line.seed);
  if (digest === line.digest) return line;
  const detail = `the same seed went two ways: ${line.digest}, then ${digest}`;
  return { ...line, violations: [{ rule: 'same-trace', detail, atMs: 0 }] };
}

/** A child and how far it has come. */
interface Worker {
  readonly process: ChildProcess;
  seed: number;
}

async function many(): Promise<boolean> {
  const started = performance.now();
  const children = Math.min(2, availableParallelism());
  const workers: Worker[] = [];
  const totals = { passed: 0, failed: 0, calls: 0, records: 0, lives: 0 };
  let lowest: Line | undefined;

  const take = (line: Line): void => {
    const isGood = line.violations.length === 0;
    totals[isGood ? 'passed' : 'failed']++;
    for (const name of ['calls', 'records', 'lives'] as const) totals[name] += line[name];
    if (isGood) return;
    if (!values.first) show(line);
    else if (lowest === undefined || line.seed < lowest.seed) lowest = line;
  };

  await Promise.all(
    Array.from({ length: children }, async (_, nth) => {
      const args = ['--seeds', values.seeds, '--from', values.from, '--share', `${nth}/${children}`];
      const child = fork(fileURLToPath(import.meta.url), args, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
      const worker: Worker = { process: child, seed: 0 };
      workers.push(worker);
      let rest = '';
      child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop()!;
        for (const text of lines) {
          const line = JSON.parse(text) as Line;
          worker.seed = line.seed;
          take(line);
        }
        // Each goes through its seeds in order: what lies behind the lowest that failed is of no use.
        for (const one of workers) if (lowest && one.seed + children > lowest.seed) one.process.kill();
      });
      const code = await new Promise<number | null>(resolve => child.once('close', resolve));
      if (code !== 0 && !values.first) {
        totals.failed++;
        say(`a child ended with ${code}`);
      }
    }),
  );
  if (lowest) show(lowest);
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  say(`${totals.calls} calls, ${totals.records} records, ${totals.lives} lives in ${seconds} s`);
  say(`${totals.passed} passed, ${totals.failed} failed`);
  return totals.failed === 0 && totals.passed > 0;
}

async function big(days: number): Promise<boolean> {
  const started = performance.now();
  const plan = bigWorld(Number(values.seed ?? 1), days);
  const ending = await runWorld(plan);
  const seconds = (performance.now() - started) / 1000;
  const isGood = ending.violations.length === 0;
  const command = `npm run test:sim -- --${days === 1 ? 'day' : 'week'} --seed ${plan.seed}`;
  if (!isGood) show({ ...ending, seed: plan.seed, trace: ending.trace.slice(-traceLines) }, command);
  const { calls, records, lives, refused } = ending;
  say(`${days} trading day(s) of 500 symbols: ${calls} calls, ${records} records, ${refused} refused, ${lives} lives`);
  say(`${seconds.toFixed(1)} s real, ${(process.cpuUsage().user / 1e6).toFixed(1)} s of CPU; trace ${ending.digest}`);
  say(`${isGood ? 1 : 0} passed, ${isGood ? 0 : 1} failed`);
  return isGood;
}

async function one(seed: number): Promise<boolean> {
  const first = await lineOf(seed);
  const line = first.violations.length > 0 ? first : await again(first);
  const isGood = line.violations.length === 0;
  if (!isGood) show(line);
  const { calls, records, lives, digest } = first;
  say(
    `seed ${seed}: ${calls} calls, ${records} records, ${lives} lives, trace ${digest}${isGood ? ', the same twice' : ''}`,
  );
  say(`${isGood ? 1 : 0} passed, ${isGood ? 0 : 1} failed`);
  return isGood;
}

if (values.share !== undefined) await child(values.share);
else {
  const isGood = await (values.day || values.week
    ? big(values.week ? 5 : 1)
    : values.seed === undefined
      ? many()
      : one(Number(values.seed)));
  process.exitCode = isGood ? 0 : 1;
}
