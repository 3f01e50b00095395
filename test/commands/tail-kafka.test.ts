import test from 'ava';
import { Command } from 'commander';
import type { Connect } from '../../src/commands/log-place.js';
import { addTail } from '../../src/commands/tail.js';
import { KafkaFailure } from '../../src/log/kafka/kafka-failure.js';
import { realTime } from '../../src/streams/time.js';
import { fakeKafka } from '../log/kafka/fake-kafka.js';
import { batch, record } from '../log/record-contract.js';
import { tempDirectory } from '../log/temp-log.js';
import { kafkaSettings } from './kafka-settings.js';

async function kafkaWith(...keys: readonly string[]) {
  const kafka = fakeKafka({ time: realTime });
  await kafka.connect().createTopic('t', { partitions: 2, replication: 1, cleanup: 'delete' });
  kafka.write(batch('t', 1, ...keys.map(key => record(key, `{"of":"${key}"}`, { 'fl-id': key }))));
  return kafka;
}

function told(connect: Connect) {
  const said = { out: '', err: '', code: 0 };
  const io = {
    out(text: string) {
      said.out += text;
    },
    err(text: string) {
      said.err += text;
    },
    env: {},
    cwd: '/',
    exit(code: number) {
      said.code = code;
    },
  };
  const program = new Command().exitOverride();
  addTail(program, io, () => ({ path: tempDirectory(), kafka: kafkaSettings }), connect);
  return { said, tail: (...args: string[]) => program.parseAsync(['tail', ...args], { from: 'user' }) };
}

test('tail prints what is in Kafka, in the same form as from the log on disk', async t => {
  const kafka = await kafkaWith('a', 'b');
  const { said, tail } = told(async () => kafka.connect());
  await tail('t', '--json', '--from', '1');
  t.deepEqual(JSON.parse(said.out), {
    topic: 't',
    partition: 1,
    offset: 1,
    key: 'b',
    headers: { 'fl-id': 'b' },
    value: { of: 'b' },
  });
  t.deepEqual([said.err, said.code], ['', 0]);
});

test('a topic that Kafka does not have prints nothing', async t => {
  const kafka = await kafkaWith();
  const { said, tail } = told(async () => kafka.connect());
  await tail('nothing');
  t.deepEqual(said, { out: '', err: '', code: 0 });
});

test('Kafka that is away after the connection is one message and exit 3; who follows is told once, and goes on', async t => {
  const kafka = await kafkaWith('a');
  kafka.down = new KafkaFailure('unreachable', 'no broker answers');
  const ends = told(async () => kafka.connect());
  await ends.tail('t');
  t.deepEqual(ends.said, { out: '', err: 'no broker answers\n', code: 3 });

  let looks = 0;
  const follows = told(async () => {
    const cluster = kafka.connect();
    return {
      ...cluster,
      ends(topic) {
        looks += 1;
        if (looks === 3) kafka.down = undefined;
        return cluster.ends(topic);
      },
    };
  });
  await follows.tail('t', '--follow', '--limit', '1');
  t.deepEqual(follows.said, { out: '1/0  a  {"of":"a"}\n', err: 'no broker answers\n', code: 0 });
});
