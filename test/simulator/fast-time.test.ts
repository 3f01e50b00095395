import test from 'ava';
import { interval, map, take, timer, VirtualTimeScheduler } from 'rxjs';
import { fastTime } from '../../src/simulator/fast-time.js';
import type { Time } from '../../src/streams/time.js';

/** A real clock that an rxjs virtual scheduler drives. */
function virtual(): { scheduler: VirtualTimeScheduler; real: Time } {
  const scheduler = new VirtualTimeScheduler();
  return {
    scheduler,
    real: {
      now: () => scheduler.now(),
      schedule: scheduler.schedule.bind(scheduler),
      monotonicMs: () => scheduler.now(),
    },
  };
}

const origin = { originRealMs: 0, startMs: 1_000_000, speed: 60 };

test('two clocks of one origin show the same, and run as fast as they say', t => {
  const { scheduler, real } = virtual();
  const [one, two] = [fastTime(real, origin), fastTime(real, origin)];
  t.is(one.now(), 1_000_000);
  real.schedule(() => {
    t.is(one.now(), 1_000_000 + 60_000);
    t.is(two.now(), one.now());
    t.is(one.monotonicMs(), 60_000);
  }, 1000);
  t.plan(4);
  scheduler.flush();
});

test('delays end sooner, the first one of an operator as well as the ones that it asks for later', t => {
  const { scheduler, real } = virtual();
  const fast = fastTime(real, origin);
  const ticks: [tick: string, realMs: number, fastMs: number][] = [];
  const note = (tick: string): unknown => ticks.push([tick, real.now(), fast.now()]);
  interval(60_000, fast).pipe(take(3), map(String)).subscribe(note);
  timer(30_000, 60_000, fast)
    .pipe(
      take(2),
      map(tick => `timer ${tick}`),
    )
    .subscribe(note);
  scheduler.flush();
  t.deepEqual(ticks, [
    ['timer 0', 500, 1_030_000],
    ['0', 1000, 1_060_000],
    ['timer 1', 1500, 1_090_000],
    ['1', 2000, 1_120_000],
    ['2', 3000, 1_180_000],
  ]);
});

test('a delay that is given up never ends, whether before its first end or between two', t => {
  const { scheduler, real } = virtual();
  const fast = fastTime(real, origin);
  fast.schedule(() => t.fail(), 1000).unsubscribe();
  const ticks: number[] = [];
  const running = interval(60_000, fast).subscribe(tick => ticks.push(tick));
  real.schedule(() => running.unsubscribe(), 2500);
  scheduler.flush();
  t.deepEqual(ticks, [0, 1]);
});
