import { readFileSync } from 'node:fs';
import test from 'ava';
import { mutations } from './mutations.js';

test('each breakage still has its place: its text is in its file exactly once', t => {
  for (const { name, file, search } of mutations)
    t.is(readFileSync(file, 'utf8').split(search).length, 2, `${name}: mend it in test/sim/mutations/mutations.ts`);
});

test('docs/mutations.md names the breakages, all of them and no other, and the promise that each of them breaks', t => {
  const rows = readFileSync('docs/mutations.md', 'utf8').matchAll(
    /^\| `([^`]+)` \| `([^`]+)` \|[^|]+\| `([^`]+)` \| \d+ \|$/gm,
  );
  t.deepEqual(
    Array.from(rows, ([, ...cells]) => cells),
    mutations.map(({ name, file, expected }) => [name, file, expected]),
  );
});
