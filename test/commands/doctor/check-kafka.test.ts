import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'ava';
import { checkDirectory } from '../../../src/commands/doctor/check-directory.js';
import { checkKafka } from '../../../src/commands/doctor/check-kafka.js';
import { checkSources } from '../../../src/commands/doctor/check-sources.js';
import { findingsText } from '../../../src/commands/doctor/doctor.js';
import type { Finding } from '../../../src/commands/doctor/finding.js';
import type { Config } from '../../../src/config/options.js';
import { probe } from '../../../src/http/probe.js';
import type { WantedTopic } from '../../../src/log/forward/topic-desk.js';
import type { Cluster, TopicFacts } from '../../../src/log/kafka/cluster.js';
import { KafkaFailure } from '../../../src/log/kafka/kafka-failure.js';
import { realTime } from '../../../src/streams/time.js';
import { fakeKafka } from '../../log/kafka/fake-kafka.js';
import { tempDirectory } from '../../log/temp-log.js';
import { kafkaSettings } from '../kafka-settings.js';

const bars: WantedTopic = { name: 'bars', partitions: 2, replication: 1, cleanup: 'delete' };

interface Around {
  readonly connect?: () => Promise<Cluster>;
  readonly reach?: (address: string) => Promise<void>;
  readonly topics?: readonly WantedTopic[];
  readonly tryGroup?: () => Promise<void>;
}

const look = ({
  connect,
  reach = async () => undefined,
  topics = [bars],
  tryGroup,
}: Around): Promise<readonly Finding[]> =>
  checkKafka(kafkaSettings, topics, tempDirectory(), {
    connect: connect ?? (async () => fakeKafka({ time: realTime }).connect()),
    reach,
    ...(tryGroup && { tryGroup }),
  });

const about = (findings: readonly Finding[], check: string): readonly Finding[] =>
  findings.filter(finding => finding.check === check);

/** Kafka with one topic, of which the brokers say `facts`. */
async function having(facts: Partial<TopicFacts>): Promise<readonly Finding[]> {
  const cluster = fakeKafka({ time: realTime }).connect();
  await cluster.createTopic('bars', { partitions: 2, replication: 1, cleanup: 'delete' });
  const told: TopicFacts = { partitions: 2, replication: 1, minInsync: 1, cleanup: 'delete', ...facts };
  return about(await look({ connect: async () => ({ ...cluster, describeTopic: async () => told }) }), 'topic bars');
}

test('a cluster that has all as configured has nothing to mend', async t => {
  const cluster = fakeKafka({ time: realTime, id: 'c1' }).connect();
  await cluster.createTopic('bars', { partitions: 2, replication: 1, cleanup: 'delete' });
  const findings = await look({ connect: async () => cluster });
  t.deepEqual(
    findings.map(({ check, state }) => [check, state]),
    [
      ['kafka', 'ok'],
      ['broker 1', 'ok'],
      ['right to write', 'ok'],
      ['topic bars', 'ok'],
    ],
  );
  t.regex(findings[0]!.detail, /cluster c1, 1 broker$/);
});

test('of several instances it is told whether this one may join their group', async t => {
  const denied = new KafkaFailure('authorization', 'no right', 'Have it allowed Read');
  const told = async (tryGroup: () => Promise<void>) => about(await look({ tryGroup }), 'group financelake');
  t.deepEqual(
    (await told(async () => undefined)).map(({ state }) => state),
    ['ok'],
  );
  const [finding] = await told(() => Promise.reject(denied));
  t.deepEqual([finding?.state, finding?.mend], ['failed', 'Have it allowed Read']);
});

test('no broker, one that is advertised wrongly, and a right that lacks are each told with the mend', async t => {
  const away = new KafkaFailure('unreachable', 'Kafka at 10.0.0.1:9092: connection refused', 'Start Kafka, or so');
  t.deepEqual(await look({ connect: () => Promise.reject(away) }), [
    {
      check: 'kafka',
      state: 'failed',
      detail: 'Kafka at 10.0.0.1:9092: connection refused',
      mend: 'Start Kafka, or so',
    },
  ]);

  const [broker] = about(await look({ reach: () => Promise.reject(new Error('ENOTFOUND')) }), 'broker 1');
  t.is(broker?.state, 'failed');
  t.regex(broker?.mend ?? '', /advertised\.listeners.*fake:9092/);

  const cluster = fakeKafka({ time: realTime }).connect();
  await cluster.createTopic('bars', { partitions: 2, replication: 1, cleanup: 'delete' });
  const denied = new KafkaFailure('authorization', 'Kafka: no right (DENIED)', 'Have it allowed: kafka-acls --add');
  const refusing = { ...cluster, read: () => Promise.reject(denied), renewProducer: () => Promise.reject(denied) };
  const findings = await look({ connect: async () => refusing });
  for (const check of ['right to write', 'topic bars'])
    t.like(about(findings, check)[0], { state: 'failed', mend: 'Have it allowed: kafka-acls --add' });
});

test('what this user may not read of a topic is a note, not a fault', async t => {
  const cluster = fakeKafka({ time: realTime }).connect();
  const told: TopicFacts = { partitions: 2, replication: 1 };
  const connect = async () => ({ ...cluster, describeTopic: async () => told });
  const [finding, ...others] = about(await look({ connect }), 'topic bars');
  t.deepEqual(others, []);
  t.is(finding?.state, 'note');
  t.regex(finding?.mend ?? '', /DescribeConfigs on topic bars/);
});

test('a topic that differs fails where nothing could be written or kept, and is a note where all goes on', async t => {
  const states = async (facts: Partial<TopicFacts>) => (await having(facts)).map(({ state }) => state);
  t.deepEqual(await states({}), ['ok']);
  t.deepEqual(await states({ cleanup: 'compact' }), ['failed']);
  t.deepEqual(await states({ minInsync: 2 }), ['failed']);
  t.deepEqual(await states({ partitions: 6 }), ['note']);
  t.deepEqual(await states({ replication: 3, minInsync: 3 }), ['note']);
  t.deepEqual(await states({ replication: 3, minInsync: 1 }), ['note']);
  t.deepEqual(await states({ replication: 3, minInsync: 2 }), ['ok']);
  t.regex((await having({ cleanup: 'compact' }))[0]?.mend ?? '', /--add-config cleanup\.policy=delete/);
});

test('a topic that is absent fails only where there are fewer brokers than replicas', async t => {
  t.like(about(await look({}), 'topic bars')[0], { state: 'note' });
  const wide = await look({ topics: [{ ...bars, replication: 3 }] });
  t.like(about(wide, 'topic bars')[0], {
    state: 'failed',
    mend: 'Start the others, or lower log.kafka.topicDefaults.replication',
  });
});

const sourceAt = (baseUrl: string): Config['sources'] =>
  ({ s: { type: 'kraken', baseUrl, allowPrivate: false } }) as unknown as Config['sources'];

test('a source is asked by HEAD without a key, and its clock tells of this machine’s', async t => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.setHeader('date', 'Thu, 26 Nov 2026 12:00:00 GMT').end();
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const options = { deadlineMs: 10_000, allowPrivate: false, proxy: {}, userAgent: 'test' };
  const ask = (offsetMs: number) =>
    checkSources(sourceAt(url), origin => probe(origin, options, 0), {
      now: () => Date.UTC(2026, 10, 26, 12, 0, 0, 500) + offsetMs,
    });
  const clock = async (offsetMs: number) => (await ask(offsetMs)).map(({ state }) => state);
  t.deepEqual(await clock(0), ['ok', 'ok']);
  t.deepEqual(await clock(-10_000), ['ok', 'note']);
  t.deepEqual(await clock(3_600_000), ['ok', 'failed']);
  t.deepEqual(asked, ['HEAD /', 'HEAD /', 'HEAD /']);
});

test('a source that cannot be reached is told with the mend', async t => {
  const options = { deadlineMs: 10_000, allowPrivate: false, proxy: {}, userAgent: 'test' };
  const findings = await checkSources(sourceAt('http://127.0.0.1:1'), origin => probe(origin, options, 0), realTime);
  t.like(findings, [{ state: 'failed', detail: 'http://127.0.0.1:1: could not connect (ECONNREFUSED)' }]);
  t.regex(findingsText(findings), /FAILED {2}source s {2}http.*\n +→ Start the server.*\n\n1 to mend\.\n$/);
});

test('a log directory that can be written or made is fine, a file in its place is not; a disk smaller than the cap is told', t => {
  const directory = tempDirectory();
  const states = (path: string, maxBytes: number) => checkDirectory(path, maxBytes).map(({ state }) => state);
  t.deepEqual(states(directory, 1), ['ok']);
  t.deepEqual(states(`${directory}/a/b`, 1), ['ok']);
  t.deepEqual(states(directory, Number.MAX_SAFE_INTEGER), ['ok', 'note']);
  t.deepEqual(states('/dev/null', 1), ['failed']);
});
