import test from 'ava';
import { type ListenerName, startCluster } from './kafka/cluster.js';
import type { Properties } from './kafka/properties.js';

const login = (mechanism: string, module: string, options: string): Properties => ({
  'sasl.mechanism': mechanism,
  'sasl.jaas.config': `org.apache.kafka.common.security.${module} required ${options};`,
});

test('a password, a client certificate or a token lets in; a wrong one, a strange authority or a missing right does not', async t => {
  const cluster = await startCluster({ brokers: 1, secured: true });
  t.teardown(() => cluster.close());
  const { security, admin } = cluster;
  // Kafka's own client says which listeners let whom in, before one of ours is tried on them.
  const ask = (listener: ListenerName, config: Properties): Promise<number> =>
    admin.askAs(
      {
        'bootstrap.servers': cluster.addresses(listener).join(','),
        'security.protocol': listener === 'SASL' ? 'SASL_SSL' : 'SSL',
        'ssl.truststore.type': 'PEM',
        'ssl.truststore.certificates': security.ca,
        'default.api.timeout.ms': 10_000,
        'request.timeout.ms': 5000,
        ...config,
      },
      'quotes',
    );
  const password = `username="app" password="${security.users.app}"`;
  const plain = login('PLAIN', 'plain.PlainLoginModule', password);
  await admin.createTopic('quotes', 2, 1);
  await admin.allow('app', 'describe', ['topic', 'quotes']);

  t.is(await ask('SASL', plain), 2);
  for (const mechanism of ['SCRAM-SHA-256', 'SCRAM-SHA-512'])
    t.is(await ask('SASL', login(mechanism, 'scram.ScramLoginModule', password)), 2);
  const token = 'unsecuredLoginStringClaim_sub="app"';
  t.is(await ask('SASL', login('OAUTHBEARER', 'oauthbearer.OAuthBearerLoginModule', token)), 2);
  const certificate = {
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.certificate.chain': security.client.cert,
    'ssl.keystore.key': security.client.key,
  };
  t.is(await ask('MUTUAL', certificate), 2);

  await admin.forget('app', 'describe', ['topic', 'quotes']);
  await t.throwsAsync(() => ask('SASL', plain), { message: /TopicAuthorizationException/ });
  const wrong = 'username="app" password="wrong"';
  await t.throwsAsync(() => ask('SASL', login('SCRAM-SHA-512', 'scram.ScramLoginModule', wrong)), {
    message: /SaslAuthenticationException/,
  });
  await t.throwsAsync(() => ask('TLS', { 'ssl.truststore.certificates': security.strangerCa }), {
    message: /SslAuthenticationException/,
  });
  await t.throwsAsync(() => ask('MUTUAL', {}), { message: /SslAuthenticationException/ });
});
