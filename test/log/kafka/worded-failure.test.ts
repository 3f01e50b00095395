import test from 'ava';
import { kafkajsFailure } from '../../../src/log/kafka/kafkajs/failure.js';
import { wordedFailure } from '../../../src/log/kafka/worded-failure.js';

const options = { brokers: ['kafka:9093'], tls: {} };

test('what is wrong with a certificate is told apart, in one line', t => {
  const said = (cause: string, detail: string): string =>
    wordedFailure('certificate', { options, broker: 'kafka:9093', detail, cause }).message;
  t.regex(
    said('ERR_TLS_CERT_ALTNAME_INVALID', "Host: kafka. is not in the cert's altnames"),
    /kafka:9093.*is for other names/,
  );
  t.regex(said('CERT_HAS_EXPIRED', 'certificate has expired'), /has expired: have it renewed/);
  t.regex(said('CERT_NOT_YET_VALID', 'certificate is not yet valid'), /clock/);
  const alert =
    '800C48:error:0A000412:SSL routines:ssl3_read_bytes:sslv3 alert bad certificate:../rec.c:1601:SSL alert 42\n';
  t.is(
    said('ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', alert),
    'Kafka at kafka:9093: sslv3 alert bad certificate. The brokers want a certificate of this client: set log.kafka.tls.cert and log.kafka.tls.key',
  );
});

test('an error of KafkaJS is what its innermost cause is', t => {
  const connection = Object.assign(new Error('Connection error: getaddrinfo EAI_AGAIN kafka'), {
    name: 'KafkaJSConnectionError',
    code: 'EAI_AGAIN',
    broker: 'kafka:9093',
  });
  const wrapped = new Error('retries', { cause: new Error('once more', { cause: connection }) });
  const failure = kafkajsFailure(wrapped, { options });
  t.is(failure.code, 'unreachable');
  t.regex(failure.message, /kafka:9093: the name is not known to DNS/);
  const answer = (type: string) =>
    kafkajsFailure(Object.assign(new Error('x'), { type }), { options, what: 'topic t' });
  t.deepEqual(
    ['MESSAGE_TOO_LARGE', 'OUT_OF_ORDER_SEQUENCE_NUMBER', 'NOT_LEADER_FOR_PARTITION', 'KAFKA_STORAGE_ERROR'].map(
      type => answer(type).kind,
    ),
    ['record', 'producer', 'retry', 'retry'],
  );
});

test('what is wrong and how to mend it are told apart, and together they are the message', t => {
  const sasl = { mechanism: 'scram-sha-512', username: 'app', password: 'p' } as const;
  const refused = kafkajsFailure(
    Object.assign(new Error('SASL SCRAM SHA512 authentication failed: Authentication failed: invalid credentials'), {
      name: 'KafkaJSSASLAuthenticationError',
    }),
    { options: { ...options, sasl } },
  );
  t.is(
    refused.detail,
    'Kafka at kafka:9093: login by scram-sha-512 as user app was refused (Authentication failed: invalid credentials)',
  );
  t.is(refused.mend, 'Check log.kafka.sasl: mechanism, user name and password');
  t.is(refused.message, `${refused.detail}. ${refused.mend}`);
  const said = (code: 'authentication' | 'unreachable' | 'authorization', detail: string) =>
    wordedFailure(code, { options: { brokers: ['kafka:9093'], sasl }, detail });
  t.regex(said('authentication', 'ILLEGAL_SASL_STATE: x').message, /takes no login .*\. Remove log\.kafka\.sasl/);
  t.is(
    said('unreachable', 'Closed connection').mend,
    'Perhaps the listener wants TLS (log.kafka.tls); else correct log.kafka.brokers',
  );
  t.regex(said('authorization', 'x').mend!, /^Have it allowed Write on the topics/);
});
