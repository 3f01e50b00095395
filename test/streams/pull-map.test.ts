import test from 'ava';
import {
  concatMap,
  EMPTY,
  firstValueFrom,
  lastValueFrom,
  map,
  NEVER,
  type ObservableInput,
  of,
  range,
  reduce,
  take,
  tap,
  timer,
} from 'rxjs';
import { credits } from '../../src/streams/credits.js';
import { pullMap } from '../../src/streams/pull-map.js';
import { marbles, thrown, throws } from './marbles.js';
import { createVirtualTime } from './virtual-time.js';

/** Gives the inputs one after the other, then says that there is nothing more. */
const inTurn =
  <T>(...inputs: ObservableInput<T>[]) =>
  (): ObservableInput<T> =>
    inputs.shift() ?? EMPTY;

const one = { concurrency: 1 };
const two = { concurrency: 2 };

marbles(
  'pullMap waits for ever for a pull that never comes, and lets go of it',
  ({ cold, expectObservable, expectSubscriptions }) => {
    const pull = cold('   -----');
    const pulls = '       ^--!';
    const unsub = '       ---!';
    const expected = '    ----';
    expectObservable(
      pullMap(
        () => pull,
        () => of('x'),
        one,
      ),
      unsub,
    ).toBe(expected);
    expectSubscriptions(pull.subscriptions).toBe(pulls);
  },
);

marbles('pullMap completes when its source is empty, when that is known', ({ cold, expectObservable }) => {
  expectObservable(
    pullMap(
      () => EMPTY,
      () => of('x'),
      two,
    ),
  ).toBe('|');
  expectObservable(
    pullMap(
      () => cold('--|'),
      () => of('x'),
      two,
    ),
  ).toBe('--|');
});

marbles(
  'pullMap pulls the next item only after the work on the last has ended',
  ({ cold, expectObservable, expectSubscriptions }) => {
    const pull1 = cold('  -a-------');
    const pull2 = cold('      -b---');
    const pull3 = cold('           --|');
    const work = cold('    -x-|');
    const pulls1 = '      ^!';
    const works = ['      -^--!', '      -----^--!'];
    const pulls2 = '      ----^!';
    const expected = '    --x---x---|';
    expectObservable(pullMap(inTurn(pull1, pull2, pull3), () => work, one)).toBe(expected);
    expectSubscriptions(work.subscriptions).toBe(works);
    expectSubscriptions(pull1.subscriptions).toBe(pulls1);
    expectSubscriptions(pull2.subscriptions).toBe(pulls2);
  },
);

marbles(
  'pullMap keeps as many lanes as it is told, each with one item',
  ({ cold, expectObservable, expectSubscriptions }) => {
    const slow = cold('   ----s|');
    const fast = cold('   -f|');
    const works = { slow: '^----!', fast: ['^-!', '--^-!', '----^-!'] };
    const expected = '    -f-fsf|';
    const items = inTurn(of(slow), of(fast), of(fast), of(fast));
    expectObservable(pullMap(items, work => work, two)).toBe(expected);
    expectSubscriptions(slow.subscriptions).toBe(works.slow);
    expectSubscriptions(fast.subscriptions).toBe(works.fast);
  },
);

marbles('pullMap takes one value of a pull, however many it has', ({ cold, expectObservable }) => {
  const pull = cold('   abc|');
  const expected = '    -a|';
  expectObservable(pullMap(inTurn(pull), item => cold('-i|', { i: item }), one)).toBe(expected);
});

marbles(
  'an error of a pull or of a work ends pullMap and all other lanes at once',
  ({ cold, expectObservable, expectSubscriptions }) => {
    const good = cold('   ---------x|');
    const bad = cold('    ---#');
    const goods = '       ^--!';
    const expected = '    ---#';
    expectObservable(pullMap(inTurn(of(good), of(bad)), work => work, two)).toBe(expected);
    expectObservable(pullMap(inTurn<unknown>(of(good), bad), () => good, two)).toBe(expected);
    expectSubscriptions(good.subscriptions).toBe([goods, goods]);
  },
);

marbles('what the functions of pullMap throw is an error of the stream', ({ expectObservable }) => {
  expectObservable(pullMap(throws, () => of('x'), two)).toBe('#', undefined, thrown);
  expectObservable(pullMap(() => of('a'), throws, two)).toBe('#', undefined, thrown);
});

marbles(
  'pullMap over an endless source goes on until it is unsubscribed, and then leaves nothing running',
  ({ cold, expectObservable, expectSubscriptions }) => {
    const work = cold('   -x|');
    const works = ['      ^-!', '      --^-!', '      ----^-!'];
    const unsub = '       ------!';
    const expected = '    -x-x-x-';
    expectObservable(
      pullMap(
        () => of('a'),
        () => work,
        one,
      ),
      unsub,
    ).toBe(expected);
    expectSubscriptions(work.subscriptions).toBe(works);
  },
);

test('with a million items waiting at the source, no more are read than were delivered and the lanes hold', async t => {
  const waiting = 1_000_000;
  const wanted = 50_000;
  let read = 0;
  let delivered = 0;
  let most = 0;
  const pull = () => {
    if (read === waiting) return EMPTY;
    read += 1;
    most = Math.max(most, read - delivered);
    // Some come at once, some only after a while: the bound must not depend on which.
    return read % 100 === 0 ? Promise.resolve(read) : of(read);
  };
  const work = (item: number) => (item % 50 === 0 ? Promise.resolve(item) : of(item));
  const running = pullMap(pull, work, { concurrency: 4 }).pipe(
    tap(() => {
      delivered += 1;
    }),
    take(wanted),
  );
  await lastValueFrom(running);
  t.is(delivered, wanted);
  t.is(most, 4);
  t.true(read <= wanted + 4);
});

test('an exhausted source ends every lane after everything was delivered', async t => {
  let next = 0;
  const pull = () => (next < 10_000 ? of(next++) : EMPTY);
  const work = (item: number) => (item % 7 === 0 ? Promise.resolve(1) : of(1));
  t.is(await lastValueFrom(pullMap(pull, work, { concurrency: 3 }).pipe(reduce((sum, n) => sum + n, 0))), 10_000);
});

marbles('once a source has said that it is exhausted, no lane pulls again', ({ cold, expectObservable }) => {
  const work = cold('   ---w|');
  const expected = '    ---w|';
  expectObservable(pullMap(inTurn(of('a'), EMPTY, of('too late')), () => work, two)).toBe(expected);
});

test('synchronous pulls and works use no stack, and stop when the consumer has enough', async t => {
  let pulls = 0;
  const endless = pullMap(
    () => {
      pulls += 1;
      return of(pulls);
    },
    item => of(item),
    two,
  );
  t.is(await lastValueFrom(endless.pipe(take(100_000))), 100_000);
  t.is(pulls, 100_000);
});

test('a synchronous work that never ends is left as soon as the consumer has enough', async t => {
  let made = 0;
  const firehose = range(0, Number.POSITIVE_INFINITY).pipe(
    map(n => {
      made += 1;
      return n;
    }),
  );
  t.is(
    await firstValueFrom(
      pullMap(
        () => of(1),
        () => firehose,
        one,
      ),
    ),
    0,
  );
  t.is(made, 1);
});

test('lanes are a whole number from one', t => {
  for (const concurrency of [0, -1, 1.5, Number.NaN])
    t.throws(
      () =>
        pullMap(
          () => NEVER,
          () => NEVER,
          { concurrency },
        ),
      { instanceOf: RangeError },
    );
});

marbles(
  'credits are granted at once while there are any, and then in the order of asking as they come back',
  ({ cold, expectObservable }) => {
    const room = credits(2);
    const asked = '       (abcd)';
    const given = cold('  ---x--x|');
    const expected = [' (a|)', '(b|)', '---(c|)', '------(d|)'];
    for (const [n, name] of ['a', 'b', 'c', 'd'].entries())
      expectObservable(room.take().pipe(map(() => name))).toBe(expected[n]!, undefined, asked);
    given.subscribe(() => room.give(1));
  },
);

marbles('a taker that leaves the queue takes no credit', ({ cold, expectObservable }) => {
  const room = credits(1);
  const given = cold('  ----x|');
  const unsub = '       --!';
  expectObservable(room.take().pipe(map(() => 'a'))).toBe('(a|)');
  expectObservable(room.take().pipe(map(() => 'b')), unsub).toBe('---');
  expectObservable(room.take().pipe(map(() => 'c'))).toBe('----(c|)');
  given.subscribe(() => room.give(1));
});

test('credits that are not out cannot come back, and a wrong gift changes nothing', t => {
  const room = credits(2);
  room.take().subscribe();
  t.is(room.outstanding, 1);
  for (const count of [2, 0, -1, 0.5, Number.NaN]) t.throws(() => room.give(count), { instanceOf: RangeError });
  t.is(room.outstanding, 1);
  room.give(1);
  t.is(room.outstanding, 0);
  t.throws(() => room.give(1), { instanceOf: RangeError });
  t.throws(() => credits(0), { instanceOf: RangeError });
});

test('a gift made from within a grant overtakes nobody and grants no more than there is', t => {
  const room = credits(1);
  const order: string[] = [];
  room.take().subscribe();
  room.take().subscribe(() => {
    order.push('first');
    room.take().subscribe(() => order.push('third'));
    room.give(1);
  });
  room.take().subscribe(() => order.push('second'));
  room.give(1);
  t.deepEqual(order, ['first', 'second']);
  t.is(room.outstanding, 1);
  room.give(1);
  t.deepEqual(order, ['first', 'second', 'third']);
});

test('a taker that asks again from within its grant stands behind those who wait', t => {
  const room = credits(2);
  const order: string[] = [];
  room.take().subscribe();
  room.take().subscribe();
  room.take().subscribe(() => {
    order.push('first');
    room.take().subscribe(() => order.push('again'));
  });
  room.take().subscribe(() => order.push('second'));
  room.give(2);
  t.deepEqual(order, ['first', 'second']);
  room.give(1);
  t.deepEqual(order, ['first', 'second', 'again']);
});

test('with credits beside pullMap and a stalled sink, what was read is what was acknowledged plus the credits', async t => {
  const time = createVirtualTime(0);
  const room = credits(50);
  let read = 0;
  let acknowledged = 0;
  let stalled = false;
  const unacknowledged: number[] = [];
  const running = pullMap(
    () => room.take().pipe(map(() => ++read)),
    item => timer(1, time).pipe(map(() => item)),
    { concurrency: 8 },
  ).subscribe(item => unacknowledged.push(item));
  const sink = timer(0, 3, time)
    .pipe(concatMap(() => (stalled ? EMPTY : of(unacknowledged.splice(0, 20)))))
    .subscribe(batch => {
      acknowledged += batch.length;
      if (batch.length > 0) room.give(batch.length);
    });
  await time.advance(1_000);
  t.true(acknowledged > 1_000);
  stalled = true;
  await time.advance(1_000);
  t.true(read === acknowledged + 50);
  stalled = false;
  await time.advance(100);
  t.true(read > acknowledged);
  t.true(read - acknowledged === room.outstanding);
  running.unsubscribe();
  sink.unsubscribe();
});
