import test from 'ava';
import fc from 'fast-check';
import type { Limit } from '../../src/schedule/limit.js';
import { seeded } from '../log/seeded.js';
import { runs } from '../property-runs.js';
import { type Call, excess } from './counting-rule.js';
import { createIdealCaller } from './ideal-caller.js';
import { saturate } from './saturated.js';
import { createWorld } from './world.js';

const startMs = Date.parse('2024-06-11T14:00Z');
const minutes = 60_000;

const sliding = fc.record({
  requests: fc.integer({ min: 1, max: 40 }),
  perMs: fc.constantFrom(1000, 7000, minutes, 60 * minutes),
});
/** Each starts anew at least once within the ten minutes of these tests. */
const fixed = fc
  .tuple(
    fc.integer({ min: 1, max: 60 }),
    fc.constantFrom<Omit<Limit, 'requests'>>(
      { perMs: minutes, resetsAt: '00:00' },
      { perMs: 5 * minutes, resetsAt: '00:01' },
      { perMs: 60 * minutes, resetsAt: '00:03' },
      { perMs: 24 * 60 * minutes, resetsAt: '10:05', zone: 'America/New_York' },
    ),
  )
  .map(([requests, window]): Limit => ({ requests, ...window }));
const limit = fc.oneof({ weight: 2, arbitrary: sliding }, { weight: 1, arbitrary: fixed });
const latencies = fc.constantFrom<[number, number]>([0, 0], [50, 50], [300, 300], [50, 300], [20, 2000]);
/** The search for the best concurrency takes at most this share of ten minutes, its beginning: 0.22 was seen, with three places at latencies of 20 ms to 2 s. */
const searching = 0.3;

test('while work waits, permits stay within 2 % or one call of what the counting rule allows at that latency, a durable reservation included', async t => {
  const shares = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(
      fc.array(limit, { minLength: 1, maxLength: 3 }),
      latencies,
      fc.constantFrom(0, 3, 20),
      fc.constantFrom(1, 2, 3, 5, 8, 13, 40),
      fc.integer(),
      async (limits, [least, most], reserveMs, concurrency, seed) => {
        const world = createWorld(startMs);
        const latencyOf = (): (() => number) => {
          const draw = seeded(seed);
          return () => Math.round(least + (most - least) * draw());
        };
        let calls = 0;
        saturate({ world, limits, concurrency, reserveMs, latencyMs: latencyOf(), permitted: () => calls++ });
        const untilMs = startMs + 10 * minutes;
        await world.advanceTo(untilMs - 1);
        const ideal = (places: number, moreMs: number): number => {
          const latencyMs = latencyOf();
          const caller = createIdealCaller(startMs, places, () => latencyMs() + moreMs);
          caller.advanceTo(untilMs, limits);
          return caller.calls;
        };
        // A call that waits for its own reservation counts from there on, one that a block reserved ahead covers from its permit.
        const [fewest, greatest] = [ideal(concurrency, reserveMs), ideal(concurrency, 0)];
        const searches = concurrency > 1 && ideal(1000, reserveMs) > fewest;
        if (searches) shares.set(concurrency, Math.min(shares.get(concurrency) ?? 1, calls / fewest));
        const near = (count: number): number => Math.max(1, 0.02 * count);
        if (calls > greatest + near(greatest)) throw new Error(`${calls}, more than ${greatest}`);
        if (calls < fewest - (searches ? searching * fewest : near(fewest)))
          throw new Error(`${calls} of ${fewest}, ${searches ? 'concurrency' : 'limits'} in the way`);
      },
    ),
    runs(40),
  );
  for (const [places, share] of [...shares].sort(([a], [b]) => a - b))
    t.log(`where ${places} calls at once are the bound: at least ${(100 * share).toFixed(0)} %`);
  t.pass();
});

test('the ideal caller of these tests keeps the counting rule, and makes no call later than it must', t => {
  fc.assert(
    fc.property(
      fc.array(limit, { minLength: 1, maxLength: 3 }),
      fc.array(
        fc.integer({ min: 0, max: 180 }).map(steps => steps * 50),
        { minLength: 1, maxLength: 8 },
      ),
      fc.integer({ min: 1, max: 5 }),
      (limits, took, concurrency) => {
        const calls: Call[] = [];
        let nowMs = startMs;
        const ideal = createIdealCaller(startMs, concurrency, () => {
          const latencyMs = took[calls.length % took.length]!;
          calls.push({ permitMs: nowMs, answerMs: nowMs + latencyMs, weight: 1 });
          return latencyMs;
        });
        const fits = (atMs: number): boolean =>
          calls.filter(({ answerMs }) => answerMs > atMs).length < concurrency &&
          excess([...calls, { permitMs: atMs, answerMs: Number.POSITIVE_INFINITY, weight: 1 }], limits, atMs) ===
            undefined;
        for (; calls.length < 40 && nowMs < startMs + 5 * minutes; nowMs += 50) {
          const before = calls.length;
          ideal.advanceTo(nowMs + 1, limits);
          for (const [index, call] of calls.entries())
            if (index >= before && excess(calls.slice(0, index + 1), limits, call.permitMs)) t.fail('too early');
          if (fits(nowMs)) t.fail(`a call was possible at ${nowMs - startMs}`);
        }
      },
    ),
    runs(15),
  );
  t.pass();
});

test('after a refusal for bursts the rate is at most 0.9 of before within one second and for two minutes, then it returns, and is never above what is declared', async t => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 10, max: 400 }),
      fc.integer({ min: 30, max: 120 }),
      async (requests, latencyMs, calmSeconds) => {
        const limits: Limit[] = [{ requests, perMs: 1000 }];
        const world = createWorld(startMs);
        const permits: number[] = [];
        let refusedMs = Number.POSITIVE_INFINITY;
        const refuseMs = startMs + calmSeconds * 1000;
        saturate({
          world,
          limits,
          concurrency: 40,
          latencyMs: () => latencyMs,
          permitted: () => permits.push(world.trueMs),
          arrive() {
            if (world.trueMs < refuseMs || Number.isFinite(refusedMs)) return { kind: 'records' };
            refusedMs = world.trueMs + latencyMs;
            return { kind: 'refused', by: 'burst', detail: 'too fast' };
          },
        });
        await world.advanceTo(refuseMs + 10 * minutes);
        // Whole periods, so that bursts are counted alike.
        const spanMs = 20 * (1000 + latencyMs);
        const between = (fromMs: number): number => permits.filter(ms => ms > fromMs && ms <= fromMs + spanMs).length;
        const before = between(refuseMs - spanMs - latencyMs);
        for (let ms = refusedMs + 1000; ms < refusedMs + 2 * minutes - spanMs; ms += 5000)
          if (between(ms) > 0.9 * before + 1) t.fail(`${between(ms)} after ${before}, ${ms - refusedMs} ms later`);
        t.true(between(refuseMs + 9 * minutes) >= before - 1, 'it returns');
        const calls = permits.map((permitMs): Call => ({ permitMs, answerMs: permitMs + latencyMs, weight: 1 }));
        for (const [index, { permitMs }] of calls.entries())
          if (excess(calls.slice(Math.max(0, index - 50), index + 1), limits, permitMs))
            t.fail('above the declared limit');
      },
    ),
    runs(5),
  );
  t.pass();
});

test('of a window that only headers tell of, all but one call are made and none is refused', async t => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 5, max: 60 }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 10, max: 500 }),
      async (requests, concurrency, latencyMs) => {
        const world = createWorld(startMs);
        const minute = (): number => Math.floor(world.trueMs / minutes);
        const counts = new Map<number, number>();
        const made = (): number => counts.get(minute()) ?? 0;
        saturate({
          world,
          limits: [{ requests: 4 * requests, perMs: minutes }],
          concurrency,
          latencyMs: () => latencyMs,
          arrive() {
            counts.set(minute(), made() + 1);
            return { kind: 'records' };
          },
          hint: () => ({ remaining: requests - made(), resetsAtMs: (minute() + 1) * minutes }),
        });
        await world.advanceTo(startMs + 6 * minutes - 1);
        for (const count of counts.values())
          if (count > requests || count < requests - 1) throw new Error(`${count} of ${requests}`);
      },
    ),
    runs(10),
  );
  t.pass();
});
