import test from 'ava';
import fc from 'fast-check';
import type { StateChange } from '../../src/log/log.js';
import { createBookings } from '../../src/schedule/bookings.js';
import { budget, type Permit } from '../../src/schedule/budget.js';
import { restoreBudget } from '../../src/schedule/budget-state.js';
import type { Charge } from '../../src/schedule/ledger.js';
import { runs } from '../property-runs.js';
import { createState, createWorld, settle } from './world.js';

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

test('the log is never behind what was spent, whenever a fast source crashes, ahead by two blocks a crash at most, and not at all when polling rests', async t => {
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
        const { behind, inFlight, durable, calls } = await follow(plan);
        if (behind !== undefined) throw new Error(behind);
        const lost = durable - calls;
        if (lost > 2 * 500 * (plan.lives.length - 1)) throw new Error(`${lost} booked that were not called`);
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

/** Bookings of a plan of 25,000 a day, whose blocks are of 250, and what lies in the log for them. */
function openBookings() {
  const entries = new Map<number, number>();
  const keys = {
    charge: ({ seq, weight }: { seq: number; weight: number }): StateChange => {
      entries.set(seq, weight);
      return ['', undefined];
    },
    withoutCharge: (seq: number): StateChange => {
      entries.delete(seq);
      return ['', undefined];
    },
  };
  const bookings = createBookings(keys, ms => ms, 0, [{ requests: 25_000, perMs: 24 * hour }]);
  return { bookings, booked: (): number => [...entries.values()].reduce((sum, weight) => sum + weight, 0) };
}

test('the last answer ends the block that no call has used yet, too', t => {
  const { bookings, booked } = openBookings();
  const charges = Array.from({ length: 200 }, (_, seq): Charge => ({ seq, weight: 1, atMs: seq }));
  bookings.reserve([charges[0]!], 0);
  bookings.reserve([charges[1]!], 1);
  bookings.opened();
  for (const charge of charges.slice(2)) bookings.draw(charge);
  t.true(bookings.isLow(200));
  bookings.reserve([], 200);
  bookings.opened();
  t.true(booked() >= 400);
  for (const charge of charges) bookings.settle(charge, 300);
  t.is(booked(), 200);
});

test('calls that last long keep no more booked than they are: what a crash would lose is two blocks at most', t => {
  const { bookings, booked } = openBookings();
  const flying: { readonly charge: Charge; readonly untilMs: number }[] = [];
  let made = 0;
  let most = 0;
  for (let ms = 0; ms < 15_000; ms++) {
    for (const call of flying.filter(({ untilMs }) => untilMs === ms)) {
      bookings.settle(call.charge, ms);
      flying.splice(flying.indexOf(call), 1);
    }
    if (flying.length < 64) {
      const charge = { seq: made, weight: 1, atMs: ms };
      if (bookings.hasRoom(1, ms)) bookings.draw(charge);
      else bookings.reserve([charge], ms);
      made += 1;
      // One in 125 hangs.
      flying.push({ charge, untilMs: ms + (made % 125 === 0 ? 30_000 : 40) });
      if (bookings.isLow(ms)) bookings.reserve([], ms);
      bookings.opened();
    }
    most = Math.max(most, booked() - made);
  }
  t.true(made > 5_000, String(made));
  t.true(most <= 2 * 250, `${most} booked that were not called`);
});

test('a block that is reserved when the last answer has come already is given back', async t => {
  const world = createWorld(start);
  const state = createState();
  const reserving: (() => void)[] = [];
  const limits = [{ requests: 50_000, perMs: hour }];
  const options = { source: 'av', limits, concurrency: 8, deadlineMs, state, time: world.time };
  const actor = world.spawn(
    budget({
      ...options,
      random: () => 0.5,
      report: () => {},
      reserve: changes =>
        new Promise(resolve => {
          reserving.push(() => {
            state.write(changes);
            resolve();
          });
        }),
    }),
  );
  const permits: Permit[] = [];
  let calls = 0;
  const ask = (): void => {
    const replyTo = (reply: unknown): void => void permits.push(reply as Permit);
    actor.tell({ kind: 'request', id: String(calls++), weight: 1, replyTo });
  };
  const answer = (): void => state.write(permits.shift()!.settled({ kind: 'records' }));
  const flush = async (): Promise<void> => {
    reserving.shift()!();
    await settle();
  };
  const booked = (): number =>
    restoreBudget('av', state, world.trueMs, deadlineMs).charges.reduce((sum, { weight }) => sum + weight, 0);
  ask();
  await settle();
  await flush();
  // More than may fly at once: a pace of which a block follows, and somebody waits when it is half used.
  for (let call = 0; call < 12; call++) ask();
  while (reserving.length > 0) await flush();
  for (let round = 0; round < 500 && reserving.length === 0; round++) {
    await world.advanceTo(world.trueMs + 2);
    answer();
    ask();
    await settle();
  }
  t.is(reserving.length, 1, 'a block is being reserved');
  while (permits.length > 0) {
    answer();
    await settle();
  }
  t.is(reserving.length, 1);
  t.true(booked() === calls, 'the block before has ended');
  await flush();
  t.true(booked() > calls, 'the next one is there');
  await flush();
  t.is(booked(), calls);
});
