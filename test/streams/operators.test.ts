import test from 'ava';
import { concat, defer, EMPTY, firstValueFrom, lastValueFrom, map, NEVER, of, range } from 'rxjs';
import { backoff } from '../../src/streams/backoff.js';
import { batchBy } from '../../src/streams/batch-by.js';
import { changes } from '../../src/streams/changes.js';
import { poll } from '../../src/streams/poll.js';
import { retryWith } from '../../src/streams/retry-with.js';
import { marbles, thrown, throws } from './marbles.js';
import { createVirtualTime } from './virtual-time.js';

// batchBy

const bytesOf = (item: string): number => item.length;

marbles('batchBy sends by count, and by the age of the oldest', ({ hot, expectObservable }, scheduler) => {
  const source = hot('  -abc-d------e-|');
  const expected = '    ---x-------y--(z|)';
  const batched = source.pipe(
    batchBy({ maxCount: 3, maxBytes: 100, sizeOf: bytesOf, maxAgeMs: 6, scheduler }),
    map(String),
  );
  expectObservable(batched).toBe(expected, { x: 'a,b,c', y: 'd', z: 'e' });
});

marbles(
  'a batch of batchBy stays within its bytes, and a larger element goes alone',
  ({ hot, expectObservable }, scheduler) => {
    const source = hot('  -abcde----|', { a: '333', b: '22', c: '4444', d: '88888888', e: '1' });
    const expected = '    --x-(yz)--(u|)';
    const batches = { x: '333,22', y: '4444', z: '88888888', u: '1' };
    const bounds = { maxCount: 10, maxBytes: 5, sizeOf: bytesOf, maxAgeMs: 50, scheduler };
    expectObservable(source.pipe(batchBy(bounds), map(String))).toBe(expected, batches);
  },
);

marbles(
  'batchBy of nothing is nothing, and its errors drop the unfinished batch',
  ({ hot, expectObservable, expectSubscriptions }, scheduler) => {
    const bounds = { maxCount: 2, maxBytes: 9, sizeOf: bytesOf, maxAgeMs: 9, scheduler };
    const source = hot('  -a-----');
    expectObservable(NEVER.pipe(batchBy(bounds))).toBe('-');
    expectObservable(EMPTY.pipe(batchBy(bounds))).toBe('|');
    expectObservable(hot('-ab-c-#').pipe(batchBy(bounds), map(String))).toBe('--x---#', { x: 'a,b' });
    expectObservable(hot('-a|').pipe(batchBy({ ...bounds, sizeOf: throws }))).toBe('-#', undefined, thrown);
    expectObservable(source.pipe(batchBy(bounds)), '---!').toBe('----');
    expectSubscriptions(source.subscriptions).toBe('^--!');
  },
);

test('batchBy leaves no timer behind, and ends a synchronous endless source when the consumer has enough', async t => {
  const time = createVirtualTime(0);
  const bounds = { maxCount: 2, maxBytes: 9, sizeOf: () => 1, maxAgeMs: 1_000, scheduler: time };
  t.deepEqual(await lastValueFrom(of(1, 2, 3).pipe(batchBy(bounds))), [3]);
  t.is(time.waiting, 0);
  concat(of(1), NEVER).pipe(batchBy(bounds)).subscribe().unsubscribe();
  t.is(time.waiting, 0);
  await t.throwsAsync(lastValueFrom(concat(of(1), defer(throws)).pipe(batchBy(bounds))), { is: thrown });
  t.is(time.waiting, 0);
  t.deepEqual(await firstValueFrom(range(0, Number.POSITIVE_INFINITY).pipe(batchBy(bounds))), [0, 1]);
});

// poll

marbles(
  'poll starts at once, and then in its pace measured from start to start',
  ({ cold, expectObservable, expectSubscriptions }, scheduler) => {
    const run = cold('    -(ab|)');
    const runs = ['       ^!', '       -----^!', '       ----------^!'];
    const unsub = '       ------------!';
    const expected = '    -(ab)-(ab)-(ab)';
    expectObservable(
      poll(() => run, { everyMs: 5, scheduler }),
      unsub,
    ).toBe(expected);
    expectSubscriptions(run.subscriptions).toBe(runs);
  },
);

marbles(
  'poll never overlaps: a run that takes longer is followed by the next when it ends',
  ({ cold, expectObservable, expectSubscriptions }, scheduler) => {
    const run = cold('    ----r--|');
    const runs = ['       ^------!', '       -------^------!', '       --------------^!'];
    const unsub = '       ---------------!';
    const expected = '    ----r------r----';
    expectObservable(
      poll(() => run, { everyMs: 3, scheduler }),
      unsub,
    ).toBe(expected);
    expectSubscriptions(run.subscriptions).toBe(runs);
  },
);

marbles(
  'poll goes on after empty runs, waits for one that never ends, and ends with an error',
  ({ cold, expectObservable, expectSubscriptions }, scheduler) => {
    const pace = { everyMs: 2, scheduler };
    const empty = cold('  |');
    expectObservable(
      poll(() => empty, pace),
      '-----!',
    ).toBe('------');
    expectSubscriptions(empty.subscriptions).toBe(['(^!)', '--(^!)', '----(^!)']);
    expectObservable(
      poll(() => NEVER, pace),
      '-----!',
    ).toBe('------');
    expectObservable(poll(() => cold('-a#'), pace)).toBe('-a#');
    expectObservable(poll(throws, pace)).toBe('#', undefined, thrown);
  },
);

test('a wall clock that jumps neither skips nor repeats a run of poll', async t => {
  const time = createVirtualTime(0);
  const runs: number[] = [];
  const polling = poll(() => of(time.monotonicMs()), { everyMs: 100, scheduler: time }).subscribe(at => runs.push(at));
  await time.advance(150);
  time.jumpWall(3_600_000);
  await time.advance(100);
  time.jumpWall(-7_50_000);
  await time.advance(150);
  polling.unsubscribe();
  t.deepEqual(runs, [0, 100, 200, 300, 400]);
  t.is(time.waiting, 0);
});

// retryWith, backoff

marbles(
  'retryWith subscribes again after the delay that it is told, and gives up when told none',
  ({ cold, expectObservable, expectSubscriptions }, scheduler) => {
    const source = cold(' --#');
    const subs = ['       ^-!', '       ---^-!', '       -------^-!'];
    const expected = '    ---------#';
    const delayOf = (_: unknown, attempt: number) => (attempt < 3 ? attempt : undefined);
    expectObservable(source.pipe(retryWith({ delayOf, scheduler }))).toBe(expected);
    expectSubscriptions(source.subscriptions).toBe(subs);
  },
);

marbles('a value makes retryWith count from one again', ({ cold, expectObservable }, scheduler) => {
  const source = cold(' -a#');
  const unsub = '       -----------!';
  const expected = '    -a--a--a--a';
  const delayOf = (_: unknown, attempt: number) => (attempt === 1 ? 1 : undefined);
  expectObservable(source.pipe(retryWith({ delayOf, scheduler })), unsub).toBe(expected);
});

marbles(
  'retryWith leaves alone what does not fail, and passes on what its function throws',
  ({ cold, expectObservable, expectSubscriptions }, scheduler) => {
    const always = { delayOf: () => 5, scheduler };
    const failing = cold('-#');
    expectObservable(NEVER.pipe(retryWith(always))).toBe('-');
    expectObservable(EMPTY.pipe(retryWith(always))).toBe('|');
    expectObservable(cold('ab|').pipe(retryWith(always))).toBe('ab|');
    expectObservable(cold('a#').pipe(retryWith({ delayOf: throws, scheduler }))).toBe('a#', undefined, thrown);
    expectObservable(failing.pipe(retryWith(always)), '---!').toBe('----');
    expectSubscriptions(failing.subscriptions).toBe('^!');
  },
);

test('backoff doubles its ceiling up to the maximum and never falls below the minimum', t => {
  const low = backoff({ minMs: 100, maxMs: 1_000, random: () => 0 });
  const high = backoff({ minMs: 100, maxMs: 1_000, random: () => 0.999_999 });
  t.deepEqual([1, 2, 3, 4, 5_000].map(low), [100, 100, 100, 100, 100]);
  t.deepEqual([1, 2, 3, 4, 5_000].map(high), [200, 400, 800, 1_000, 1_000]);
});

// changes

interface Listed {
  readonly key: string;
  readonly name: string;
}
const listed = (text: string): Listed[] =>
  text
    .split(' ')
    .filter(Boolean)
    .map(pair => ({ key: pair[0]!, name: pair.slice(1) }));
const told = map(
  ({
    added,
    removed,
    changed,
  }: {
    added: readonly Listed[];
    removed: readonly Listed[];
    changed: readonly { before: Listed; after: Listed }[];
  }) =>
    [
      ...added.map(item => `+${item.key}`),
      ...removed.map(item => `-${item.key}`),
      ...changed.map(({ before, after }) => `${after.key}:${before.name}>${after.name}`),
    ].join(' '),
);
const difference = changes<Listed>(
  item => item.key,
  (before, after) => before.name === after.name,
);

marbles(
  'changes compares each snapshot with the one before, the first with nothing, and is silent when nothing differs',
  ({ hot, expectObservable }) => {
    const snapshots = { a: listed('A1 B1'), b: listed('B1 A1'), c: listed('C1 B2'), d: listed('') };
    const source = hot('  -a-b-c-d-d-|', snapshots);
    const expected = '    -x---y-z---|';
    const differences = { x: '+A +B', y: '+C -A B:1>2', z: '-C -B' };
    expectObservable(source.pipe(difference, told)).toBe(expected, differences);
  },
);

marbles(
  'of doubles within a snapshot the last counts, and every subscription begins with nothing',
  ({ cold, expectObservable }) => {
    const source = cold<Listed[]>(' a-b|', { a: listed('A1 A2'), b: listed('A2') }).pipe(difference, told);
    expectObservable(source).toBe('x--|', { x: '+A' });
    expectObservable(source, '--^').toBe('--x--|', { x: '+A' });
  },
);

marbles(
  'changes of nothing is nothing, and its errors pass',
  ({ hot, cold, expectObservable, expectSubscriptions }) => {
    const source = hot('-a--', { a: listed('A1') });
    const throwing = changes<Listed>(throws, () => true);
    expectObservable(NEVER.pipe(difference)).toBe('-');
    expectObservable(EMPTY.pipe(difference)).toBe('|');
    expectObservable(cold<Listed[]>('-#').pipe(difference)).toBe('-#');
    expectObservable(cold('-a|', { a: listed('A1') }).pipe(throwing)).toBe('-#', undefined, thrown);
    const unequal = changes<Listed>(item => item.key, throws);
    expectObservable(cold('-aa|', { a: listed('A1') }).pipe(unequal, told)).toBe('-x#', { x: '+A' }, thrown);
    expectObservable(source.pipe(difference, told), '--!').toBe('-x', { x: '+A' });
    expectSubscriptions(source.subscriptions).toBe('^-!');
  },
);
