import test from 'ava';
import { type ShippingParts, startShipping } from '../../src/commands/shipping.js';
import { storedBacklog } from '../../src/log/forward/backlog.js';
import type { WantedTopic } from '../../src/log/forward/topic-desk.js';
import { KafkaFailure } from '../../src/log/kafka/kafka-failure.js';
import { type MemoryLog, openMemoryLog } from '../../src/log/memory.js';
import { fakeKafka } from '../log/kafka/fake-kafka.js';
import { batch, record } from '../log/record-contract.js';
import { createVirtualTime } from '../streams/virtual-time.js';

const away = new KafkaFailure('unreachable', 'no broker answers');
const bars: WantedTopic = { name: 'bars', cleanup: 'delete', partitions: 6, replication: 1 };

const world = (log: MemoryLog = openMemoryLog()) => {
  const time = createVirtualTime(0);
  const kafka = fakeKafka({ time });
  const parts: ShippingParts = {
    log,
    topics: [bars],
    deadLetters: 'letters',
    connect: async () => {
      if (kafka.down) throw kafka.down;
      return kafka.connect();
    },
    requestTimeoutMs: 1_000,
    time,
    logClock: time,
    random: () => 0.5,
    report: () => undefined,
  };
  return { time, kafka, log, parts };
};

/** One whose log has seen the cluster, ended in order. */
const known = async (): Promise<MemoryLog> => {
  const { parts, time, log } = world();
  const shipping = await startShipping(parts);
  await time.advance(1);
  const closing = shipping.close();
  await time.advance(1);
  await closing;
  return log.crash();
};

test('a log that has never seen its cluster does not start without it, and makes no topic', async t => {
  const { kafka, parts, log } = world();
  kafka.down = away;
  await t.throwsAsync(startShipping(parts), { is: away });
  t.deepEqual(log.topics(), []);
});

test('where a topic cannot be agreed on the connection is closed again: else the program would not end', async t => {
  const { kafka, parts } = world();
  const denied = new KafkaFailure('authorization', 'no right', 'Have it allowed');
  let closed = 0;
  const connect: ShippingParts['connect'] = async () => ({
    ...kafka.connect(),
    describeTopic: () => Promise.reject(denied),
    close: async () => void closed++,
  });
  await t.throwsAsync(startShipping({ ...parts, connect }), { is: denied });
  t.is(closed, 1);
});

test('topics here get the partitions that they have in Kafka, and are made there where they are absent', async t => {
  const { kafka, parts, log } = world();
  const admin = kafka.connect();
  await admin.createTopic('bars', { partitions: 12, replication: 1, cleanup: 'delete' });
  const letters: WantedTopic = { name: 'letters', cleanup: 'delete', partitions: 2, replication: 1 };
  await startShipping({ ...parts, topics: [bars, letters] });
  t.is(log.ends('bars').length, 12);
  t.is(log.ends('letters').length, 2);
  t.is((await admin.describeTopic('letters'))?.partitions, 2);
});

test('what is compact in Kafka may be kept only until it is there', async t => {
  const { kafka, parts, log } = world();
  const cursors: WantedTopic = { ...bars, name: 'cursors', cleanup: 'compact', localCleanup: 'delete' };
  await startShipping({ ...parts, topics: [bars, cursors] });
  t.is((await kafka.connect().describeTopic('cursors'))?.cleanup, 'compact');
  t.notThrows(() => log.ensureTopic('cursors', { cleanup: 'delete', partitions: 6 }));
});

test('a log that has seen its cluster starts and stores without it, with a topic that is new as well', async t => {
  const { kafka, parts, log, time } = world(await known());
  kafka.down = away;
  const quotes: WantedTopic = { ...bars, name: 'quotes', partitions: 3 };
  const shipping = await startShipping({ ...parts, topics: [bars, quotes] });
  await log.append({ batches: [batch('quotes', 1, record('a'))] });
  shipping.wake();
  await time.advance(10_000);
  t.is(shipping.backlog().records, 1);
  t.is(shipping.reason, 'no broker answers');
  kafka.down = undefined;
  const finishing = shipping.finish(60_000);
  await time.advance(20_000);
  t.is((await finishing).records, 0);
  t.is(kafka.records('quotes', 1).length, 1);
});

test('the end waits as long as records arrive, and tells what is left when none has for a while', async t => {
  const { kafka, parts, log, time } = world(await known());
  const shipping = await startShipping(parts);
  await time.advance(1);
  kafka.down = away;
  await log.append({ batches: [batch('bars', 0, record('a'))] });
  let left: number | undefined;
  void shipping.finish(5_000).then(({ records }) => {
    left = records;
  });
  await time.advance(6_900);
  t.is(left, undefined);
  await time.advance(400);
  t.is(left, 1);
});

test('what was given up before the end was waited for is not waited for', async t => {
  const { kafka, parts, log, time } = world(await known());
  const shipping = await startShipping(parts);
  await time.advance(1);
  kafka.down = away;
  await log.append({ batches: [batch('bars', 0, record('a'))] });
  shipping.giveUp();
  t.is((await shipping.finish(60_000)).records, 1);
});

test('what Kafka lacks of an instance that does not run is told from its log; one that never shipped lacks nothing', async t => {
  t.is(storedBacklog(openMemoryLog(), 0), undefined);
  const log = await known();
  t.is(storedBacklog(log, 0)?.records, 0);
  await log.append({ batches: [batch('bars', 0, record('a', 'abc'), record('b', 'abc'))] });
  t.deepEqual(storedBacklog(log, 0), { records: 2, bytes: 8, oldestMs: 0 });
});
