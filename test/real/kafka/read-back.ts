import type { KafkaCluster } from './cluster.js';
import { runJava } from './processes.js';

export interface ReadRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: string | null;
}

/** What Kafka's own consumer finds, held against what was sent. */
export interface Count {
  readonly expected: number;
  readonly records: number;
  readonly lost: number;
  /** Records whose `fl-id` was read before. */
  readonly doubled: number;
  /** Several in a row in a partition are one: a batch that was sent again. */
  readonly doubledRuns: number;
  /** First occurrences behind one that was sent later with the same key. */
  readonly outOfOrder: number;
  readonly unexpected: number;
  /** The key is not the one sent with the id, or the value does not hold the id. */
  readonly mismatched: number;
  /** Records whose key was in another partition before. */
  readonly split: number;
  readonly doubledIn: Readonly<Record<string, number>>;
  readonly examples: readonly string[];
}

const read = (cluster: KafkaCluster, ...args: readonly string[]): Promise<string> =>
  runJava(cluster.classes, { main: 'Reader', args: [cluster.addresses('DIRECT').join(','), ...args], heapMiB: 512 });

/** Every record of a topic, as text. */
export async function readBack(cluster: KafkaCluster, topic: string): Promise<readonly ReadRecord[]> {
  const lines = (await read(cluster, topic)).split('\n').slice(0, -1);
  return lines.map(line => JSON.parse(line) as ReadRecord);
}

/**
 * @param sent a file of `key TAB id` lines, in the order in which they were sent
 * @param required those of them that have to be there
 */
export const countBack = async (cluster: KafkaCluster, topic: string, sent: string, required = sent): Promise<Count> =>
  JSON.parse(await read(cluster, topic, sent, required)) as Count;
