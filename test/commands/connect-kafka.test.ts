import { existsSync, writeFileSync } from 'node:fs';
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
  group: { id: 'financelake', sessionTimeout: 8_000 },
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

test('the faster client is refused on a Node that is too old for it, and says what to do; elsewhere it answers like the other', async t => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const connecting = connectKafka({ ...kafka, client: 'platformatic' }, 'test');
  if (major < 22 || (major === 22 && minor < 22))
    await t.throwsAsync(connecting, {
      instanceOf: ExitFailure,
      message: /platformatic needs Node 22\.22 or later, and this is v.*kafkajs/,
    });
  // npm ran on an older Node than this test.
  else if (!existsSync('node_modules/@platformatic/kafka'))
    await t.throwsAsync(connecting, { instanceOf: ExitFailure, message: /is not installed.*npm ci/ });
  else await t.throwsAsync(connecting, { code: 'unreachable', message: /127\.0\.0\.1:1: connection refused/ });
});
