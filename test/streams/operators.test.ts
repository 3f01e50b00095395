import test from 'ava';
import { concat, EMPTY, firstValueFrom, lastValueFrom, map, NEVER, of, range, Subject, take, toArray } from 'rxjs';
import { backoff } from '../../src/streams/backoff.js';
import { batchBy } from '../../src/streams/batch-by.js';
import { changes } from '../../src/streams/changes.js';
import { conflateByKey } from '../../src/streams/conflate-by-key.js';
import { groupWhileBusy } from '../../src/streams/group-while-busy.js';
import { permitThrottle } from '../../src/streams/permit-throttle.js';
import { poll } from '../../src/streams/poll.js';
import { retryWith } from '../../src/streams/retry-with.js';
import { marbles, thrown, throws } from './marbles.js';
import { createVirtualTime } from './virtual-time.js';

const joined = (group: string[]): string => group.join('');

// groupWhileBusy

marbles(
  'groupWhileBusy starts with the first element and takes together what arrives meanwhile',
  ({ hot, cold, expectObservable, expectSubscriptions }) => {
    const source = hot('  -a-bc---d-|');
    const subs = '        ^---------!';
    const write = () => cold('---(w|)');
    const expected = '    ----x--y---(z|)';
    const groups = { x: 'a', y: 'bc', z: 'd' };
    const grouped = source.pipe(groupWhileBusy(group => write().pipe(map(() => joined(group))), { maxCount: 10 }));
    expectObservable(grouped).toBe(expected, groups);
    expectSubscriptions(source.subscriptions).toBe(subs);
  },
);

marbles(
  'groupWhileBusy cuts at its count, keeps the order, and flushes before it completes',
  ({ hot, cold, expectObservable }) => {
    const source = hot('  abcdefgh|');
    const expected = '    ----x---y---z---(u|)';
    const groups = { x: 'a', y: 'bcd', z: 'efg', u: 'h' };
    const slow = (group: string[]) => cold('----(w|)').pipe(map(() => joined(group)));
    expectObservable(source.pipe(groupWhileBusy(slow, { maxCount: 3 }))).toBe(expected, groups);
  },
);

marbles(
  'a group of groupWhileBusy stays within its bytes, and a larger element goes alone',
  ({ cold, expectObservable }) => {
    const source = cold(' (abcdef|)', { a: 'i', b: 'xx', c: 'xxx', d: 'xxxxxxxxx', e: 'yy', f: 'yyy' });
    const expected = '    -a-b-c-d|';
    const groups = { a: 'i', b: 'xx,xxx', c: 'xxxxxxxxx', d: 'yy,yyy' };
    const bounds = { maxCount: 10, maxBytes: 5, sizeOf: (item: string) => item.length };
    const write = (group: string[]) => cold('-w|').pipe(map(() => group.join()));
    expectObservable(source.pipe(groupWhileBusy(write, bounds))).toBe(expected, groups);
  },
);

marbles('groupWhileBusy of nothing is nothing', ({ hot, expectObservable }) => {
  expectObservable(NEVER.pipe(groupWhileBusy(of, { maxCount: 1 }))).toBe('-');
  expectObservable(hot('--|').pipe(groupWhileBusy(of, { maxCount: 1 }))).toBe('--|');
});

marbles(
  'an error of source or effect ends groupWhileBusy at once and unsubscribes the other',
  ({ hot, cold, expectObservable, expectSubscriptions }) => {
    const failing = hot(' ab-#');
    const write = cold('  ------w|');
    const writes = '      ^--!';
    const expected = '    ---#';
    expectObservable(failing.pipe(groupWhileBusy(() => write, { maxCount: 9 }))).toBe(expected);
    expectSubscriptions(write.subscriptions).toBe(writes);

    const source = hot('  ab---c|');
    const subs = '        ^--!';
    expectObservable(source.pipe(groupWhileBusy(() => cold('---#'), { maxCount: 9 }))).toBe(expected);
    expectSubscriptions(source.subscriptions).toBe(subs);
  },
);

marbles('what the functions of groupWhileBusy throw is an error of the stream', ({ hot, expectObservable }) => {
  expectObservable(hot('-a|').pipe(groupWhileBusy(throws, { maxCount: 1 }))).toBe('-#', undefined, thrown);
  const bounds = { maxCount: 2, maxBytes: 2, sizeOf: throws };
  expectObservable(hot('-a|').pipe(groupWhileBusy(of, bounds))).toBe('-#', undefined, thrown);
});

marbles(
  'unsubscribing groupWhileBusy lets go of source and effect',
  ({ hot, cold, expectObservable, expectSubscriptions }) => {
    const source = hot('  abcdefghij');
    const write = cold('  ---w|');
    const unsub = '       ------!';
    const writes = ['     ^---!', '     ----^-!'];
    const expected = '    ---w---';
    expectObservable(source.pipe(groupWhileBusy(() => write, { maxCount: 9 })), unsub).toBe(expected);
    expectSubscriptions(source.subscriptions).toBe('^-----!');
    expectSubscriptions(write.subscriptions).toBe(writes);
  },
);

test('fifty thousand waiting elements drain in order, without stack and in linear time', async t => {
  const gate = new Subject<void>();
  let first = true;
  const effect = (group: number[]) => {
    if (!first) return group;
    first = false;
    return gate.pipe(
      take(1),
      map(() => group[0]!),
    );
  };
  const all = lastValueFrom(range(0, 50_000).pipe(groupWhileBusy(effect, { maxCount: 1 }), toArray()));
  gate.next();
  const seen = await all;
  t.is(seen.length, 50_000);
  t.true(seen.every((n, at) => n === at));
});

test('groupWhileBusy ends a synchronous endless source when the consumer has enough', async t => {
  const endless = range(0, Number.POSITIVE_INFINITY).pipe(groupWhileBusy(group => group, { maxCount: 5 }));
  t.is(await lastValueFrom(endless.pipe(take(1_000))), 999);
});

// conflateByKey

marbles('conflateByKey keeps the newest of each key while the consumer is busy', ({ hot, cold, expectObservable }) => {
  const values = { a: 'k1', b: 'k2', c: 'm1', d: 'k3', e: 'm2' };
  const source = hot('  abcde-----|', values);
  const expected = '    -----a----d----(e|)';
  const slow = (item: string) => cold('-----(x|)').pipe(map(() => item));
  expectObservable(source.pipe(conflateByKey(item => item[0]!, slow))).toBe(expected, values);
});

marbles(
  'conflateByKey of nothing is nothing, its errors end it, and unsubscribing lets go',
  ({ hot, cold, expectObservable, expectSubscriptions }) => {
    const work = cold('   ---w|');
    const keyOf = (item: string) => item;
    expectObservable(NEVER.pipe(conflateByKey(keyOf, of))).toBe('-');
    expectObservable(EMPTY.pipe(conflateByKey(keyOf, of))).toBe('|');
    expectObservable(hot('a|').pipe(conflateByKey(keyOf, of))).toBe('a|');
    expectObservable(hot('-a-#').pipe(conflateByKey(keyOf, () => NEVER))).toBe('---#');
    expectObservable(hot('-a|').pipe(conflateByKey(throws, of))).toBe('-#', undefined, thrown);
    expectObservable(hot('-a|').pipe(conflateByKey(keyOf, throws))).toBe('-#', undefined, thrown);
    expectObservable(hot('-a--').pipe(conflateByKey(keyOf, () => work)), '---!').toBe('----');
    expectSubscriptions(work.subscriptions).toBe('-^-!');
  },
);

// permitThrottle

marbles(
  'permitThrottle lets one element through per permit, asks for one at a time, and keeps the order',
  ({ hot, cold, expectObservable, expectSubscriptions }) => {
    const source = hot('  abc|');
    const permit = cold(' ---p--');
    const asked = ['      ^--!', '      ---^--!', '      ------^--!'];
    const expected = '    ---a--b--(c|)';
    const throttled = source.pipe(
      permitThrottle(() => permit),
      map(({ item, permit: given }) => `${item}${given}`),
    );
    expectObservable(throttled).toBe(expected, { a: 'ap', b: 'bp', c: 'cp' });
    expectSubscriptions(permit.subscriptions).toBe(asked);
  },
);

marbles(
  'permitThrottle of nothing is nothing, its errors end it, and unsubscribing gives up the request',
  ({ hot, cold, expectObservable, expectSubscriptions }) => {
    const items = map(({ item }: { item: string }) => item);
    const permit = cold('----p');
    expectObservable(NEVER.pipe(permitThrottle(() => of(1)))).toBe('-');
    expectObservable(EMPTY.pipe(permitThrottle(() => of(1)))).toBe('|');
    expectObservable(hot('-a|').pipe(permitThrottle(() => cold('--#')))).toBe('---#');
    expectObservable(hot('-a|').pipe(permitThrottle(throws))).toBe('-#', undefined, thrown);
    expectObservable(hot('-a-#').pipe(permitThrottle(() => NEVER))).toBe('---#');
    expectObservable(
      hot('-a---').pipe(
        permitThrottle(() => permit),
        items,
      ),
      '---!',
    ).toBe('----');
    expectSubscriptions(permit.subscriptions).toBe('-^-!');
  },
);

test('permitThrottle drops no element silently: a request that ends without a permit is an error', async t => {
  await t.throwsAsync(lastValueFrom(of('a').pipe(permitThrottle(() => EMPTY))), { message: 'no permit was given' });
});

// batchBy

const bytesOf = (item: string): number => item.length;

marbles('batchBy sends by count, and by the age of the oldest', ({ hot, expectObservable }, scheduler) => {
  const source = hot('  -abc-d------e-|');
  const expected = '    ---x-------y--(z|)';
  const batched = source.pipe(
    batchBy({ maxCount: 3, maxBytes: 100, sizeOf: bytesOf, maxAgeMs: 6, scheduler }),
    map(joined),
  );
  expectObservable(batched).toBe(expected, { x: 'abc', y: 'd', z: 'e' });
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
    expectObservable(hot('-ab-c-#').pipe(batchBy(bounds), map(joined))).toBe('--x---#', { x: 'ab' });
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
