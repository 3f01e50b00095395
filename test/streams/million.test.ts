import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';

const child = fileURLToPath(new URL('million-child.js', import.meta.url));

test('a million items that wait at the source take no memory: the heap after each hundred thousand is the same', async t => {
  const args = ['--expose-gc', '--max-old-space-size=48', child];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const { ended, most, heaps } = JSON.parse(stdout) as { ended: number; most: number; heaps: number[] };
  t.is(ended, 1_000_000);
  t.true(most <= 64, `${most} held at once`);
  t.is(heaps.length, 10);
  const [first = 0, ...later] = heaps;
  for (const heap of later) t.true(heap < first + (8 << 20), heaps.join());
});
