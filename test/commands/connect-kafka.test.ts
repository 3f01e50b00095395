import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { connectKafka } from '../../src/commands/connect-kafka.js';
import { ExitFailure } from '../../src/commands/exit-code.js';
import { secret } from '../../src/config/secret.js';
import { tempDirectory } from '../log/temp-log.js';

const kafka = {
  brokers: ['127.0.0.1:1'],
  client: 'kafkajs',
  compression: 'none',
  requestTimeout: 1000,
  connectTimeout: 1000,
  topicDefaults: { partitions: 1, replication: 1 },
} as const;

test('a certificate that cannot be read or is none is named before anything is connected', async t => {
  const directory = tempDirectory();
  const absent = join(directory, 'absent.pem');
  const message = /log\.kafka\.tls\.ca: ENOENT.*absent\.pem/;
  await t.throwsAsync(connectKafka({ ...kafka, tls: { ca: absent } }, 'test'), { instanceOf: ExitFailure, message });
  const none = join(directory, 'none.pem');
  writeFileSync(none, 'no certificate');
  await t.throwsAsync(connectKafka({ ...kafka, tls: { cert: none, key: none } }, 'test'), {
    instanceOf: ExitFailure,
    message: /log\.kafka\.tls: .*Check that .*none\.pem.* are PEM/,
  });
});

test('nobody there is one failure that names the address, with a login too', async t => {
  const sasl = { mechanism: 'plain', username: 'me', password: secret('SECRETSECRET') } as const;
  const failure = await t.throwsAsync(connectKafka({ ...kafka, sasl }, 'test'), {
    code: 'unreachable',
    message: /127\.0\.0\.1:1: connection refused/,
  });
  t.notRegex(String(failure), /SECRET/);
});
