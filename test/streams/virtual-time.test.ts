import test from 'ava';
import { delay, firstValueFrom, interval, lastValueFrom, of, repeat, take, timeout, timer, toArray } from 'rxjs';
import { realTime } from '../../src/streams/time.js';
import { createVirtualTime } from './virtual-time.js';

test('timers run at their instants, and equal ones in the order in which they were set', async t => {
  const time = createVirtualTime(1_000);
  const seen: string[] = [];
  const note = (name: string) => () => void seen.push(`${name}@${time.now()}`);
  time.schedule(note('b'), 20);
  time.schedule(note('a'), 10);
  time.schedule(note('c'), 20);
  time.schedule(note('late'), 21);
  time.schedule(note('never'), Number.POSITIVE_INFINITY);
  await time.advance(20);
  t.deepEqual(seen, ['a@1010', 'b@1020', 'c@1020']);
  t.is(time.monotonicMs(), 20);
  t.is(time.waiting, 1);
});

test('a cancelled timer does not run, not even from a timer of the same instant', async t => {
  const time = createVirtualTime(0);
  const seen: string[] = [];
  time.schedule(() => second.unsubscribe(), 5);
  const second = time.schedule(() => seen.push('second'), 5);
  time.schedule(() => seen.push('third'), 5);
  await time.advance(5);
  t.deepEqual(seen, ['third']);
});

test('actions of rxjs that re-schedule themselves keep their pace, and end with their subscription', async t => {
  const time = createVirtualTime(0);
  const seen: number[] = [];
  const ticks = interval(10, time).subscribe(() => seen.push(time.monotonicMs()));
  await time.advance(35);
  ticks.unsubscribe();
  await time.advance(100);
  t.deepEqual(seen, [10, 20, 30]);
  t.is(time.waiting, 0);
});

test('rxjs timers, delays, time-outs and repeats live on virtual time alone', async t => {
  const time = createVirtualTime(0);
  const all = lastValueFrom(
    timer(5, 1_000, time).pipe(
      take(3),
      delay(86_400_000, time),
      timeout({ each: 172_800_000, scheduler: time }),
      toArray(),
    ),
  );
  const twice = lastValueFrom(of('x').pipe(delay(3, time), repeat(2), toArray()));
  await time.advance(7);
  t.deepEqual(await twice, ['x', 'x']);
  await time.advance(2 * 86_400_000);
  t.deepEqual(await all, [0, 1, 2]);
});

test('a day of one-second ticks neither leaks nor overflows the stack when it ends', async t => {
  const time = createVirtualTime(0);
  let ticks = 0;
  const running = interval(1_000, time).subscribe(() => {
    ticks += 1;
  });
  await time.advance(20_000_000);
  t.notThrows(() => running.unsubscribe());
  t.is(ticks, 20_000);
});

test('promises and immediates that follow from one timer settle before the next timer', async t => {
  const time = createVirtualTime(0);
  const seen: string[] = [];
  time.schedule(() => {
    void Promise.resolve().then(async () => {
      await Promise.resolve();
      setImmediate(() => setImmediate(() => setImmediate(() => seen.push('first, three turns later'))));
    });
  }, 1);
  time.schedule(() => seen.push('second'), 1);
  await time.advance(1);
  t.deepEqual(seen, ['first, three turns later', 'second']);
});

test('the clock stands still while real work is held', async t => {
  const time = createVirtualTime(0);
  const seen: string[] = [];
  time.schedule(() => {
    void time.hold(firstValueFrom(timer(5, realTime))).then(() => seen.push(`written at ${time.monotonicMs()}`));
  }, 1);
  time.schedule(() => seen.push('next'), 2);
  await time.advance(2);
  t.deepEqual(seen, ['written at 1', 'next']);
});

test('a jump of the wall clock moves neither timers nor the monotonic clock', async t => {
  const time = createVirtualTime(10_000);
  let ran = 0;
  time.schedule(() => {
    ran += 1;
  }, 100);
  time.jumpWall(3_600_000);
  t.is(time.now(), 3_610_000);
  await time.advance(99);
  t.is(ran, 0);
  time.jumpWall(-7_200_000);
  await time.advance(1);
  t.is(ran, 1);
  t.is(time.monotonicMs(), 100);
});

test('runUntil stops at the first instant at which the condition holds, and says when it cannot', async t => {
  const time = createVirtualTime(0);
  let ticks = 0;
  const running = interval(10, time).subscribe(() => {
    ticks += 1;
  });
  await time.runUntil(() => ticks === 3);
  t.is(time.monotonicMs(), 30);
  await t.throwsAsync(
    time.runUntil(() => ticks < 0, 50),
    { message: /within 50 ms/ },
  );
  running.unsubscribe();
  await t.throwsAsync(
    time.runUntil(() => ticks < 0),
    { message: /nothing is due/ },
  );
});

test('what a timer throws reaches the test', async t => {
  const time = createVirtualTime(0);
  time.schedule(() => {
    throw new Error('in the timer');
  }, 1);
  await t.throwsAsync(time.advance(1), { message: 'in the timer' });
});

test('a real delay beyond what the platform takes does not fire at once', async t => {
  let fired = false;
  const month = realTime.schedule(() => {
    fired = true;
  }, 31 * 86_400_000);
  await firstValueFrom(timer(5, realTime));
  month.unsubscribe();
  t.false(fired);
});
