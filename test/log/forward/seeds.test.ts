import test from 'ava';
import { KafkaFailure } from '../../../src/log/kafka/kafka-failure.js';
import { readAll } from '../contract.js';
import { type Fault, leaderMoved, outOfOrder } from '../kafka/fake-kafka.js';
import { text } from '../record-contract.js';
import { seeded } from '../seeded.js';
import { compare, forwardWorld, requestTimeoutMs } from './world.js';

const away = new KafkaFailure('unreachable', 'no broker answers');
const denied = new KafkaFailure('authorization', 'not allowed');

/** A quarter of an hour of commits while calls fail in every way, Kafka goes and comes, others write, and the process dies at chosen awaits. */
async function run(seed: number): Promise<Record<string, unknown>> {
  const random = seeded(seed);
  const chance = (of: number): boolean => random() < of;
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!;
  const calm = seed % 5 === 0;
  let deaths = 0;
  let early = 0;
  let isOver = false;
  const faults: (() => Fault)[] = [
    () => leaderMoved,
    () => ({ kind: 'lost', afterMs: random() * requestTimeoutMs }),
    () => ({ kind: 'late', afterMs: random() * requestTimeoutMs }),
    () => ({ kind: 'hangs', written: chance(0.5) }),
    () => outOfOrder,
    () => ({ kind: 'refuse', failure: denied }),
  ];
  const world = forwardWorld({
    seed,
    latencyMs: 2,
    wireMs: () => (chance(0.2) ? random() * requestTimeoutMs : 0),
    dies: () => !isOver && chance(calm ? 0 : 0.004) && ++deaths > 0,
    fault: ({ topic, records }) => {
      if (topic === 'cursors') {
        const there = new Set(world.bars().flatMap(all => all.map(({ headers }) => headers['fl-id'])));
        early += records.filter(({ value }) => !there.has(text(value))).length;
      }
      return !isOver && chance(0.05) ? pick(faults)() : undefined;
    },
  });
  world.start();
  for (let step = 0; step < 150; step++) {
    if (world.isDead) {
      world.crash();
      if (chance(0.5)) await world.time.advance(random() * 5_000);
      world.start();
    }
    const what = random();
    if (what < 0.03) world.kafka.down = away;
    else if (what < 0.1) world.kafka.down = undefined;
    else if (what < 0.15 && world.kafka.has('bars'))
      world.kafka.write({
        topic: 'bars',
        partition: Math.floor(random() * 3),
        records: [{ key: 'X', value: Buffer.from('x'), headers: { 'fl-writer': 'source/other', 'fl-seq': '99999' } }],
      });
    else await world.commit(Array.from({ length: 1 + random() * 6 }, () => `K${Math.floor(random() * 9)}`));
    await world.time.advance(random() * 400);
  }
  isOver = true;
  if (world.isDead) {
    world.crash();
    world.start();
  }
  world.kafka.down = undefined;
  await world.shipped(600_000);
  const all = world.bars().map((records, place) => compare(readAll(world.log, 'bars', place, 1e6), records));
  const sum = (name: 'lost' | 'doubled' | 'disordered'): number => all.reduce((total, one) => total + one[name], 0);
  const { breaches } = world.kafka;
  const { failures } = world;
  return {
    seed,
    deaths,
    early,
    breaches,
    failures,
    lost: sum('lost'),
    doubled: sum('doubled'),
    disordered: sum('disordered'),
  };
}

test('nothing is lost, doubled or out of order, and no cursor overtakes its record, whatever fails and whenever the process dies', async t => {
  let deaths = 0;
  for (let seed = 1; seed <= 30; seed++) {
    const { deaths: died, ...found } = await run(seed);
    deaths += Number(died);
    t.deepEqual(found, { seed, early: 0, breaches: [], failures: [], lost: 0, doubled: 0, disordered: 0 });
  }
  t.log(`${deaths} deaths`);
  t.true(deaths > 30);
});
