import test, { type ExecutionContext } from 'ava';
import { VirtualTimeScheduler } from 'rxjs';
import { KafkaFailure, type KafkaFailureCode } from '../../../src/log/kafka/kafka-failure.js';
import { batch, record } from '../record-contract.js';
import {
  type FakeKafka,
  type FakeKafkaOptions,
  type Fault,
  fakeKafka,
  leaderMoved,
  outOfOrder,
  tooLarge,
  unreachable,
} from './fake-kafka.js';

const world = async (options: Partial<FakeKafkaOptions> = {}) => {
  const virtual = new VirtualTimeScheduler();
  const time = Object.assign(virtual, { monotonicMs: () => virtual.now() });
  const kafka = fakeKafka({ time, ...options });
  const cluster = kafka.connect();
  await cluster.createTopic('t', { partitions: 2, replication: 1, cleanup: 'delete' });
  return { virtual, kafka, cluster };
};

const keys = (kafka: FakeKafka): string[] => kafka.records('t', 0).map(({ key }) => key);
const fails = (t: ExecutionContext, call: Promise<unknown>, code: KafkaFailureCode) =>
  t.throwsAsync(call, { instanceOf: KafkaFailure, code });
const once =
  (fault: Fault): FakeKafkaOptions['fault'] =>
  (_, call) =>
    call === 0 ? fault : undefined;

test('the fake Kafka keeps records in order, those of another producer between them', async t => {
  const { kafka, cluster } = await world();
  t.is(await cluster.publish(batch('t', 0, record('a'), record('b'))), 0);
  t.is(kafka.write(batch('t', 0, record('x'))), 2);
  t.is(await cluster.publish(batch('t', 0, record('c'))), 3);
  t.deepEqual(keys(kafka), ['a', 'b', 'x', 'c']);
  kafka.truncate('t', 0, 2);
  t.deepEqual(await cluster.ends('t'), [
    { partition: 0, start: 2, end: 4 },
    { partition: 1, start: 0, end: 0 },
  ]);
  t.deepEqual(
    (await cluster.read('t', 0, 0, 1)).map(({ key }) => key),
    ['x'],
  );
});

test('the fake Kafka recognises the identical batch after a lost acknowledgement, and one more producer does not', async t => {
  const { virtual, kafka, cluster } = await world({ fault: once({ kind: 'lost', afterMs: 30_000 }) });
  const lost = cluster.publish(batch('t', 0, record('a')));
  virtual.flush();
  await fails(t, lost, 'timeout');
  t.is(await cluster.publish(batch('t', 0, record('a'))), 0);
  t.deepEqual(keys(kafka), ['a']);
  await cluster.renewProducer();
  await cluster.publish(batch('t', 0, record('a')));
  t.deepEqual(keys(kafka), ['a', 'a']);
  t.deepEqual(kafka.breaches, []);
});

test('the fake Kafka refuses without writing, or answers late', async t => {
  for (const [fault, code] of [
    [leaderMoved, 'not-leader'],
    [tooLarge, 'too-large'],
    [outOfOrder, 'sequence'],
    [unreachable, 'unreachable'],
  ] as const) {
    const { kafka, cluster } = await world({ fault: once(fault) });
    await fails(t, cluster.publish(batch('t', 0, record('a'))), code);
    t.deepEqual(keys(kafka), []);
  }
  const { virtual, kafka, cluster } = await world({ fault: once({ kind: 'late', afterMs: 5000 }) });
  const late = cluster.publish(batch('t', 0, record('a')));
  t.deepEqual(keys(kafka), ['a']);
  virtual.flush();
  t.is(await late, 0);
  t.is(virtual.now(), 5000);
});

test('the fake Kafka tells calls at once in a partition, and another batch after a failed one', async t => {
  const { kafka, cluster } = await world({ fault: once(leaderMoved) });
  await t.throwsAsync(cluster.publish(batch('t', 0, record('a'))));
  await Promise.all([cluster.publish(batch('t', 0, record('b'))), cluster.publish(batch('t', 1, record('c')))]);
  t.is(kafka.breaches.length, 1);
  await Promise.all([cluster.publish(batch('t', 0, record('d'))), cluster.publish(batch('t', 0, record('d')))]);
  t.is(kafka.breaches.length, 2);
});

test('a call that hangs ends with its producer or its cluster', async t => {
  const { kafka, cluster } = await world({ fault: () => ({ kind: 'hangs', written: true }) });
  const hanging = cluster.publish(batch('t', 0, record('a')));
  await cluster.renewProducer();
  await fails(t, hanging, 'timeout');
  t.is(kafka.producers, 2);
  const other = cluster.publish(batch('t', 0, record('a')));
  await cluster.close(0);
  await fails(t, other, 'closed');
  kafka.down = new KafkaFailure('unreachable', 'no broker answers');
  await fails(t, kafka.connect().topics(), 'unreachable');
});
