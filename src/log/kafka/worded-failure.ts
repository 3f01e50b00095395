import type { ClusterOptions } from './cluster.js';
import { KafkaFailure, type KafkaFailureCode } from './kafka-failure.js';

/** Where a failure was met. */
export interface Met {
  readonly options: Pick<ClusterOptions, 'brokers' | 'tls' | 'sasl'>;
  /** What was tried: `topic market.bars`; absent while connecting. */
  readonly what?: string;
  /** `host:port` of the broker, where known. */
  readonly broker?: string | undefined;
  /** The client's own words. */
  readonly detail: string;
  /** Of Node's TLS or of the system: `ERR_TLS_CERT_ALTNAME_INVALID`, `ECONNREFUSED`. */
  readonly cause?: string | undefined;
}

/** A failure in words for people: where, what, and how to mend it. One wording for all adapters. */
export function wordedFailure(code: KafkaFailureCode, met: Met): KafkaFailure {
  const { what, broker } = met;
  const detail = plain(met.detail);
  const at = broker ?? met.options.brokers.join(', ');
  const where = what === undefined ? `Kafka at ${at}` : `Kafka, ${what}`;
  const [reason = detail, mend] = reasons[code]?.({ ...met, detail }) ?? [];
  return new KafkaFailure(code, `${where}: ${reason}`, mend);
}

/** In one line, and of OpenSSL's account of itself only what happened. */
const plain = (detail: string): string =>
  detail
    .replace(/^[0-9A-F]+:error:[0-9A-F]+:[^:]*:[^:]*:([^:]*):[\s\S]*$/, '$1')
    .replace(/\s+/g, ' ')
    .trim();

const userOf = ({ sasl }: Met['options']): string =>
  sasl && sasl.mechanism !== 'oauthbearer' ? `user ${sasl.username}` : 'this client';

type Said = readonly [reason: string, mend: string];

/** What is not here is told in the client's own words. */
const reasons: Readonly<Partial<Record<KafkaFailureCode, (met: Met) => Said>>> = {
  unreachable: ({ cause = '', detail, options }) => unreachable(cause, detail, options),
  certificate: ({ cause = '', detail, options }) => [detail, certificateMend(cause, options.tls)],
  authentication({ detail, options }) {
    const { sasl } = options;
    if (!sasl) return [`it wants a login (${detail})`, 'Set log.kafka.sasl'];
    if (detail.startsWith('ILLEGAL_SASL_STATE'))
      return [
        `this listener takes no login (${detail})`,
        'Remove log.kafka.sasl, or name a listener that does in log.kafka.brokers',
      ];
    const what = sasl.mechanism === 'oauthbearer' ? 'token' : 'user name and password';
    const refused = `login by ${sasl.mechanism} as ${userOf(options)} was refused (${detail})`;
    return [refused, `Check log.kafka.sasl: mechanism, ${what}`];
  },
  authorization({ detail, options, what = '' }) {
    const [, kind, name] = /^(topic|the consumer group) (\S+)/.exec(what) ?? [];
    const rights =
      kind === undefined
        ? 'Write on the topics of the configuration'
        : kind === 'topic'
          ? `Describe, Read and Write (Create where it is absent) on topic ${name}`
          : `Read on group ${name}`;
    return [`${userOf(options)} has no right (${detail})`, `Have it allowed ${rights}: kafka-acls --add`];
  },
  'topic-missing': ({ detail }) => [
    `there is none, or it was just created (${detail})`,
    'Create it, or let this user create topics',
  ],
  'topic-invalid': ({ detail }) =>
    /REPLICATION_FACTOR/.test(detail)
      ? [
          `${detail}: fewer brokers than replicas wanted`,
          'Start the others, or lower log.kafka.topicDefaults.replication',
        ]
      : [detail, 'Look at log.kafka.topicDefaults'],
  'too-few-replicas': ({ detail }) => [
    `too few replicas are in sync for min.insync.replicas (${detail})`,
    'It goes on when brokers are back',
  ],
  unsupported: ({ detail }) => [detail, 'Kafka 2.1 or later is needed, and for zstd Node 22.15 or later'],
};

function unreachable(cause: string, detail: string, { tls, sasl }: Met['options']): Said {
  const mend = 'Start Kafka, or correct log.kafka.brokers';
  const other = `the listener wants ${tls ? 'no TLS (log.kafka.tls)' : 'TLS (log.kafka.tls)'}${sasl ? '' : ' or a login (log.kafka.sasl)'}`;
  switch (cause) {
    case 'ECONNREFUSED':
      return ['connection refused', mend];
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return [
        `the name is not known to DNS (${cause})`,
        'Correct log.kafka.brokers, or the listeners that the brokers advertise',
      ];
    case 'ETIMEDOUT':
      return [`no answer (${cause})`, `${mend}, or open the firewall`];
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return [`no connection (${cause})`, `${mend}, or the route there`];
    default:
      // A listener that speaks otherwise just closes the connection.
      return /clos|disconnect/i.test(detail)
        ? [`the connection was closed at once (${detail})`, `Perhaps ${other}; else correct log.kafka.brokers`]
        : [detail, `${mend}; or ${other}`];
  }
}

function certificateMend(cause: string, tls: ClusterOptions['tls']): string {
  if (cause === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return "The brokers' certificate is for other names: use one of them in log.kafka.brokers and in the brokers' advertised listeners, or have it issued for this one";
  if (cause === 'CERT_HAS_EXPIRED') return "The brokers' certificate, or its authority's, has expired: have it renewed";
  if (cause === 'CERT_NOT_YET_VALID') return 'The certificate is not valid yet: is this machine’s clock right?';
  // Alerts of the other side: it did not like ours.
  if (/ALERT|HANDSHAKE/.test(cause))
    return tls?.cert
      ? 'The brokers refuse this client’s certificate: check log.kafka.tls.cert and key, its authority, and that it is valid'
      : 'The brokers want a certificate of this client: set log.kafka.tls.cert and log.kafka.tls.key';
  return `The brokers’ certificate is not trusted: set log.kafka.tls.ca to the file of the authority that signed it`;
}
