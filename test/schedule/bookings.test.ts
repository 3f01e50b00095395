import test from 'ava';
import fc from 'fast-check';
import { budget, type Permit } from '../../src/schedule/budget.js';
import { restoreBudget } from '../../src/schedule/budget-state.js';
import { runs } from '../property-runs.js';
import { createState, createWorld } from './world.js';

const hour = 3_600_000;
const deadlineMs = 60;
const start = Date.parse('2024-06-11T14:00Z');

interface Plan {
  readonly latencies: readonly number[];
  readonly concurrency: number;
  readonly reserveMs: number;
  readonly commitMs: number;
  /** Of each life, ms. */
  readonly lives: readonly number[];
}

/** A fast source under load through several lives; each life but the last ends with a crash. */
async function follow({ latencies, concurrency, reserveMs, commitMs, lives }: Plan) {
  const world = createWorld(start);
  const state = createState();
  const limits = [
    { requests: 50_000, perMs: hour },
    { requests: 5_000, perMs: 1_000 },
  ];
  let calls = 0;
  /** True ms; of those in flight at a crash, that of the crash. */
  const answers: number[] = [];
  let reservations = 0;
  let inFlight = 0;
  let life = 0;
  let working = true;
  let behind: string | undefined;
  const restored = () => restoreBudget('av', state, world.trueMs, deadlineMs).charges;
  const durable = (): number => restored().reduce((sum, { weight }) => sum + weight, 0);
  /** After a crash the latest answers must be matched by as many of the log that are as late. */
  const compare = (): void => {
    const known = restored()
      .flatMap(({ weight, doneMs }) => Array.from({ length: weight }, () => doneMs))
      .sort((a, b) => b - a);
    const ended = [...answers, ...Array.from({ length: calls - answers.length }, () => world.trueMs)];
    const early = ended.sort((a, b) => b - a).findIndex((ms, nth) => !(known[nth]! >= ms));
    if (early >= 0) behind ??= `answer ${early} at ${ended[early]! - start}, in the log at ${known[early]! - start}`;
  };

  const live = (): void => {
    const mine = ++life;
    inFlight = 0;
    const later = (delayMs: number, work: () => void): void =>
      world.at(world.trueMs + delayMs, () => {
        if (mine === life) work();
      });
    const actor = world.spawn(
      budget({
        source: 'av',
        limits,
        concurrency,
        deadlineMs,
        state,
        time: world.time,
        random: () => 0.5,
        report: () => {},
        reserve: changes =>
          new Promise(resolve => {
            reservations += 1;
            later(reserveMs, () => {
              state.write(changes);
              resolve();
            });
          }),
      }),
    );
    const request = (): void => {
      const replyTo = (permit: unknown): void => call(permit as Permit);
      if (working) actor.tell({ kind: 'request', id: String(calls), weight: 1, replyTo });
    };
    const call = (permit: Permit): void => {
      if (mine !== life) return;
      calls += 1;
      inFlight += 1;
      if (durable() < calls) behind ??= `${durable()} in the log after ${calls} calls`;
      later(latencies[calls % latencies.length]!, () => {
        inFlight -= 1;
        answers.push(world.trueMs);
        const settlement = permit.settled({ kind: 'records' });
        later(commitMs, () => state.write(settlement));
        request();
      });
    };
    for (let lane = 0; lane < concurrency + 2; lane++) request();
  };

  for (const ms of lives) {
    live();
    await world.advanceTo(world.trueMs + ms);
    compare();
    while (answers.length < calls) answers.push(world.trueMs);
  }
  answers.length = calls - inFlight;
  working = false;
  await world.advanceTo(world.trueMs + 20_000);
  return { calls, reservations, inFlight, behind, durable: durable() };
}

test('the log is never behind what was spent, whenever a fast source crashes', async t => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        latencies: fc.array(fc.integer({ min: 15, max: deadlineMs }), { minLength: 1, maxLength: 6 }),
        concurrency: fc.integer({ min: 1, max: 8 }),
        reserveMs: fc.constantFrom(0, 5, 20, 300, 1_500),
        commitMs: fc.integer({ min: 0, max: 20 }),
        lives: fc.array(fc.integer({ min: 1, max: 4_000 }), { minLength: 1, maxLength: 4 }),
      }),
      async plan => {
        const { behind, inFlight } = await follow(plan);
        if (behind !== undefined) throw new Error(behind);
        if (inFlight !== 0) throw new Error('a request was not answered');
      },
    ),
    runs(40),
  );
  t.pass();
});

test('a fast source waits for a few reservations a second, and when it rests the log says what was spent', async t => {
  const { calls, reservations, durable, behind } = await follow({
    latencies: [10, 20, 30],
    concurrency: 8,
    reserveMs: 5,
    commitMs: 5,
    lives: [3_000],
  });
  t.is(behind, undefined);
  t.true(calls > 1_000, `${calls} calls`);
  t.true(reservations < 40, `${reservations} reservations`);
  t.is(durable, calls);
});

test('a crash of a fast source costs at most a hundredth of the long limit beside what was spent', async t => {
  const { calls, durable } = await follow({
    latencies: [5],
    concurrency: 8,
    reserveMs: 5,
    commitMs: 5,
    lives: [2_000, 1],
  });
  t.true(durable - calls <= 500, `${durable} in the log, ${calls} calls`);
});
