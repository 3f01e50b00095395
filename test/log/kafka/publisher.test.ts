import test from 'ava';
import { KafkaFailure } from '../../../src/log/kafka/kafka-failure.js';
import type { Published } from '../../../src/log/kafka/publisher.js';
import { batch, record } from '../record-contract.js';
import { type Fault, leaderMoved, outOfOrder, unreachable } from './fake-kafka.js';
import { publishedWorld } from './published-world.js';

const sequence = (...faults: (Fault | undefined)[]) => {
  const left = [...faults];
  return (): Fault | undefined => left.shift();
};
const resultOf = (results: PromiseSettledResult<Published>[], at = 0): Published => {
  const result = results[at]!;
  if (result.status === 'rejected') throw result.reason;
  return result.value;
};
const names = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${prefix}${i}`);

test('a batch is acknowledged with the place of its records, and nothing is told', async t => {
  const world = await publishedWorld();
  world.kafka.write(batch('t', 1, record('other')));
  const results = await world.ship(batch('t', 1, record('a'), record('b')), batch('t', 0, record('c')));
  t.deepEqual(resultOf(results).positions, [{ topic: 't', partition: 1, offset: 1, count: 2 }]);
  t.deepEqual(resultOf(results, 1).positions, [{ topic: 't', partition: 0, offset: 0, count: 1 }]);
  t.deepEqual(world.events, []);
  t.is(world.publisher.heldBytes + world.publisher.heldRecords, 0);
});

test('one call at a time in a partition, partitions beside each other, and what waits meanwhile goes together', async t => {
  const world = await publishedWorld({ latencyMs: 100 });
  const singles = names('k', 20).map((key, i) => batch('t', i % 2, record(key)));
  const results = await world.ship(...singles);
  t.deepEqual(
    world.calls.map(({ partition, records }) => [partition, records.length]),
    [
      [0, 1],
      [1, 1],
      [0, 9],
      [1, 9],
    ],
  );
  t.is(world.time.monotonicMs(), 200);
  t.deepEqual(
    results.map((_, i) => resultOf(results, i).positions[0]!.offset),
    singles.map((_, i) => i >> 1),
  );
  t.deepEqual(world.kafka.breaches, []);
});

test('a batch to the brokers keeps to its bytes and its records, and a larger record goes alone', async t => {
  const world = await publishedWorld({}, { maxBatchBytes: 1000, maxBatchRecords: 4 });
  const sized = (key: string, bytes: number) => record(key, Buffer.alloc(bytes));
  const records = [
    sized('a', 400),
    sized('b', 400),
    sized('c', 400),
    sized('d', 5000),
    ...names('e', 6).map(k => sized(k, 1)),
  ];
  const [result] = await world.ship(batch('t', 0, ...records));
  t.deepEqual(
    world.calls.map(call => call.records.map(({ key }) => key).join()),
    ['a,b', 'c', 'd', 'e0,e1,e2,e3', 'e4,e5'],
  );
  t.deepEqual(resultOf([result!]).positions, [{ topic: 't', partition: 0, offset: 0, count: 10 }]);
});

test('after any failure the identical batch goes again before anything newer, with growing pauses, however long it takes', async t => {
  const faults = [
    leaderMoved,
    unreachable,
    { kind: 'lost', afterMs: 30_000 } as const,
    ...Array.from({ length: 40 }, () => leaderMoved),
  ];
  const world = await publishedWorld({ fault: sequence(...faults) });
  const first = world.publisher.publish(batch('t', 0, record('a'), record('b')));
  const second = world.publisher.publish(batch('t', 0, record('c')));
  await world.time.runUntil(() => world.publisher.heldRecords === 0);
  t.deepEqual((await first).positions[0], { topic: 't', partition: 0, offset: 0, count: 2 });
  t.is((await second).positions[0]!.offset, 2);
  t.deepEqual(world.keys(0), ['a', 'b', 'c']);
  t.true(world.calls.slice(0, 44).every(({ records }) => records === world.calls[0]!.records));
  t.deepEqual(world.kafka.breaches, []);
  t.true(world.time.monotonicMs() > 90_000 && world.time.monotonicMs() < 30_000 + 45 * 5000);
  t.deepEqual(
    world.events.map(event => (event.kind === 'failing' ? event.failure.code : event.kind)),
    ['not-leader', 'unreachable', 'timeout', 'not-leader', 'recovered'],
  );
});

test('a record that is too large for the brokers comes back alone, in order and with its number, the others are written', async t => {
  const world = await publishedWorld({ maxBatchBytes: 100 });
  const big = (key: string) => record(key, Buffer.alloc(200));
  const results = await world.ship(
    batch('t', 0, record('a'), record('b'), big('X'), record('c'), record('d')),
    batch('t', 0, big('Y'), record('e')),
  );
  t.deepEqual(world.keys(0), ['a', 'b', 'c', 'd', 'e']);
  const [first, second] = [resultOf(results), resultOf(results, 1)];
  t.deepEqual(
    [first, second].map(({ refused }) =>
      refused.map(({ index, record: { key }, failure }) => [index, key, failure.code]),
    ),
    [[[2, 'X', 'too-large']], [[0, 'Y', 'too-large']]],
  );
  t.is(
    first.positions.reduce((sum, { count }) => sum + count, 0),
    4,
  );
  t.deepEqual(second.positions, [{ topic: 't', partition: 0, offset: 4, count: 1 }]);
  t.deepEqual(world.events, []);
});

test('out of order: a fresh producer sends the identical batch again, even one that looks like the last', async t => {
  const world = await publishedWorld({ fault: sequence(undefined, outOfOrder, undefined) });
  await world.ship(batch('t', 0, record('a')));
  await world.ship(batch('t', 0, record('a')), batch('t', 0, record('d')));
  t.deepEqual(world.keys(0), ['a', 'a', 'd']);
  t.is(world.kafka.producers, 2);
  t.deepEqual(
    world.events.map(({ kind }) => kind),
    ['failing', 'producer-renewed', 'looked', 'recovered'],
  );
});

test('a fresh producer does not double what had arrived, among records of others too', async t => {
  const world = await publishedWorld({
    fault: sequence(undefined, { kind: 'lost', afterMs: 1000 }, outOfOrder, undefined),
  });
  await world.ship(batch('t', 0, record('a')));
  const shipped = world.ship(batch('t', 0, record('b'), record('c')));
  await world.time.advance(0);
  world.kafka.write(batch('t', 0, record('x'), record('b')));
  const results = await shipped;
  t.deepEqual(world.keys(0), ['a', 'b', 'c', 'x', 'b']);
  t.deepEqual(resultOf(results).positions, [{ topic: 't', partition: 0, offset: 1, count: 2 }]);
  t.true(world.events.some(event => event.kind === 'looked' && event.found));
  await world.ship(batch('t', 0, record('d')));
  t.is(world.keys(0).at(-1), 'd');
});

test('a call that hangs is given up with its producer after the deadline, for all partitions, and what was written is found', async t => {
  const hangs: Fault = { kind: 'hangs', written: true };
  const world = await publishedWorld({ fault: sequence(hangs, { kind: 'hangs', written: false }) });
  const results = await world.ship(batch('t', 0, record('a')), batch('t', 1, record('b')));
  t.is(resultOf(results).positions[0]!.offset, 0);
  t.deepEqual([world.keys(0), world.keys(1)], [['a'], ['b']]);
  t.is(world.kafka.producers, 2);
  t.true(world.time.monotonicMs() >= 120_000, 'the deadline, and the time a batch may be on its way');
});

test('a producer is renewed for as long as it takes', async t => {
  const world = await publishedWorld({ fault: sequence(outOfOrder) });
  world.time.schedule(() => {
    world.kafka.down = undefined;
  }, 600_000);
  const shipped = world.ship(batch('t', 0, record('a')));
  world.kafka.down = new KafkaFailure('authorization', 'no right to write');
  await shipped;
  t.deepEqual(world.keys(0), ['a']);
  t.true(world.time.monotonicMs() >= 600_000 && world.time.monotonicMs() < 640_000);
});

test('what is held is bounded: beyond it nothing is taken, but one batch always is', async t => {
  const world = await publishedWorld({ latencyMs: 10 }, { maxHeldBytes: 1000 });
  const large = batch('t', 0, record('large', Buffer.alloc(5000)));
  const taken = world.publisher.publish(large);
  await t.throwsAsync(world.publisher.publish(batch('t', 1, record('a'))), { instanceOf: KafkaFailure, code: 'full' });
  t.true(world.publisher.heldBytes > 5000 && world.publisher.heldRecords === 1);
  await world.time.advance(10);
  await taken;
  await world.ship(batch('t', 1, record('a', Buffer.alloc(400))), batch('t', 1, record('b', Buffer.alloc(400))));
  t.deepEqual(world.keys(1), ['a', 'b']);
});

test('closing ships what was taken, or says what remains at its deadline', async t => {
  const world = await publishedWorld({ latencyMs: 10 });
  const taken = world.publisher.publish(batch('t', 0, record('a')));
  const closed = world.publisher.close(1000);
  await world.time.advance(10);
  t.is(await closed, 0);
  t.is((await taken).positions.length, 1);
  await t.throwsAsync(world.publisher.publish(batch('t', 0, record('b'))), { code: 'closed' });

  const down = await publishedWorld();
  down.kafka.down = new KafkaFailure('unreachable', 'no broker answers');
  const results = down.ship(batch('t', 0, record('a'), record('b')), batch('t', 1, record('c')));
  const remaining = down.publisher.close(5000);
  t.deepEqual(
    (await results).map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  t.is(await remaining, 3);
  t.is(down.time.waiting, 0, 'nothing goes on behind');
});
