import type { ClusterOptions, ConnectCluster } from '../../src/log/kafka/cluster.js';
import { connectKafkajs } from '../../src/log/kafka/kafkajs/connect-kafkajs.js';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const hasPlatformatic = major > 22 || (major === 22 && minor >= 22);

type Adapter = readonly [client: string, connect: ConnectCluster];

/** What every test of a Kafka client runs against, by the value of `log.kafka.client`: each that this Node can have. */
export const adapters: readonly Adapter[] = [
  ['kafkajs', connectKafkajs],
  ...(hasPlatformatic ? [await platformatic()] : []),
];

async function platformatic(): Promise<Adapter> {
  const { connectPlatformatic } = await import('../../src/log/kafka/platformatic/connect-platformatic.js');
  return ['platformatic', connectPlatformatic];
}

export const clientOptions = (brokers: readonly string[], more: Partial<ClusterOptions> = {}): ClusterOptions => ({
  brokers,
  clientId: 'financelake-test',
  requestTimeoutMs: 10_000,
  connectTimeoutMs: 3000,
  compression: 'none',
  ...more,
});
