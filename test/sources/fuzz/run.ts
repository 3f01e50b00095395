import { parseArgs } from 'node:util';
import { tryBody } from './body.js';

// `npm run test:fuzz -- [--bodies N] [--seed S]`, and with `--body K` one body of that seed, shown.
const { values } = parseArgs({
  options: { bodies: { type: 'string' }, seed: { type: 'string' }, body: { type: 'string' } },
});
const seed = Number(values.seed ?? 20_240_604);
const bodies = Number(values.bodies ?? 100_000);
const shownFailures = 10;

if (values.body !== undefined) {
  const { name, answer, kind, fault } = tryBody(seed, Number(values.body));
  console.log(
    `${name}, status ${answer.status}, ${JSON.stringify(answer.headers)}\n${Buffer.from(answer.body).toString()}\n${kind}: ${fault ?? 'keeps every promise'}`,
  );
  process.exit(fault === undefined ? 0 : 1);
}

const started = performance.now();
const kinds = new Map<string, number>();
let failed = 0;
for (let body = 0; body < bodies; body += 1) {
  const { name, kind, fault } = tryBody(seed, body);
  kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  if (fault === undefined) continue;
  failed += 1;
  if (failed <= shownFailures) console.log(`${name}: ${fault}\n  npm run test:fuzz -- --seed ${seed} --body ${body}`);
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
