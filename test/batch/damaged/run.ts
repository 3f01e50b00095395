import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Range, Said } from './tries.js';

// `npm run test:files -- [--files N] [--seed S]`, and with `--file K` one file of that seed.
const { values } = parseArgs({
  options: { files: { type: 'string' }, seed: { type: 'string' }, file: { type: 'string' } },
});
const seed = Number(values.seed ?? 20_240_604);
const start = Number(values.file ?? 0);
const end = values.file === undefined ? Number(values.files ?? 10_000) : start + 1;
const hangMs = 60_000;
const maxMiB = 300;
const shownFailures = 10;

const outcomes = new Map<string, number>();
let failed = 0;
let peak = 0;
let slowestMs = 0;
let slowest = '';

const count = (outcome: string): void => void outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);

function fail({ index, name, how }: Said, why: string): void {
  failed++;
  if (failed <= shownFailures)
    console.log(`${name}, ${how}: ${why}\n  npm run test:files -- --seed ${seed} --file ${index}`);
}

/** Reads files in a process of its own until it ends. @returns the file that ended it, if that was not the last */
async function tryFrom(first: number): Promise<number | undefined> {
  const child = fork(fileURLToPath(new URL('tries.js', import.meta.url)));
  let current: Said | undefined;
  let sinceMs = performance.now();
  let isHanging = false;
  const watch = setInterval(() => {
    isHanging ||= current !== undefined && performance.now() - sinceMs > hangMs;
    if (isHanging) child.kill('SIGKILL');
  }, 1_000);
  child.on('message', (said: Said) => {
    if (said.outcome === undefined) {
      current = said;
      sinceMs = performance.now();
      return;
    }
    current = undefined;
    count(said.outcome);
    const tookMs = performance.now() - sinceMs;
    if (tookMs > slowestMs) [slowestMs, slowest] = [tookMs, `${said.name}, ${said.how}`];
    if (said.peakMiB! > Math.max(peak, maxMiB)) fail(said, `${Math.round(said.peakMiB!)} MiB resident`);
    peak = Math.max(peak, said.peakMiB!);
    if (said.broken !== undefined) fail(said, said.broken);
    if (values.file !== undefined) console.log(`${said.name}, ${said.how}: ${said.outcome}`);
  });
  child.send({ seed, first, end } satisfies Range);
  await new Promise(resolve => child.once('exit', resolve));
  clearInterval(watch);
  if (!current) return undefined;
  // DuckDB reads foreign bytes in the same process: that is why the program has readers in processes of their own.
  if (isHanging) fail(current, `nothing within ${hangMs / 1_000} s`);
  else if (current.name.endsWith('.parquet')) count('the reader ended');
  else fail(current, 'the process ended');
  return current.index;
}

const started = performance.now();
for (let first = start; first < end; ) {
  const ended = await tryFrom(first);
  first = ended === undefined ? end : ended + 1;
}
console.log(
  [...outcomes]
    .sort(([, a], [, b]) => b - a)
    .map(([outcome, times]) => `${outcome} ${times}`)
    .join(', '),
);
console.log(
  `at most ${Math.round(peak)} MiB resident; the slowest took ${(slowestMs / 1000).toFixed(1)} s: ${slowest}`,
);
console.log(`seed ${seed}, ${((performance.now() - started) / 1_000).toFixed(1)} s`);
console.log(`${end - start - failed} passed, ${failed} failed`);
process.exit(failed === 0 && end > start ? 0 : 1);
