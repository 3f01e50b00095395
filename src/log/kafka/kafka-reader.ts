import { LogFailure, type LogFailureCode, type RecordReader } from '../log.js';
import type { Cluster } from './cluster.js';
import { KafkaFailure, type KafkaFailureCode } from './kafka-failure.js';

/** The look into Kafka. Topics of the brokers' own are not among its topics. Closing it closes the cluster. */
export const openKafkaReader = (cluster: Cluster, closeDeadlineMs: number): RecordReader => ({
  identity: cluster.id,
  topics: () => asLogFailure(cluster.topics().then(names => names.filter(name => !name.startsWith('__')))),
  ends: topic => asLogFailure(cluster.ends(topic)),
  read: (topic, partition, from, maxBytes) => asLogFailure(cluster.read(topic, partition, from, maxBytes)),
  close: () => cluster.close(closeDeadlineMs),
});

/** Kafka's failures in the words of the log port. */
export async function asLogFailure<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof KafkaFailure)) throw error;
    throw new LogFailure(logCodes[error.code] ?? 'unreachable', error.message);
  }
}

const logCodes: Readonly<Partial<Record<KafkaFailureCode, LogFailureCode>>> = {
  full: 'full',
  closed: 'closed',
  'too-large': 'too-large',
  'invalid-record': 'too-large',
  'topic-missing': 'topic',
  'topic-exists': 'topic',
  'topic-invalid': 'topic',
  authentication: 'denied',
  authorization: 'denied',
  certificate: 'denied',
  unsupported: 'denied',
};
