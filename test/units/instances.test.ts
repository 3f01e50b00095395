import test from 'ava';
import { HttpFailure } from '../../src/http/edge.js';
import { heldEdge, mayHaveReachedVendor } from '../../src/ingest/fetch.js';
import { KafkaFailure } from '../../src/log/kafka/kafka-failure.js';
import { unreachable } from '../log/kafka/fake-kafka.js';
import { seeded } from '../log/seeded.js';
import { type Instance, instancesWorld, type Seen, sessionTimeoutMs } from './instances.js';

const minute = 60_000;

/** How often a source was called by another instance than the time before. */
const handOvers = (calls: readonly Seen[], source: string): number => {
  const by = calls.filter(one => one.source === source).map(({ instance }) => instance);
  return by.filter((one, at) => at > 0 && one !== by[at - 1]).length;
};

const runs = ({ running }: Instance): string[] => [...running.peek().keys()].sort();

test('one instance runs all; three share; what one leaves the others take over', async t => {
  const world = instancesWorld({ seed: 1, sources: 6, symbols: 4, perMinute: 10 });
  const a = world.start('a');
  await world.advance(2 * minute);
  t.deepEqual(runs(a), world.sources);
  const b = world.start('b');
  const c = world.start('c');
  await world.advance(2 * minute);
  t.deepEqual(
    [a, b, c].map(one => runs(one).length),
    [2, 2, 2],
  );
  b.kill();
  const killedMs = world.clock.now();
  const before = world.calls.length;
  await world.advance(sessionTimeoutMs + 7_000);
  t.deepEqual(
    [a, c].map(one => runs(one).length),
    [3, 3],
  );
  t.true(world.clock.now() - killedMs <= 15_000);
  t.true(world.calls.length > before);
  c.running.drain();
  await world.advance(minute);
  t.true(c.ended());
  t.deepEqual(runs(a), world.sources);
  t.deepEqual(world.violations, []);
  t.deepEqual(world.failures, []);
  await world.advance(3 * minute);
  t.deepEqual(world.missing(world.clock.now() - 3 * minute), []);
  for (const source of world.sources) t.true(handOvers(world.calls, source) <= 3);
});

/** Some minutes in which instances are killed, frozen and stopped, and Kafka is away for a while. */
async function turmoil(seed: number) {
  const random = seeded(seed);
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!;
  const world = instancesWorld({ seed, sources: 4, symbols: 3, perMinute: 8 });
  const names = ['a', 'b', 'c'];
  const alive = new Map<string, Instance>(names.map(name => [name, world.start(name)]));
  const counts = { kills: 0, freezes: 0, stops: 0, outages: 0 };
  const away = new KafkaFailure('unreachable', 'no broker answers');
  for (let step = 0; step < 60; step++) {
    const name = pick(names);
    const instance = alive.get(name);
    const what = random();
    if (instance === undefined) alive.set(name, world.start(name));
    else if (instance.machine.isFrozen) instance.machine.thaw();
    else if (what < 0.15) {
      counts.kills++;
      instance.kill();
      alive.delete(name);
    } else if (what < 0.35) {
      counts.freezes++;
      instance.machine.freeze();
    } else if (what < 0.45 && world.kafka.down === undefined) {
      counts.stops++;
      instance.running.drain();
      await world.advance(20_000);
      if (instance.ended()) alive.delete(name);
      else {
        instance.kill();
        alive.delete(name);
      }
    } else if (what < 0.5) {
      counts.outages++;
      [world.kafka.down, world.group.down] = [away, away];
    } else if (what < 0.7) [world.kafka.down, world.group.down] = [undefined, undefined];
    await world.advance(random() * 20_000);
  }
  [world.kafka.down, world.group.down] = [undefined, undefined];
  for (const name of names) {
    alive.get(name)?.machine.thaw();
    if (!alive.has(name)) alive.set(name, world.start(name));
  }
  await world.advance(3 * minute);
  const held = [...alive.values()].flatMap(runs).sort();
  const { failures, violations } = world;
  const missing = world.missing(world.clock.now() - 3 * minute);
  return {
    counts,
    doubled: world.doubled(),
    found: { seed, held, failures, violations, missing, restated: world.restated() },
  };
}

test('whatever is killed, frozen, stopped or cut off: no bar is missing, no key is asked more often than it may be, and each source has one owner', async t => {
  const all = { kills: 0, freezes: 0, stops: 0, outages: 0, doubled: 0 };
  for (let seed = 1; seed <= 5; seed++) {
    const { counts, doubled, found } = await turmoil(seed);
    for (const name of ['kills', 'freezes', 'stops', 'outages'] as const) all[name] += counts[name];
    all.doubled += doubled;
    t.deepEqual(found, {
      seed,
      held: ['s0', 's1', 's2', 's3'],
      failures: [],
      violations: [],
      missing: [],
      restated: 0,
    });
  }
  t.log(all);
});

test('no call is made before its reservation is in Kafka, and polling goes on once it is', async t => {
  const world = instancesWorld({ seed: 2, sources: 1, symbols: 4, perMinute: 10 });
  world.kafka.fault = ({ topic, records }) =>
    topic === 'cursors' && records.some(({ key }) => key.includes('/charge/')) ? unreachable : undefined;
  const a = world.start('a');
  await world.advance(2 * minute);
  t.deepEqual(runs(a), world.sources);
  t.is(world.calls.length, 0);
  world.kafka.fault = undefined;
  await world.advance(2 * minute);
  t.true(world.calls.length >= 8);
});

test('an owner whose clock is a little ahead makes no call before the quota of the last one is free again by the vendor’s', async t => {
  const world = instancesWorld({ seed: 5, sources: 1, symbols: 20, perMinute: 10 });
  const names = ['a', 'b', 'c'];
  let before = world.start('start');
  await world.advance(90_000);
  for (const [at, name] of names.entries()) {
    const next = world.start(name, 900 * (at + 1));
    await world.advance(10_000);
    before.kill();
    await world.advance(100_000);
    t.true(world.calls.at(-1)?.instance === name);
    before = next;
  }
  t.deepEqual(world.violations, []);
});

test('what one instance spent before there were several counts for it and for the next owner', async t => {
  const world = instancesWorld({ seed: 6, sources: 1, symbols: 20, perMinute: 10 });
  const away = new KafkaFailure('unreachable', 'no broker answers');
  [world.kafka.down, world.group.down] = [away, away];
  const a = world.start('a');
  const spentMs = world.clock.now();
  const spent = Buffer.from(JSON.stringify({ atMs: spentMs, doneMs: spentMs, weight: 10 }));
  await a.log.append({ batches: [], state: [['charge/s0/000000000001', spent]] });
  [world.kafka.down, world.group.down] = [undefined, undefined];
  await world.advance(20_000);
  t.deepEqual(runs(a), world.sources);
  a.kill();
  const b = world.start('b');
  await world.advance(30_000);
  t.deepEqual(runs(b), world.sources);
  t.is(world.calls.length, 0);
  await world.advance(30_000);
  t.true(world.calls.length > 0);
});

test('a process that stood still since its permit makes no call', async t => {
  const edge = heldEdge(
    () => t.fail(),
    () => false,
  );
  const failure = await t.throwsAsync(edge({ url: 'http://fake/' }), { instanceOf: HttpFailure });
  t.is(failure.code, 'not-held');
  t.false(mayHaveReachedVendor(failure));
});
