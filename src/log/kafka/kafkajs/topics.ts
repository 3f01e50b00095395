import { setTimeout } from 'node:timers/promises';
import kafkajs, { type Admin } from 'kafkajs';
import type { PartitionEnds } from '../../log.js';
import type { NewTopic, TopicFacts } from '../cluster.js';
import { protocolError } from './failure.js';

/** undefined instead of the error where the topic does not exist. */
async function unlessMissing<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (protocolError(error) === 'UNKNOWN_TOPIC_OR_PARTITION') return undefined;
    throw error;
  }
}

export async function describeTopic(admin: Admin, topic: string): Promise<TopicFacts | undefined> {
  const metadata = await unlessMissing(admin.fetchTopicMetadata({ topics: [topic] }));
  const partitions = metadata?.topics[0]?.partitions ?? [];
  if (partitions.length === 0) return undefined;
  const settings = await settingsOf(admin, topic);
  const minInsync = settings.get('min.insync.replicas');
  const cleanup = settings.get('cleanup.policy');
  return {
    partitions: partitions.length,
    replication: Math.min(...partitions.map(({ replicas }) => replicas.length)),
    ...(cleanup ? { cleanup: cleanup.includes('compact') ? 'compact' : 'delete' } : {}),
    ...(minInsync === undefined ? {} : { minInsync: Number(minInsync) }),
  };
}

/** Empty where this user may not read them. */
async function settingsOf(admin: Admin, topic: string): Promise<ReadonlyMap<string, string>> {
  const configNames = ['min.insync.replicas', 'cleanup.policy'];
  try {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configNames }],
    });
    return new Map(resources[0]?.configEntries.map(({ configName, configValue }) => [configName, configValue]));
  } catch (error) {
    if (protocolError(error) === 'TOPIC_AUTHORIZATION_FAILED') return new Map();
    throw error;
  }
}

/** Until each partition has a leader: what creates a topic is about to write to it. Brokers learn of it one after another. */
export async function createTopic(admin: Admin, topic: string, wanted: NewTopic, timeout: number): Promise<void> {
  const { partitions: numPartitions, replication: replicationFactor, cleanup } = wanted;
  const configEntries = [{ name: 'cleanup.policy', value: cleanup }];
  const isNew = await admin.createTopics({
    topics: [{ topic, numPartitions, replicationFactor, configEntries }],
    timeout,
    waitForLeaders: false,
  });
  // KafkaJS keeps the error to itself.
  if (!isNew) throw Object.assign(new Error(`topic ${topic} exists`), { type: 'TOPIC_ALREADY_EXISTS' });
  for (const end = performance.now() + timeout; ; await setTimeout(100)) {
    const metadata = await unlessMissing(admin.fetchTopicMetadata({ topics: [topic] }));
    const partitions = metadata?.topics[0]?.partitions ?? [];
    if (partitions.length === numPartitions && partitions.every(({ leader }) => leader >= 0)) return;
    if (performance.now() > end) throw Object.assign(new Error('no leader in time'), { type: 'LEADER_NOT_AVAILABLE' });
  }
}

export async function endsOf(admin: Admin, topic: string): Promise<readonly PartitionEnds[]> {
  const offsets = (await unlessMissing(admin.fetchTopicOffsets(topic))) ?? [];
  return offsets
    .map(({ partition, low, high }) => ({ partition, start: Number(low), end: Number(high) }))
    .sort((a, b) => a.partition - b.partition);
}
