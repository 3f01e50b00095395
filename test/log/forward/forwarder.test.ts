import test from 'ava';
import { KafkaFailure } from '../../../src/log/kafka/kafka-failure.js';
import { readAll } from '../contract.js';
import { text } from '../record-contract.js';
import { compare, forwardWorld, requestTimeoutMs, type World } from './world.js';

const keys = Array.from({ length: 12 }, (_, i) => `K${i}`);

const differences = (world: World) =>
  world.bars().map((records, partition) => compare(readAll(world.log, 'bars', partition, 1e6), records));
const none = { lost: 0, doubled: 0, disordered: 0 };
const away = new KafkaFailure('unreachable', 'no broker answers');

test('what is committed arrives in Kafka in order, with its headers, and the position is remembered a few times a second', async t => {
  const world = forwardWorld();
  world.start();
  for (let i = 0; i < 20; i++) {
    await world.commit(keys);
    await world.time.advance(50);
  }
  await world.shipped();
  t.deepEqual(differences(world), [none, none, none]);
  const [first] = world.kafka.records('bars', 0);
  t.is(first?.headers['fl-writer'], 'source/s');
  t.is(first?.headers['fl-seq'], '0');
  await world.time.advance(300);
  const end = world.log.ends('bars')[0]!.end;
  t.deepEqual(JSON.parse(text(world.log.get('forward/bars/0'))!), { localNext: end, kafkaNext: end, topicId: '0' });
  t.deepEqual(world.forwarder.backlog(), { records: 0, bytes: 0, oldestMs: 0 });
  t.deepEqual(world.kafka.breaches, []);
});

test('a cursor never reaches Kafka before its records, whatever fails', async t => {
  const world = forwardWorld({ latencyMs: 5 });
  let early = 0;
  world.kafka.fault = ({ topic, records }, call) => {
    if (topic === 'cursors') {
      const there = new Set(world.bars().flatMap(partition => partition.map(({ key }) => key)));
      early += records.filter(({ key }) => !there.has(key)).length;
    } else if (call % 3 === 0) return { kind: 'lost', afterMs: 40 };
    return undefined;
  };
  world.start();
  for (let i = 0; i < 30; i++) {
    await world.commit([`N${i}`, `M${i}`, `O${i}`]);
    await world.time.advance(20);
  }
  await world.shipped();
  t.is(early, 0);
  t.true(world.kafka.records('cursors', 0).length > 0);
});

test('while Kafka is away records are kept, the reason and the backlog are told, and after its return all of it follows in order', async t => {
  const world = forwardWorld();
  world.start();
  await world.commit(keys);
  await world.shipped();
  world.kafka.down = away;
  for (let i = 0; i < 100; i++) {
    await world.commit(keys);
    await world.time.advance(600);
  }
  const { records, bytes, oldestMs } = world.forwarder.backlog();
  t.true(records >= 100 * keys.length);
  t.true(bytes > 1_000);
  t.is(Math.round(oldestMs / 1_000), 60);
  t.is(world.forwarder.reason, 'no broker answers');
  world.kafka.down = undefined;
  await world.shipped();
  t.deepEqual(differences(world), [none, none, none]);
  const told = world.events.flatMap(event => (event.kind === 'component' ? [event.ready] : []));
  t.deepEqual(told, [true, false, true]);
});

test('what arrived before a kill is not sent again, though its acknowledgement never came and others wrote behind it', async t => {
  const world = forwardWorld({ wireMs: () => 700 });
  world.start();
  await world.commit(keys);
  await world.shipped();
  await world.commit(keys);
  await world.time.advance(10);
  world.crash();
  await world.time.advance(100);
  const headers = { 'fl-writer': 'source/other', 'fl-seq': '7', 'fl-epoch': '0' };
  world.kafka.write({ topic: 'bars', partition: 0, records: [{ key: 'X', value: Buffer.from('x'), headers }] });
  world.start();
  await world.time.advance(2 * requestTimeoutMs - 1);
  t.is(world.bars().flat().length, 2 * keys.length + 1, 'the wire brought what was under way, the new process nothing');
  await world.shipped();
  t.deepEqual(differences(world), [none, none, none]);
});

test('after an orderly end the next process goes on at once', async t => {
  const world = forwardWorld();
  world.start();
  await world.commit(keys);
  await world.time.advance(100);
  const closing = world.forwarder.close(1_000);
  await world.time.advance(1);
  await closing;
  t.is(world.log.get('forward/running'), undefined);
  world.crash();
  world.start();
  await world.commit(keys);
  await world.time.advance(20);
  t.is(world.bars().flat().length, 2 * keys.length);
});

test('an end with a batch under way is no orderly one', async t => {
  const world = forwardWorld();
  world.start();
  await world.time.advance(1);
  world.kafka.fault = () => ({ kind: 'hangs', written: true });
  await world.commit(keys);
  await world.time.advance(100);
  const closing = world.forwarder.close(500);
  await world.time.advance(5_000);
  await closing;
  t.is(text(world.log.get('forward/running')), '1');
  t.true(world.forwarder.backlog().records > 0);
});

test('a record that is too large for the brokers becomes a dead letter alone, once, and its batch mates arrive', async t => {
  const world = forwardWorld({ maxBatchBytes: 100_000 });
  await world.commit(['A', 'B', 'C']);
  await world.commit(['A'], Buffer.alloc(200_000, 'x'));
  await world.commit(['A', 'B', 'C']);
  world.start();
  await world.shipped();
  t.deepEqual(
    world
      .bars()
      .flat()
      .map(({ key }) => key)
      .sort(),
    ['A', 'A', 'B', 'B', 'C', 'C'],
  );
  const kept = world.kafka.records('letters', 0);
  const letters = kept.map(({ value }) => JSON.parse(text(value)!) as { payload: string });
  t.is(letters.length, 1);
  t.is(kept[0]?.headers['fl-writer'], 'forward/memory', 'of this log: another one counts by itself');
  t.like(letters[0], {
    code: 'too-large',
    truncated: true,
    origin: { writer: 'source/s', topic: 'bars', symbol: 'A' },
  });
  t.is(letters[0]?.payload.length, 65_536);
});

test('a letter that is too large itself is lost with an error, and does not write letters for ever', async t => {
  const world = forwardWorld({ maxBatchBytes: 20_000 });
  await world.commit(['A'], Buffer.alloc(30_000));
  await world.commit(['A']);
  world.start();
  await world.shipped();
  t.is(world.bars().flat().length, 1);
  t.deepEqual(
    world.events.flatMap(event => (event.kind === 'records-refused' ? [[event.topic, event.kept]] : [])),
    [
      ['bars', true],
      ['letters', false],
    ],
  );
});

test('a topic that was deleted and made again gets what the local log still keeps, in order, and this is said', async t => {
  const world = forwardWorld();
  world.start();
  for (let i = 0; i < 5; i++) {
    await world.commit(keys);
    await world.shipped();
  }
  world.kafka.remove('bars');
  await world.commit(keys);
  await world.shipped();
  await world.commit(keys);
  await world.shipped();
  // One batch of each partition met the new topic first: it is there twice, all else once and in order.
  const doubled = differences(world).map(found => found.doubled);
  t.is(
    doubled.reduce((sum, one) => sum + one),
    keys.length,
  );
  const behind = world.bars().map((records, place) => records.slice(doubled[place]));
  t.deepEqual(
    behind.map((records, place) => compare(readAll(world.log, 'bars', place, 1e6), records)),
    [none, none, none],
  );
  t.is(world.events.filter(({ kind }) => kind === 'topic-recreated').length, 3);
  t.is(world.forwarder.reason, undefined);
});

test('a topic that was deleted is made again, though some brokers have not heard of it and describe it still', async t => {
  const world = forwardWorld();
  world.start();
  await world.commit(keys);
  await world.shipped();
  world.kafka.remove('bars', 3);
  await world.commit(keys);
  await world.shipped();
  t.true(world.kafka.has('bars'));
  t.deepEqual(
    differences(world).map(({ lost }) => lost),
    [0, 0, 0],
  );
});

test('a topic that was made again while nobody ran is known by its id, and by offsets that went back', async t => {
  const world = forwardWorld();
  world.start();
  await world.commit(keys);
  await world.shipped();
  const closing = world.forwarder.close(1_000);
  await world.time.advance(1);
  await closing;
  world.kafka.remove('bars');
  await world.kafka.connect().createTopic('bars', { partitions: 3, replication: 1, cleanup: 'delete' });
  for (const partition of [0, 1, 2])
    for (let i = 0; i < 50; i++)
      world.kafka.write({ topic: 'bars', partition, records: [{ key: 'X', value: Buffer.from('x'), headers: {} }] });
  world.crash();
  world.start();
  await world.commit(keys);
  await world.shipped();
  t.deepEqual(differences(world), [none, none, none]);
});

test('a right that was taken away is said at once, and given back without a restart', async t => {
  const world = forwardWorld();
  world.start();
  await world.commit(keys);
  await world.shipped();
  world.kafka.fault = () => ({ kind: 'refuse', failure: new KafkaFailure('authorization', 'no right to write bars') });
  await world.commit(keys);
  await world.time.advance(100);
  t.is(world.forwarder.reason, 'no right to write bars');
  await world.time.advance(120_000);
  world.kafka.fault = undefined;
  await world.shipped();
  t.is(world.forwarder.reason, undefined);
  t.deepEqual(differences(world), [none, none, none]);
  t.deepEqual(
    world.events.flatMap(event => (event.kind === 'component' ? [event.ready] : [])),
    [true, false, true],
  );
});

test('another cluster behind the same addresses gets nothing, and the reason says what to do', async t => {
  const first = forwardWorld();
  first.start();
  await first.commit(keys);
  await first.shipped();
  const world = forwardWorld({ id: 'other', log: { state: [['forward/cluster', Buffer.from('{"id":"fake"}')]] } });
  world.start();
  await world.commit(keys);
  await world.time.advance(5_000);
  t.regex(world.forwarder.reason ?? '', /of the cluster other.*ships to the cluster fake.*log\.kafka\.brokers/);
  t.false(world.kafka.has('bars'));
});

test('what is under way to Kafka stays below 32 MiB, however much waits', async t => {
  const world = forwardWorld({ partitions: 60, wireMs: () => 100 });
  const many = Array.from({ length: 240 }, (_, i) => `K${i}`);
  for (const _ of [1, 2]) t.true(await world.commit(many, Buffer.alloc(200_000)));
  world.start();
  await world.shipped(600_000);
  t.true(world.mostBytes > 20 << 20, String(world.mostBytes));
  t.true(world.mostBytes <= 32 << 20, String(world.mostBytes));
});

test('a local log that is full of what Kafka lacks takes nothing more, and again once that is shipped', async t => {
  const world = forwardWorld({ log: { maxBytes: 40_000, retainBytes: 40_000 } });
  world.start();
  await world.commit(keys);
  await world.shipped();
  world.kafka.down = away;
  let taken = 0;
  while (await world.commit(keys, Buffer.alloc(200))) taken++;
  t.true(taken > 3);
  await world.time.advance(5_000);
  t.false(await world.commit(keys, Buffer.alloc(200)));
  world.kafka.down = undefined;
  await world.shipped();
  for (let i = 0; i < 3 * taken; i++) {
    t.true(await world.commit(keys, Buffer.alloc(200)));
    await world.shipped();
  }
  const ids = world
    .bars()
    .flat()
    .map(({ headers }) => headers['fl-id']);
  t.is(new Set(ids).size, (4 * taken + 1) * keys.length);
  t.is(ids.length, new Set(ids).size);
});
