import { checkCommit } from '../commit-check.js';
import { type Batch, LogFailure, type RecordLog, type TopicOptions } from '../log.js';
import { agreedTopic, type Topic } from '../topics.js';
import type { Cluster, TopicFacts } from './cluster.js';
import type { KafkaFailure } from './kafka-failure.js';
import { asLogFailure, openKafkaReader } from './kafka-reader.js';
import type { Publisher } from './publisher.js';

export interface KafkaLogOptions {
  readonly cluster: Cluster;
  readonly publisher: Publisher;
  /** Replicas of the topics that have to be created. */
  readonly replication: number;
  readonly closeDeadlineMs: number;
}

/**
 * The log port on Kafka. `append` waits for as long as Kafka takes; while it waits the publisher holds the records. A commit is no unit here: each batch is
 * acknowledged by itself, and a batch that had to be divided has several positions.
 */
export function openKafkaLog({ cluster, publisher, replication, closeDeadlineMs }: KafkaLogOptions): RecordLog {
  const reader = openKafkaReader(cluster, closeDeadlineMs);
  const topics = new Map<string, Topic>();
  /** Appends are taken in the order of the calls, though one may have to ask for its topic first. */
  let order: Promise<unknown> = Promise.resolve();

  const known = (name: string, { partitions, cleanup = 'delete' }: TopicFacts): Topic => ({
    name,
    id: topics.size,
    partitions,
    cleanup,
  });

  async function learn(names: readonly string[]): Promise<void> {
    for (const name of names) {
      if (topics.has(name)) continue;
      const found = await cluster.describeTopic(name);
      if (found) topics.set(name, known(name, found));
    }
  }

  async function createOrFind(name: string, wanted: TopicOptions): Promise<TopicFacts | undefined> {
    try {
      await cluster.createTopic(name, { ...wanted, replication });
      return undefined;
    } catch (error) {
      const { code } = error as KafkaFailure;
      if (code === 'topic-exists') return cluster.describeTopic(name);
      if (code === 'authorization') throw new LogFailure('topic', forbidden(name, { ...wanted, replication }));
      throw error;
    }
  }

  return {
    ...reader,
    async ensureTopic(name, wanted) {
      const agreed = agreedTopic(undefined, name, wanted, topics.size);
      const found = await asLogFailure(cluster.describeTopic(name).then(facts => facts ?? createOrFind(name, wanted)));
      if (found) checkFacts(name, found, wanted);
      topics.set(name, agreed);
    },
    async append({ batches }) {
      const copies = batches.map(copyOf);
      const taken = order.then(async () => {
        await learn(copies.map(({ topic }) => topic));
        checkCommit({ batches: copies }, name => topics.get(name));
        return { published: publisher.publishAll(copies) };
      });
      order = taken.catch(() => undefined);
      const published = await asLogFailure(taken.then(({ published }) => published));
      const [refused] = published.flatMap(({ refused }, at) => refused.map(each => ({ ...each, at })));
      if (refused) {
        const { topic } = copies[refused.at]!;
        throw new LogFailure('too-large', `record ${refused.index} for ${topic}: ${refused.failure.message}`);
      }
      return published.flatMap(({ positions }) => positions);
    },
    async close() {
      await order;
      await publisher.close(closeDeadlineMs);
      await reader.close();
    },
  };
}

/** What is there against what is wanted. More replicas than asked for are welcome. */
function checkFacts(name: string, found: TopicFacts, wanted: TopicOptions): void {
  if (found.cleanup !== undefined && found.cleanup !== wanted.cleanup)
    throw new LogFailure(
      'topic',
      `topic ${name} has cleanup.policy '${found.cleanup}', not '${wanted.cleanup}': kafka-configs --alter --topic ${name} --add-config cleanup.policy=${wanted.cleanup}, or choose another topic name`,
    );
  agreedTopic({ ...wanted, ...found, name, id: 0 }, name, wanted, 0);
  if (found.minInsync !== undefined && found.minInsync > found.replication)
    throw new LogFailure(
      'topic',
      `topic ${name} has ${found.replication} replicas and min.insync.replicas ${found.minInsync}: nothing can be written. Lower min.insync.replicas, or give it more replicas`,
    );
}

const forbidden = (
  name: string,
  { partitions, cleanup, replication }: TopicOptions & { replication: number },
): string =>
  `topic ${name} does not exist, and this user may not create it. Allow Create, or have it created: kafka-topics --create --topic ${name} --partitions ${partitions} --replication-factor ${replication} --config cleanup.policy=${cleanup}`;

/** The caller may reuse its buffers once the call has returned. */
const copyOf = ({ topic, partition, records }: Batch): Batch => ({
  topic,
  partition,
  records: records.map(({ key, value, headers }) => ({ key, value: new Uint8Array(value), headers: { ...headers } })),
});
