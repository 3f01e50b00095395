import type { Report } from '../../records/event.js';
import type { Cluster, TopicFacts } from '../kafka/cluster.js';
import { KafkaFailure } from '../kafka/kafka-failure.js';
import type { Log, TopicOptions } from '../log.js';

/** What a topic shall be like in Kafka. */
export interface WantedTopic extends TopicOptions {
  readonly name: string;
  readonly replication: number;
  /** Of what waits for Kafka in the local log, where it is another. */
  readonly localCleanup?: TopicOptions['cleanup'];
}

/** What is known of the topics in Kafka, asked for once each until it is forgotten. */
export interface TopicDesk {
  /** @throws KafkaFailure, with the mend */
  facts(topic: string): Promise<TopicFacts>;
  forget(topic: string): void;
}

export function createTopicDesk(parts: {
  readonly log: Pick<Log, 'ends'>;
  readonly cluster: Cluster;
  readonly wanted: readonly WantedTopic[];
  readonly report: Report;
}): TopicDesk {
  const { log, cluster, report } = parts;
  const wanted = new Map(parts.wanted.map(topic => [topic.name, topic]));
  const known = new Map<string, Promise<TopicFacts>>();

  const ask = async (topic: string): Promise<TopicFacts> => {
    const partitions = log.ends(topic).length;
    const spec = wanted.get(topic);
    if (spec) return createOrCheck(cluster, { ...spec, partitions }, report);
    const found = await cluster.describeTopic(topic);
    if (found && found.partitions >= partitions) return found;
    throw new KafkaFailure(
      'topic-missing',
      `topic ${topic} waits in the local log, is not in the configuration, and not in Kafka with ${partitions} partitions: create it there`,
    );
  };

  return {
    facts(topic) {
      const asked = known.get(topic) ?? ask(topic);
      known.set(topic, asked);
      asked.catch(() => known.delete(topic));
      return asked;
    },
    forget: topic => void known.delete(topic),
  };
}

/**
 * The topic as Kafka has it; makes it where it is absent. More partitions than wanted are no fault: the others get nothing from here.
 * @throws KafkaFailure, with the mend
 */
export async function createOrCheck(cluster: Cluster, wanted: WantedTopic, report: Report): Promise<TopicFacts> {
  const { name, partitions, cleanup, replication } = wanted;
  const facts = (await cluster.describeTopic(name)) ?? (await create(cluster, wanted));
  const differs = (problem: string): void => report({ kind: 'topic-differs', topic: name, problem });
  if (facts.partitions < partitions)
    throw new KafkaFailure(
      'topic-invalid',
      `topic ${name} has ${facts.partitions} partitions in Kafka and ${partitions} in the local log: add partitions (kafka-topics.sh --alter --topic ${name} --partitions ${partitions})`,
    );
  if (facts.partitions > partitions)
    differs(
      `it has ${facts.partitions} partitions in Kafka and was first used with ${partitions}: these go on to be used, so that no key moves`,
    );
  if (facts.cleanup !== undefined && facts.cleanup !== cleanup)
    differs(
      `its cleanup.policy in Kafka is ${facts.cleanup}, not ${cleanup}: kafka-configs.sh --alter --entity-type topics --entity-name ${name} --add-config cleanup.policy=${cleanup}`,
    );
  if (facts.minInsync !== undefined && facts.minInsync > facts.replication)
    differs(
      `its min.insync.replicas is ${facts.minInsync} and it has ${facts.replication} replicas (${replication} were wanted): nothing can be written to it`,
    );
  return facts;
}

async function create(cluster: Cluster, { name, ...options }: WantedTopic): Promise<TopicFacts> {
  try {
    await cluster.createTopic(name, options);
  } catch (error) {
    // Another instance was quicker.
    if (!(error instanceof KafkaFailure) || error.code !== 'topic-exists') throw error;
  }
  const facts = await cluster.describeTopic(name);
  // Each broker learns of a new topic in its own time.
  if (!facts) throw new KafkaFailure('not-leader', `topic ${name} was made, and not every broker knows it yet`);
  return facts;
}
