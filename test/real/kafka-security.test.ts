import { createServer, type Server } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import type { ClientTls, Cluster, ClusterOptions, ConnectCluster, Login } from '../../src/log/kafka/cluster.js';
import { KafkaFailure, type KafkaFailureCode } from '../../src/log/kafka/kafka-failure.js';
import { tryGroup } from '../../src/log/kafka/kafkajs/try-group.js';
import { batch, drain, record, text } from '../log/record-contract.js';
import { adapters, clientOptions } from './adapters.js';
import { type KafkaCluster, type ListenerName, startCluster } from './kafka/cluster.js';

let kafka: KafkaCluster;
/** Takes connections and says nothing. */
let silent: Server;
test.before(async () => {
  kafka = await startCluster({ brokers: 1, secured: true });
  silent = createServer().listen(0, '127.0.0.1');
  await kafka.admin.createTopic('quotes', 1, 1);
  for (const right of ['describe', 'read', 'write']) await kafka.admin.allow('app', right, ['topic', 'quotes']);
});
test.after.always(async () => {
  silent?.close();
  await kafka?.close();
});

const options = (listener: ListenerName, tls?: ClientTls, sasl?: Login): ClusterOptions =>
  clientOptions(kafka.addresses(listener), { ...(tls ? { tls } : {}), ...(sasl ? { sasl } : {}) });
const login = (mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512', password: string): Login => ({
  mechanism,
  username: 'app',
  password,
});
const bearer = (token: string): Login => ({ mechanism: 'oauthbearer', token: async () => token });

/** The wait of a person who starts the program with a wrong configuration ends within ten seconds, with one failure in one line. */
async function refused(
  t: ExecutionContext,
  connecting: Promise<Cluster>,
  code: KafkaFailureCode,
  message: RegExp,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no failure within 10 s')), 10_000);
  });
  const failure = await t.throwsAsync(Promise.race([connecting, late]), { instanceOf: KafkaFailure, code, message });
  clearTimeout(timer);
  t.notRegex(failure!.message, /\n/);
  t.log(failure!.message);
}

const ways = (): Readonly<Record<string, ClusterOptions>> => {
  const { security } = kafka;
  const { ca, client, users } = security;
  return {
    TLS: options('TLS', { ca }),
    'a client certificate': options('MUTUAL', { ca, ...client }),
    PLAIN: options('SASL', { ca }, login('plain', users.app)),
    'SCRAM-SHA-256': options('SASL', { ca }, login('scram-sha-256', users.app)),
    'SCRAM-SHA-512': options('SASL', { ca }, login('scram-sha-512', users.app)),
    OAUTHBEARER: options('SASL', { ca }, bearer(security.token('app', new Date()))),
  };
};

type Wrong = readonly [title: string, options: () => ClusterOptions, code: KafkaFailureCode, message: RegExp];

const wrong: readonly Wrong[] = [
  [
    'an address where nobody listens',
    () => clientOptions(['127.0.0.1:1']),
    'unreachable',
    /127.0.0.1:1: connection refused\. Start Kafka, or correct log.kafka.brokers/,
  ],
  [
    'a name that does not exist',
    () => clientOptions(['kafka.invalid:9092']),
    'unreachable',
    /kafka.invalid:9092: the name is not known to DNS .*Correct log.kafka.brokers/,
  ],
  [
    'a machine that takes connections and says nothing',
    () => clientOptions([`127.0.0.1:${(silent.address() as { port: number }).port}`]),
    'unreachable',
    /no answer within 8 s.*correct log.kafka.brokers/,
  ],
  ['plain text to a TLS listener', () => options('TLS'), 'unreachable', /the listener wants TLS \(log.kafka.tls\)/],
  [
    'TLS to a plain text listener',
    () => options('DIRECT', { ca: kafka.security.ca }),
    'unreachable',
    /the listener wants no TLS \(log.kafka.tls\)/,
  ],
  [
    'an authority that did not sign',
    () => options('TLS', { ca: kafka.security.strangerCa }),
    'certificate',
    /not trusted: set log.kafka.tls.ca/,
  ],
  [
    'no authority for a certificate of its own',
    () => options('TLS', {}),
    'certificate',
    /not trusted: set log.kafka.tls.ca/,
  ],
  [
    'no client certificate where one is wanted',
    () => options('MUTUAL', { ca: kafka.security.ca }),
    'certificate',
    /want a certificate of this client: set log.kafka.tls.cert/,
  ],
  [
    'no login where one is wanted',
    () => options('SASL', { ca: kafka.security.ca }),
    'unreachable',
    /or a login \(log.kafka.sasl\)/,
  ],
  [
    'a wrong password by PLAIN',
    () => options('SASL', { ca: kafka.security.ca }, login('plain', 'wrong')),
    'authentication',
    /login by plain as user app was refused.*Check log.kafka.sasl/,
  ],
  [
    'a wrong password by SCRAM',
    () => options('SASL', { ca: kafka.security.ca }, login('scram-sha-512', 'wrong')),
    'authentication',
    /login by scram-sha-512 as user app was refused.*Check log.kafka.sasl/,
  ],
  [
    'a token that is none',
    () => options('SASL', { ca: kafka.security.ca }, bearer('none')),
    'authentication',
    /login by oauthbearer.*refused.*Check log.kafka.sasl: mechanism, token/,
  ],
];

test('whether a user may join a group is told without joining it', async t => {
  const as = options('SASL', { ca: kafka.security.ca }, login('plain', kafka.security.users.app));
  const failure = await t.throwsAsync(tryGroup(as, 'shared', 10_000), {
    instanceOf: KafkaFailure,
    code: 'authorization',
  });
  t.is(failure!.mend, 'Have it allowed Read on group shared: kafka-acls --add');
  await kafka.admin.allow('app', 'read', ['group', 'shared']);
  for (const untilMs = Date.now() + 20_000; ; )
    try {
      await tryGroup(as, 'shared', 10_000);
      break;
    } catch (error) {
      if (Date.now() > untilMs) throw error;
    }
  t.pass();
});

for (const [client, connect] of adapters) {
  test(`${client}: each way to log in writes and reads`, async t => {
    for (const [way, given] of Object.entries(ways())) {
      const cluster = await connect(given);
      const base = await cluster.publish(batch('quotes', 0, record(`${client} ${way}`, way)));
      const found = await drain(cluster, 'quotes', 0, 1e6);
      t.is(text(found.find(({ offset }) => offset === base)?.value), way);
      await cluster.close(5000);
    }
  });

  for (const [title, given, code, message] of wrong)
    test(`${client}: ${title} is one failure with the mend, in time`, t => refused(t, connect(given()), code, message));

  test(`${client}: a right that is missing is named with its topic, for looking, reading, writing and creating`, async t => {
    const { ca, users } = kafka.security;
    const topic = `${client}-guarded`;
    await kafka.admin.createTopic(topic, 1, 1);
    const cluster = await (connect as ConnectCluster)(options('SASL', { ca }, login('scram-sha-256', users.app)));
    t.teardown(() => cluster.close(5000));
    const message = new RegExp(`user app has no right .*Write .*on topic ${topic}: kafka-acls`);
    const denied = (call: Promise<unknown>) =>
      t.throwsAsync(call, { instanceOf: KafkaFailure, code: 'authorization', message });
    await denied(cluster.describeTopic(topic));
    await denied(cluster.ends(topic));
    await denied(cluster.read(topic, 0, 0, 1000));
    await denied(cluster.publish(batch(topic, 0, record('a'))));
    await kafka.admin.allow('app', 'describe', ['topic', topic]);
    t.like(await onceAllowed(() => cluster.describeTopic(topic)), { partitions: 1, replication: 1 });
    await denied(cluster.publish(batch(topic, 0, record('a'))));
    await t.throwsAsync(cluster.createTopic(`${topic}-new`, { partitions: 1, replication: 1, cleanup: 'delete' }), {
      code: 'authorization',
    });
    await kafka.admin.allow('app', 'write', ['topic', topic]);
    const offset = await onceAllowed(() => cluster.publish(batch(topic, 0, record('a'))));
    t.is(offset, 0, 'the same connection goes on once the right is there');
  });
}

/** The controller has taken the right, the broker hears of it a moment later. */
async function onceAllowed<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++)
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof KafkaFailure) || error.code !== 'authorization' || attempt === 50) throw error;
      await new Promise(resolve => setTimeout(resolve, 200));
    }
}
