import test from 'ava';
import { EMPTY, lastValueFrom, map, NEVER, of, range, Subject, take, toArray } from 'rxjs';
import { conflateByKey } from '../../src/streams/conflate-by-key.js';
import { groupWhileBusy } from '../../src/streams/group-while-busy.js';
import { permitThrottle } from '../../src/streams/permit-throttle.js';
import { marbles, thrown, throws } from './marbles.js';

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
