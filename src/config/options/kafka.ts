import { list } from '../collections.js';
import { path } from '../formats.js';
import { type ObjectOf, optional, preset, required } from '../kind.js';
import { type Check, object } from '../object.js';
import { choice, duration, integer, secret, text } from '../scalars.js';
import { tagged } from '../tagged.js';

const address = text({
  title: '`host:port`',
  pattern: /^[^\s:/,[\]]+:\d{1,5}$/,
  wanted: '`host:port`',
  mend: 'Write a name or an IPv4 address and the port, as in `localhost:9092`.',
});

const tlsFields = {
  ca: optional(path, 'File with the certificates to trust (PEM); the system’s own when absent.'),
  cert: optional(path, 'File with this client’s certificate (PEM), where the brokers want one.'),
  key: optional(path, 'File with the key of that certificate (PEM).'),
};

const tls = object(
  tlsFields,
  ({ value: { cert, key }, entry, report }: Parameters<Check<ObjectOf<typeof tlsFields>>>[0]) => {
    if ((cert === undefined) === (key === undefined)) return;
    const [there, absent] = cert === undefined ? (['key', 'cert'] as const) : (['cert', 'key'] as const);
    // One that is wrong by itself was reported.
    if (entry(absent)) return;
    report(
      there,
      'no-effect',
      `\`${there}\` has no use without \`${absent}\`.`,
      `Add \`${absent}:\`, or remove \`${there}\`.`,
    );
  },
);

const byPassword = {
  username: required(text(), 'User name at the brokers.'),
  password: required(secret(), 'Password at the brokers.'),
};

const sasl = tagged(
  'mechanism',
  'How to log in.',
  {
    plain: byPassword,
    'scram-sha-256': byPassword,
    'scram-sha-512': byPassword,
    oauthbearer: {
      tokenFile: required(
        path,
        'File with the access token, read anew at each login: what renews the token replaces the file.',
      ),
    },
  },
  {},
);

/** The Kafka cluster, and how to speak with it. */
export const kafka = object({
  brokers: required(
    list(address, { min: 1, max: 100, unique: true }),
    'Brokers to begin with, as `host:port`; the others are learnt from them.',
  ),
  client: preset(
    choice(['kafkajs', 'platformatic']),
    'kafkajs',
    'Client library. `platformatic` is faster and needs Node 22.22 and Kafka 3.1, or later.',
  ),
  tls: optional(tls, 'Encrypts the connections.'),
  sasl: optional(sasl, 'Logs in at the brokers.'),
  compression: preset(
    choice(['none', 'gzip', 'zstd']),
    'none',
    'Of the batches that are sent. zstd needs Node 22.15 or later; what others wrote is read in either.',
  ),
  requestTimeout: preset(
    duration({ min: 1_000, max: 600_000 }),
    '30s',
    'A broker that does not answer for so long is given up; the batch is sent again.',
  ),
  connectTimeout: preset(duration({ min: 100, max: 60_000 }), '3s', 'A connection that takes longer is given up.'),
  group: preset(
    object({
      id: preset(
        text({
          title: 'name',
          pattern: /^[\w.-]{1,200}$/,
          wanted: '1 to 200 letters, digits, dots, dashes or underscores',
          mend: 'Write a name such as `financelake`.',
        }),
        'financelake',
        'Consumer group in which instances share the sources, with `scale: many`.',
      ),
      sessionTimeout: preset(
        duration({ min: 6_000, max: 300_000 }),
        '8s',
        'An instance that is not heard of for so long loses its sources to the others. The brokers’ `group.min.session.timeout.ms` is the least they take.',
      ),
    }),
    '{}',
    'The instances among themselves, with `scale: many`.',
  ),
  topicDefaults: preset(
    object({
      partitions: preset(integer({ min: 1, max: 1_024 }), '6', 'Partitions of a topic that does not exist yet.'),
      replication: preset(integer({ min: 1, max: 9 }), '1', 'Replicas of a topic that does not exist yet.'),
    }),
    '{}',
    'For topics that have to be created.',
  ),
});
