import test from 'ava';
import { createClaims } from '../../src/units/claims.js';
import { fakeKafka, unreachable } from '../log/kafka/fake-kafka.js';
import { createWorldClock } from '../sim/clock.js';
import { createMachine } from './machine.js';

async function world(fault?: Parameters<typeof fakeKafka>[0]['fault']) {
  const clock = createWorldClock(Date.UTC(2026, 2, 10));
  const kafka = fakeKafka({ time: createMachine(clock).time, latencyMs: 3, ...(fault && { fault }) });
  const cluster = kafka.connect();
  await cluster.createTopic('units', { partitions: 1, replication: 1, cleanup: 'compact' });
  const settled = async (works: readonly Promise<unknown>[]): Promise<readonly string[]> => {
    let isOver = false;
    const results = Promise.allSettled(works).finally(() => {
      isOver = true;
    });
    clock.after(60_000, () => undefined);
    await clock.runUntil(() => isOver);
    return (await results).map(({ status }) => status);
  };
  return { kafka, claims: createClaims(cluster, 'units'), settled };
}

const claim = (unit: string, instance: string, epoch: number) => ({
  unit,
  instance,
  epoch,
  host: 'here/1',
  claimedAt: '2026-03-10T00:00:00.000Z',
});

test('of two that claim the same epoch the first has it, and a late claim of an earlier one changes nothing', async t => {
  const { claims, settled } = await world();
  await settled([claims.write(0, claim('source/a', 'x', 2))]);
  await settled([claims.write(0, claim('source/a', 'y', 2)), claims.write(0, claim('source/a', 'z', 1))]);
  const found = claims.read(0);
  await settled([found]);
  t.is((await found).get('source/a')?.instance, 'x');
});

test('units that hash alike claim one after another, and after a failure nothing else goes in the place of the claim that failed', async t => {
  const { kafka, claims, settled } = await world((_, call) => (call < 2 ? unreachable : undefined));
  const names = ['source/a', 'source/b', 'list/c'];
  t.deepEqual(await settled(names.map(name => claims.write(0, claim(name, 'x', 1)))), [
    'rejected',
    'fulfilled',
    'fulfilled',
  ]);
  t.deepEqual(kafka.breaches, []);
  t.deepEqual(
    kafka.records('units', 0).map(({ key }) => key),
    ['source/b', 'list/c'],
  );
});
