import type { KafkaConfig } from '../../src/commands/log-place.js';

/** `log.kafka` of a cluster that a fake stands in for. */
export const kafkaSettings: KafkaConfig = {
  brokers: ['127.0.0.1:1'],
  client: 'kafkajs',
  compression: 'none',
  requestTimeout: 1000,
  connectTimeout: 1000,
  group: { id: 'financelake', sessionTimeout: 8_000 },
  topicDefaults: { partitions: 2, replication: 1 },
};
