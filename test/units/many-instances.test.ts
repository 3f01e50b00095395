import test from 'ava';
import type { Cluster } from '../../src/log/kafka/cluster.js';
import { KafkaFailure } from '../../src/log/kafka/kafka-failure.js';
import { openMemoryLog } from '../../src/log/memory.js';
import { manyInstances } from '../../src/units/many-instances.js';
import { fakeKafka } from '../log/kafka/fake-kafka.js';
import { seeded } from '../log/seeded.js';
import { createWorldClock } from '../sim/clock.js';
import { instancesWorld } from './instances.js';
import { createMachine } from './machine.js';

const minute = 60_000;

test('limits that are changed before there is contact with the group hold once there is', async t => {
  const world = instancesWorld({ seed: 3, sources: 1, symbols: 6, perMinute: 10 });
  world.kafka.down = new KafkaFailure('unreachable', 'no broker answers');
  const a = world.start('a');
  await world.advance(minute);
  a.running.setLimits('s0', [{ requests: 2, perMs: minute }]);
  world.kafka.down = undefined;
  await world.advance(3 * minute);
  const inMinute = world.calls.map(({ atMs }) =>
    world.calls.filter(one => one.atMs > atMs - minute && one.atMs <= atMs),
  );
  t.true(world.calls.length >= 4);
  t.is(Math.max(...inMinute.map(({ length }) => length)), 2);
});

test('one that is told to end while it connects ends, joins nothing and closes what it opened', async t => {
  const clock = createWorldClock(Date.UTC(2026, 2, 10));
  const { time } = createMachine(clock);
  const log = openMemoryLog({});
  log.ensureTopic('cursors', { cleanup: 'compact', partitions: 1 });
  const inner = fakeKafka({ time, latencyMs: 3 }).connect();
  let closed = 0;
  let answer: (cluster: Cluster) => void = () => undefined;
  const running = manyInstances({
    plan: { sources: [], lists: [], topics: { symbols: 'symbols', deadLetters: 'dead' }, once: false },
    world: {
      time,
      random: seeded(1),
      log,
      listEdge: () => Promise.reject(new Error('no lists here')),
      listFile: () => {
        throw new Error('no lists here');
      },
      report: () => undefined,
      redact: text => text,
    },
    connect: () =>
      new Promise(resolve => {
        answer = resolve;
      }),
    createMembership: () => {
      throw new Error('it was told to end');
    },
    sessionTimeoutMs: 8_000,
    claims: { name: 'units', cleanup: 'compact', partitions: 24, replication: 1 },
    cursors: 'cursors',
    host: 'here/1',
    acknowledged: () => Promise.resolve(),
    shipped: () => Promise.resolve(),
    time,
  });
  const ended = new Promise<void>((resolve, reject) => {
    running.run.subscribe({ complete: resolve, error: reject });
  });
  running.drain();
  await ended;
  await running.leave(1_000);
  answer(Object.assign(Object.create(inner) as Cluster, { close: async () => void closed++ }));
  await clock.runUntil(() => closed > 0);
  t.is(closed, 1);
});
