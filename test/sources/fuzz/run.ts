import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { tryBody } from './body.js';
import type { Range, Said } from './tries.js';

// `npm run test:fuzz -- [--bodies N] [--seed S]`, and with `--body K` one body of that seed, shown.
const { values } = parseArgs({
  options: { bodies: { type: 'string' }, seed: { type: 'string' }, body: { type: 'string' } },
});
const seed = Number(values.seed ?? 20_240_604);
const bodies = Number(values.bodies ?? 100_000);
const shownFailures = 10;
/** Longer than any body takes, on a machine that stands still for a while, too. */
const hangMs = 30_000;

if (values.body !== undefined) {
  const { name, answer, kind, fault } = tryBody(seed, Number(values.body));
  console.log(
    `${name}, status ${answer.status}, ${JSON.stringify(answer.headers)}\n${Buffer.from(answer.body).toString()}\n${kind}: ${fault ?? 'keeps every promise'}`,
  );
  process.exit(fault === undefined ? 0 : 1);
}

const kinds = new Map<string, number>();
let failed = 0;
function fail(body: number, why: string): void {
  failed += 1;
  if (failed <= shownFailures) console.log(`${why}\n  npm run test:fuzz -- --seed ${seed} --body ${body}`);
}

/** Tries the bodies in a thread of their own, because one that hangs can be named only from outside. @returns the body that hangs */
async function tryFrom(first: number): Promise<number | undefined> {
  const current = new Int32Array(new SharedArrayBuffer(4)).fill(first);
  const workerData: Range = { seed, first, end: bodies, current };
  const worker = new Worker(new URL('tries.js', import.meta.url), { workerData });
  worker.on('message', (said: Said) => {
    if ('fault' in said) fail(said.failed, `${said.name}: ${said.fault}`);
    else for (const [kind, count] of said.kinds) kinds.set(kind, (kinds.get(kind) ?? 0) + count);
  });
  let before = first;
  let sinceMs = performance.now();
  return await new Promise<number | undefined>((resolve, reject) => {
    const watch = setInterval(() => {
      const body = current[0]!;
      if (body !== before) sinceMs = performance.now();
      before = body;
      if (performance.now() - sinceMs < hangMs) return;
      resolve(body);
      void worker.terminate();
    }, 1_000);
    worker.once('error', reject);
    worker.once('exit', () => {
      clearInterval(watch);
      resolve(undefined);
    });
  });
}

const started = performance.now();
for (let first = 0; first < bodies; ) {
  const hanging = await tryFrom(first);
  if (hanging !== undefined) fail(hanging, `body ${hanging} hangs: no outcome within ${hangMs / 1_000} s`);
  first = hanging === undefined ? bodies : hanging + 1;
}
console.log(
  [...kinds]
    .sort(([, a], [, b]) => b - a)
    .map(([kind, count]) => `${kind} ${count}`)
    .join(', '),
);
console.log(`seed ${seed}, ${((performance.now() - started) / 1_000).toFixed(1)} s`);
console.log(`${bodies - failed} passed, ${failed} failed`);
process.exit(failed === 0 && bodies > 0 ? 0 : 1);
