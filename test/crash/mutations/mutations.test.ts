import { readFileSync } from 'node:fs';
import test from 'ava';
import { mutations } from './mutations.js';

test('each breakage still has its place: its text is in its file exactly once', t => {
  for (const { name, file, search } of mutations)
    t.is(readFileSync(file, 'utf8').split(search).length, 2, `${name}: mend it in test/crash/mutations/mutations.ts`);
});

test('docs/durability.md names the breakages, all of them and no other, and what has to find each', t => {
  const rows = readFileSync('docs/durability.md', 'utf8').matchAll(
    /^\| `([^`]+)` \| `(src[^`]+)` \|[^|]+\| `([^`]+)` \|[^|]+\|$/gm,
  );
  t.deepEqual(
    Array.from(rows, ([, ...cells]) => cells),
    mutations.map(({ name, file, part }) => [name, file, part]),
  );
});
