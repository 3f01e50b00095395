import { setTimeout } from 'node:timers/promises';
import type { PartitionEnds } from '../../log.js';
import type { NewTopic, TopicFacts } from '../cluster.js';
import { KafkaFailure } from '../kafka-failure.js';
import type { Broker, Connections } from './connections.js';
import type { Directory } from './directory.js';
import { says } from './failure.js';
import { requests } from './requests.js';

const topicResource = 2;

export async function describeTopic(
  connections: Connections,
  directory: Directory,
  name: string,
): Promise<TopicFacts | undefined> {
  directory.forget(name);
  const topic = await directory.topic(name);
  if (topic === undefined) return undefined;
  const settings = await settingsOf(connections, directory, name);
  const minInsync = settings.get('min.insync.replicas');
  const cleanup = settings.get('cleanup.policy');
  return {
    partitions: topic.leaders.size,
    replication: topic.replication,
    ...(cleanup ? { cleanup: cleanup.includes('compact') ? 'compact' : 'delete' } : {}),
    topicId: topic.id,
    ...(minInsync ? { minInsync: Number(minInsync) } : {}),
  };
}

/** Empty where this user may not read them. */
async function settingsOf(
  connections: Connections,
  directory: Directory,
  resourceName: string,
): Promise<ReadonlyMap<string, string | null>> {
  const configurationKeys = ['min.insync.replicas', 'cleanup.policy'];
  try {
    const { results } = await directory.anywhere(
      connections,
      requests.configs,
      [{ resourceType: topicResource, resourceName, configurationKeys }],
      false,
      false,
    );
    return new Map(results[0]?.configs.map(({ name, value }) => [name, value]));
  } catch (error) {
    if (says(error, 'TOPIC_AUTHORIZATION_FAILED')) return new Map();
    throw error;
  }
}

/** Until each partition has a leader: what creates a topic is about to write to it. Brokers learn of it one after another. */
export async function createTopic(
  connections: Connections,
  directory: Directory,
  name: string,
  wanted: NewTopic & { readonly timeoutMs: number },
): Promise<void> {
  const { partitions: numPartitions, replication: replicationFactor, cleanup, timeoutMs } = wanted;
  const configs = [{ name: 'cleanup.policy', value: cleanup }];
  const topic = { name, numPartitions, replicationFactor, assignments: [], configs };
  await directory.anywhere(connections, requests.createTopics, [topic], timeoutMs, false);
  for (const end = performance.now() + timeoutMs; ; await setTimeout(100)) {
    directory.forget(name);
    const leaders = [...((await directory.topic(name))?.leaders.values() ?? [])];
    if (leaders.length === numPartitions && leaders.every(leader => leader !== undefined)) return;
    if (performance.now() > end)
      throw new KafkaFailure('not-leader', `Kafka, topic ${name}: created, but without leaders in time`);
  }
}

const latest = -1n;
const earliest = -2n;

/** Two round trips to each leader, all at once. */
export async function endsOf(
  connections: Connections,
  directory: Directory,
  name: string,
): Promise<readonly PartitionEnds[]> {
  const partitions = [...((await directory.topic(name))?.leaders.keys() ?? [])];
  const byLeader = new Map<Broker, number[]>();
  for (const partition of partitions) {
    const leader = await directory.leader(name, partition);
    byLeader.set(leader, [...(byLeader.get(leader) ?? []), partition]);
  }
  const offsets = async (timestamp: bigint): Promise<ReadonlyMap<number, number>> => {
    const answers = await Promise.all(
      [...byLeader].map(([leader, led]) => {
        const asked = led.map(partitionIndex => ({ partitionIndex, currentLeaderEpoch: -1, timestamp }));
        return connections.ask(leader, requests.offsets, -1, 0, [{ name, partitions: asked }]);
      }),
    );
    const found = answers.flatMap(({ topics }) => topics).flatMap(topic => topic.partitions);
    return new Map(found.map(({ partitionIndex, offset }) => [partitionIndex, Number(offset)]));
  };
  const [starts, ends] = await Promise.all([offsets(earliest), offsets(latest)]);
  return partitions
    .map(partition => ({ partition, start: starts.get(partition) ?? 0, end: ends.get(partition) ?? 0 }))
    .sort((a, b) => a.partition - b.partition);
}
