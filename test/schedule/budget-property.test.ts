import test from 'ava';
import fc from 'fast-check';
import type { StateChange } from '../../src/log/log.js';
import { budget, type Permit } from '../../src/schedule/budget.js';
import type { Limit } from '../../src/schedule/limit.js';
import { replaying, runs } from '../property-runs.js';
import { type Call, excess, windowId } from './counting-rule.js';
import { createState, createWorld, type World } from './world.js';

const seconds = 1_000;
const minutes = 60_000;
const hours = 3_600_000;
const deadlineMs = 20_000;

const sliding = fc.record({
  requests: fc.integer({ min: 1, max: 12 }),
  perMs: fc.constantFrom(1 * seconds, 7 * seconds, 1 * minutes, 1 * hours, 24 * hours),
});
const short = fc.record({
  requests: fc.integer({ min: 1, max: 12 }),
  perMs: fc.constantFrom(1 * seconds, 1 * minutes, 1 * hours),
  resetsAt: fc.constantFrom('00:00', '09:30'),
  zone: fc.constantFrom('UTC', 'America/New_York'),
});
const day = fc.record({
  requests: fc.integer({ min: 1, max: 25 }),
  perMs: fc.constant(24 * hours),
  resetsAt: fc.constantFrom('00:00', '12:00', '23:30'),
  zone: fc.constantFrom('UTC', 'America/New_York', 'Europe/Berlin', 'Asia/Kolkata', 'Australia/Lord_Howe'),
});
const limits = fc.array(fc.oneof(sliding, short, day), { minLength: 1, maxLength: 3 });

// Around the two days on which New York changes its clocks, one on which Berlin does, and an ordinary one.
const starts = fc
  .constantFrom('2024-03-09T20:00Z', '2024-11-02T20:00Z', '2024-10-26T16:00Z', '2024-06-11T21:59Z')
  .map(Date.parse);

const latency = fc.oneof(fc.integer({ min: 0, max: 900 }), fc.integer({ min: 0, max: deadlineMs }));
type Kind = 'run' | 'crash' | 'jump' | 'actor restart';
interface Step {
  readonly kind: Kind;
  readonly ms: number;
}
const stepOf =
  (kind: Kind) =>
  (ms: fc.Arbitrary<number>): fc.Arbitrary<Step> =>
    fc.record({ kind: fc.constant(kind), ms });
const [run, crash, jump] = [stepOf('run'), stepOf('crash'), stepOf('jump')];
const step = fc.oneof(
  { weight: 6, arbitrary: run(fc.constantFrom(300, 5_000, minutes, hours, 7 * hours)) },
  { weight: 2, arbitrary: crash(fc.constantFrom(0, 40, 10 * seconds, 2 * hours)) },
  { weight: 2, arbitrary: jump(fc.constantFrom(-hours, hours, -90 * seconds, 90 * seconds)) },
  { weight: 1, arbitrary: stepOf('actor restart')(fc.constant(0)) },
);

interface Plan {
  readonly limits: readonly Limit[];
  readonly startMs: number;
  readonly concurrency: number;
  readonly latencies: readonly number[];
  readonly weights: readonly number[];
  readonly reserveMs: number;
}

const mostCalls = 150;

/** A source under load: `concurrency + 2` requests wait at any time, answers take as long as planned. */
function createLoad(world: World, plan: Plan) {
  const { concurrency, latencies, weights, reserveMs } = plan;
  const state = createState();
  const calls: Call[] = [];
  let asked = 0;
  let life = 0;
  let jumps = 0;
  let knownJumps = 0;
  let broken: string | undefined;
  let restartActor: () => void = () => {};

  /** @returns the write to be done later; it can only tell of jumps before this moment */
  const prepare = (changes: readonly StateChange[]): (() => void) => {
    const known = jumps;
    return () => {
      state.write(changes);
      knownJumps = Math.max(knownJumps, known);
    };
  };

  function start(): void {
    life += 1;
    const mine = life;
    const later = (delayMs: number, work: () => void): void =>
      world.at(world.trueMs + delayMs, () => {
        if (mine === life) work();
      });
    const factory = budget({
      source: 'av',
      limits: plan.limits,
      concurrency,
      deadlineMs,
      state,
      time: world.time,
      random: () => 0.5,
      report: () => {},
      reserve: changes =>
        new Promise(resolve => {
          const write = prepare(changes);
          later(reserveMs, () => {
            write();
            resolve();
          });
        }),
    });
    let actor = world.spawn(factory);
    restartActor = () => {
      actor.kill();
      actor = world.spawn(factory);
    };
    const request = (): void => {
      asked += 1;
      const most = Math.min(...plan.limits.map(({ requests }) => requests));
      const weight = Math.min(weights[asked % weights.length]!, most);
      actor.tell({ kind: 'request', id: String(asked), weight, replyTo: reply => call(reply as Permit) });
    };
    const call = (permit: Permit): void => {
      if (mine !== life) return;
      const made: Call = { permitMs: world.trueMs, answerMs: Number.POSITIVE_INFINITY, weight: permit.weight };
      const latencyMs = latencies[calls.length % latencies.length]!;
      calls.push(made);
      broken ??= excess(calls, plan.limits, world.trueMs);
      later(latencyMs, () => {
        made.answerMs = world.trueMs;
        // The owner's transaction takes a while; a crash before its end loses it.
        later(30, prepare(permit.settled({ kind: 'records' })));
        if (calls.length < mostCalls) request();
      });
    };
    for (let i = 0; i < concurrency + 2; i++) request();
  }

  start();
  return {
    calls,
    broken: () => broken,
    restartActor: () => restartActor(),
    jump(ms: number): void {
      world.jumpWall(ms);
      if (ms > 0) jumps += 1;
    },
    async crash(downMs: number): Promise<void> {
      // The vendor's fixed windows are those of the true time, which a start with a wrong clock cannot know. Sliding ones it can keep.
      if (plan.limits.some(limit => limit.resetsAt !== undefined)) this.jump(-world.wallOffsetMs());
      // A clock that was set forward just before the end, unnoticed by any write, cannot be told from time that has passed.
      if (knownJumps < jumps) return;
      life += 1;
      for (const call of calls) call.answerMs = Math.min(call.answerMs, world.trueMs);
      await world.advanceTo(world.trueMs + downMs);
      start();
    },
  };
}

const plansOf = (stacked: typeof limits): fc.Arbitrary<Plan> =>
  fc.record({
    limits: stacked,
    startMs: starts,
    concurrency: fc.integer({ min: 1, max: 4 }),
    latencies: fc.array(latency, { minLength: 1, maxLength: 20 }),
    weights: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 5 }),
    reserveMs: fc.constantFrom(0, 3, 200),
  });

/** @returns how many calls were permitted */
async function follow(plan: Plan, steps: readonly Step[]): Promise<number> {
  const world = createWorld(plan.startMs);
  const load = createLoad(world, plan);
  for (const { kind, ms } of steps) {
    if (load.calls.length >= mostCalls) break;
    if (kind === 'run') await world.advanceTo(world.trueMs + ms);
    if (kind === 'crash') await load.crash(ms);
    if (kind === 'jump') load.jump(ms);
    if (kind === 'actor restart') load.restartActor();
  }
  if (load.broken() !== undefined) throw new Error(load.broken());
  return load.calls.length;
}

test('no window is ever exceeded: not by latency, crashes at any point, jumps of the wall clock, clock changes of a zone or restarts of the actor', async t => {
  let permits = 0;
  await fc.assert(
    fc.asyncProperty(plansOf(limits), fc.array(step, { minLength: 1, maxLength: 25 }), async (plan, steps) => {
      permits += await follow(plan, steps);
    }),
    runs(80),
  );
  t.true(replaying || permits > 500, `${permits} permits are too few to prove anything`);
});

test('a clock that is set back and forth around the end of a window, with crashes in between, wins no calls', async t => {
  const long = fc.array(
    fc.oneof(
      sliding.filter(({ perMs }) => perMs >= hours),
      day,
    ),
    { minLength: 1, maxLength: 1 },
  );
  const nervous = fc.oneof(
    { weight: 3, arbitrary: run(fc.integer({ min: 1, max: 50 }).map(count => count * minutes)) },
    { weight: 2, arbitrary: jump(fc.constantFrom(-hours, hours)) },
    { weight: 1, arbitrary: crash(fc.constantFrom(0, 10 * seconds)) },
  );
  await fc.assert(
    fc.asyncProperty(plansOf(long), fc.array(nervous, { minLength: 10, maxLength: 60 }), async (plan, steps) => {
      await follow(plan, steps);
    }),
    runs(150),
  );
  t.pass();
});

/** The first instant after `ms` at which another window of this limit begins. */
function nextWindow(limit: Limit, ms: number): number {
  let [before, after] = [ms, ms + 26 * hours];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (windowId(limit, middle) > windowId(limit, ms)) after = middle;
    else before = middle;
  }
  return after;
}

/** When a greedy caller that keeps the rule, and knows nothing else, would have made these calls. */
function greedyPermits({ limits: stacked, startMs, concurrency, latencies, weights }: Plan, count: number): number[] {
  const calls: Call[] = [];
  let nowMs = startMs;
  while (calls.length < count) {
    const index = calls.length;
    const most = Math.min(...stacked.map(({ requests }) => requests));
    const weight = Math.min(weights[(index + 1) % weights.length]!, most);
    const instants = stacked.flatMap(limit =>
      limit.resetsAt === undefined
        ? calls.map(({ answerMs }) => answerMs + limit.perMs)
        : [nowMs, ...calls.map(({ answerMs }) => answerMs)].map(ms => nextWindow(limit, ms)),
    );
    const fits = (permitMs: number): boolean =>
      calls.filter(({ answerMs }) => answerMs > permitMs).length < concurrency &&
      excess([...calls, { permitMs, answerMs: Number.POSITIVE_INFINITY, weight }], stacked, permitMs) === undefined;
    nowMs = [nowMs, ...calls.map(({ answerMs }) => answerMs), ...instants]
      .filter(ms => ms >= nowMs)
      .sort((a, b) => a - b)
      .find(fits)!;
    calls.push({ permitMs: nowMs, answerMs: nowMs + latencies[index % latencies.length]!, weight });
  }
  return calls.map(({ permitMs }) => permitMs);
}

test('while work waits, each call is permitted at the very instant at which the rule first allows it', async t => {
  await fc.assert(
    fc.asyncProperty(plansOf(limits), async random => {
      const plan = { ...random, reserveMs: 0 };
      const world = createWorld(plan.startMs);
      const load = createLoad(world, plan);
      await world.advanceTo(world.trueMs + 12 * minutes);
      const permits = load.calls.slice(0, 30).map(({ permitMs }) => permitMs - plan.startMs);
      const greedy = greedyPermits(plan, permits.length + 1).map(ms => ms - plan.startMs);
      t.deepEqual(permits, greedy.slice(0, permits.length));
      if (permits.length < 30) t.true(greedy.at(-1)! > 12 * minutes);
    }),
    runs(60),
  );
});
