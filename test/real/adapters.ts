import type { ClusterOptions, ConnectCluster } from '../../src/log/kafka/cluster.js';
import { connectKafkajs } from '../../src/log/kafka/kafkajs/connect-kafkajs.js';

/** What every test of a Kafka client runs against, by the value of `log.kafka.client`. */
export const adapters: readonly (readonly [client: string, connect: ConnectCluster])[] = [['kafkajs', connectKafkajs]];

export const clientOptions = (brokers: readonly string[], more: Partial<ClusterOptions> = {}): ClusterOptions => ({
  brokers,
  clientId: 'financelake-test',
  requestTimeoutMs: 10_000,
  connectTimeoutMs: 3000,
  compression: 'none',
  ...more,
});
