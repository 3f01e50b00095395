import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';

const child = fileURLToPath(new URL('million-child.js', import.meta.url));
const megabyte = 1 << 20;

interface Figures {
  readonly without: number;
  readonly withThem: number;
  readonly waiting: number;
  readonly stillWaiting: number;
  readonly heaps: readonly number[];
  readonly most: number;
}

async function figures(mode: 'due' | 'idle'): Promise<Figures> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--expose-gc',
    '--max-old-space-size=2048',
    child,
    mode,
  ]);
  return JSON.parse(stdout) as Figures;
}

test('a million series that wait for their call take no more memory than a million of which none is due, and no more after fifty thousand polls', async t => {
  const idle = await figures('idle');
  const due = await figures('due');
  t.is(idle.waiting, 0);
  t.is(due.waiting, 1_000_000 - 8, 'all but those in flight');
  t.true(due.stillWaiting > 940_000, `${due.stillWaiting} wait at the end`);
  t.is(due.most, 8, 'in flight at once');
  const perSeries = (idle.withThem - idle.without) / 1_000_000;
  t.true(perSeries < 700, `${perSeries} bytes a series`);
  t.true(due.withThem < idle.withThem + 8 * megabyte, `${due.withThem} where they wait, ${idle.withThem} where not`);
  t.is(due.heaps.length, 10);
  // A table that grows anew holds its old self for a while; what is kept of each poll would be in all of the last ones.
  for (const heap of due.heaps) t.true(heap < due.withThem + 64 * megabyte, due.heaps.join());
  t.true(Math.min(...due.heaps.slice(-3)) < due.withThem + 8 * megabyte, due.heaps.join());
  t.log(`${perSeries.toFixed(0)} bytes a series; in all ${due.withThem}, after each tenth ${due.heaps.join(', ')}`);
});
