import test from 'ava';
import { KafkaFailure } from '../../../src/log/kafka/kafka-failure.js';
import { openKafkaLog } from '../../../src/log/kafka/kafka-log.js';
import { createPublisher } from '../../../src/log/kafka/publisher.js';
import { LogFailure, type RecordLog } from '../../../src/log/log.js';
import { realTime } from '../../../src/streams/time.js';
import { batch, type OpenedRecords, record, recordContract } from '../record-contract.js';
import { seeded } from '../seeded.js';
import { type FakeKafka, type FakeKafkaOptions, fakeKafka } from './fake-kafka.js';

const kafkaLog = (kafka: FakeKafka): RecordLog => {
  const cluster = kafka.connect();
  const publisher = createPublisher({
    cluster,
    time: realTime,
    random: seeded(1),
    sendDeadlineMs: 1000,
    settleMs: 100,
    maxHeldBytes: 8_000_000,
  });
  return openKafkaLog({ cluster, publisher, replication: 1, closeDeadlineMs: 1000 });
};
const opened = (kafka: FakeKafka): OpenedRecords & { readonly kafka: FakeKafka } => {
  const log = kafkaLog(kafka);
  return {
    kafka,
    log,
    largestValue: 1_000_000,
    async reopen() {
      await log.close();
      return opened(kafka);
    },
  };
};
const open = (options: Partial<FakeKafkaOptions> = {}) =>
  opened(fakeKafka({ time: realTime, maxBatchBytes: 1_048_000, ...options }));
const codeOf = (code: LogFailure['code'], message = /./) => ({ instanceOf: LogFailure, code, message });

recordContract(test, async () => open());

test('a topic that this user may not create is reported with the command that creates it', async t => {
  const { log } = open({ mayCreate: false });
  await t.throwsAsync(async () => log.ensureTopic('t', { cleanup: 'compact', partitions: 6 }), {
    ...codeOf(
      'topic',
      /may not create.*--topic t --partitions 6 --replication-factor 1 --config cleanup.policy=compact/,
    ),
  });
});

test('a topic that another one creates meanwhile is checked like one that was there', async t => {
  const { log, kafka } = open();
  const other = kafka.connect();
  const describe = log.ensureTopic('t', { cleanup: 'delete', partitions: 3 });
  await other.createTopic('t', { cleanup: 'delete', partitions: 4, replication: 1 });
  await t.throwsAsync(async () => describe, codeOf('topic', /has 4 partitions, not 3/));
});

test('a record that the brokers refuse is named, and the others are there', async t => {
  const { log, kafka } = open({ maxBatchBytes: 1000 });
  await log.ensureTopic('t', { cleanup: 'delete', partitions: 1 });
  const call = log.append({ batches: [batch('t', 0, record('a'), record('b', Buffer.alloc(2000)), record('c'))] });
  await t.throwsAsync(call, codeOf('too-large', /record 1 for t/));
  t.deepEqual(
    kafka.records('t', 0).map(({ key }) => key),
    ['a', 'c'],
  );
});

test('an append for which there is no room takes nothing, and may be tried again', async t => {
  const { log, kafka } = open({ latencyMs: 20 });
  await log.ensureTopic('t', { cleanup: 'delete', partitions: 2 });
  const large = {
    batches: [0, 1].map(p => batch('t', p, ...Array.from({ length: 5 }, () => record('k', Buffer.alloc(500_000))))),
  };
  const first = log.append(large);
  await t.throwsAsync(log.append(large), codeOf('full'));
  await first;
  await log.append(large);
  t.is(kafka.records('t', 0).length + kafka.records('t', 1).length, 20);
});

test('what keeps a reader from Kafka says whether it is the network or a right', async t => {
  const { log, kafka } = open();
  kafka.down = new KafkaFailure('unreachable', 'no broker answers');
  await t.throwsAsync(async () => log.ends('t'), codeOf('unreachable', /no broker/));
  kafka.down = new KafkaFailure('authorization', 'no right');
  await t.throwsAsync(async () => log.read('t', 0, 0, 1), codeOf('denied'));
  await t.throwsAsync(async () => log.topics(), codeOf('denied'));
});
