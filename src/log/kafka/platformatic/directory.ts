import type { Metadata } from '@platformatic/kafka';
import { KafkaFailure } from '../kafka-failure.js';
import { addressOf, type Broker, type Connections } from './connections.js';
import { answerIn, isAnswer, says } from './failure.js';
import { type Request, requests } from './requests.js';

export interface Topic {
  readonly id: string;
  /** By partition. */
  readonly leaders: ReadonlyMap<number, Broker | undefined>;
  readonly replication: number;
}

/** Who is there and who leads. What is known of a topic is kept until it is forgotten, which each failure has to do. */
export interface Directory {
  /** Any broker that answers: the one that did last time first, then others, each once. */
  anywhere<Asked extends readonly unknown[], Answer>(
    connections: Connections,
    request: Request<Asked, Answer>,
    ...asked: Asked
  ): Promise<Answer>;
  metadata(topics: readonly string[] | null): Promise<Metadata>;
  /** undefined when it does not exist. */
  topic(name: string): Promise<Topic | undefined>;
  leader(topic: string, partition: number): Promise<Broker>;
  forget(topic: string): void;
}

/** Without those that may be tried of a large cluster, one call could take minutes. */
const mostTries = 5;

export function createDirectory(connections: Connections, bootstrap: readonly Broker[]): Directory {
  const topics = new Map<string, Promise<Topic | undefined>>();
  let candidates = bootstrap;
  let turn = 0;

  async function anywhere<Asked extends readonly unknown[], Answer>(
    by: Connections,
    request: Request<Asked, Answer>,
    ...asked: Asked
  ): Promise<Answer> {
    for (let tries = Math.min(mostTries, candidates.length); ; tries--) {
      const at = turn;
      try {
        return await by.ask(candidates[at % candidates.length]!, request, ...asked);
      } catch (error) {
        // An answer is the same everywhere, and a login that was refused is not tried again.
        if (isAnswer(error) || tries <= 1) throw error;
        if (turn === at) turn += 1;
      }
    }
  }

  /** With what the brokers said in it, topic by topic. */
  async function metadata(names: readonly string[] | null): Promise<Metadata> {
    const found = await anywhere(connections, requests.metadata, names, false, false).catch(error => {
      const answer = answerIn(error) as Metadata | undefined;
      // Partitions without a leader are no reason to know nothing.
      if (answer?.topics?.every(({ errorCode }) => errorCode === 0 || names === null)) return answer;
      throw error;
    });
    const more = found.brokers.filter(broker => !bootstrap.some(given => addressOf(given) === addressOf(broker)));
    candidates = [...bootstrap, ...more];
    return found;
  }

  async function look(name: string): Promise<Topic | undefined> {
    try {
      const { brokers, topics: found } = await metadata([name]);
      const { topicId, partitions } = found[0]!;
      const byId = new Map(brokers.map(broker => [broker.nodeId, broker]));
      return {
        id: topicId,
        leaders: new Map(partitions.map(({ partitionIndex, leaderId }) => [partitionIndex, byId.get(leaderId)])),
        replication: Math.min(...partitions.map(({ replicaNodes }) => replicaNodes.length)),
      };
    } catch (error) {
      if (says(error, 'UNKNOWN_TOPIC_OR_PARTITION')) return undefined;
      throw error;
    }
  }

  function topic(name: string): Promise<Topic | undefined> {
    const known = topics.get(name);
    if (known) return known;
    const looked = look(name);
    topics.set(name, looked);
    const forget = (): void => {
      if (topics.get(name) === looked) topics.delete(name);
    };
    looked.then(found => found ?? forget(), forget);
    return looked;
  }

  return {
    anywhere,
    metadata,
    topic,
    async leader(name, partition) {
      const found = await topic(name);
      if (found === undefined || !found.leaders.has(partition))
        throw new KafkaFailure('topic-missing', `Kafka, topic ${name}: there is no partition ${partition} of it`);
      const leader = found.leaders.get(partition);
      if (leader) return leader;
      throw new KafkaFailure('not-leader', `Kafka, topic ${name}: partition ${partition} has no leader`);
    },
    forget: name => topics.delete(name),
  };
}
