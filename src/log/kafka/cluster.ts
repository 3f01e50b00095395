import type { Batch, PartitionEnds, StoredRecord, TopicOptions } from '../log.js';

/** How records lie in Kafka: an empty value is a null one, which is what compaction takes for a tombstone; a null key reads as ''. */
export interface TopicFacts extends Pick<TopicOptions, 'partitions'> {
  /** Replicas of each partition, the least over the partitions. */
  readonly replication: number;
  /** These two only where this user may read the topic's configuration. */
  readonly cleanup?: TopicOptions['cleanup'];
  /** `min.insync.replicas` */
  readonly minInsync?: number;
  /** Kafka's id of the topic where the protocol gives it: one that was deleted and made again has another. */
  readonly topicId?: string;
}

export interface NewTopic extends TopicOptions {
  readonly replication: number;
}

export interface BrokerFacts {
  readonly id: number;
  /** As the cluster advertises it: `host:port`. */
  readonly address: string;
}

/**
 * A Kafka client reduced to what the discipline above it needs; each adapter gives one. It has no policy: a call is tried once or a few times within its
 * deadline and then rejects with a `KafkaFailure`. No call hangs: each settles within about `requestTimeoutMs` and the time to connect.
 */
export interface Cluster {
  /** Kafka's cluster id. */
  readonly id: string;
  brokers(): Promise<readonly BrokerFacts[]>;
  topics(): Promise<readonly string[]>;
  /** undefined when it does not exist. */
  describeTopic(topic: string): Promise<TopicFacts | undefined>;
  /** @throws KafkaFailure `topic-exists`, `authorization`, `topic-invalid` (as when there are fewer brokers than replicas) */
  createTopic(topic: string, options: NewTopic): Promise<void>;
  /**
   * One batch to one partition: idempotent, acknowledged by all replicas in sync.
   * The caller keeps one call in flight per partition, and after a `retry` the next call for the partition brings the identical batch.
   * @returns the offset of its first record; the others follow without a gap
   */
  publish(batch: Batch): Promise<number>;
  /** Empty for a topic that does not exist. */
  ends(topic: string): Promise<readonly PartitionEnds[]>;
  /** No consumer group; one round trip where possible. At most about `maxBytes`, at least one record where there is one. Offsets below the start begin there. */
  read(topic: string, partition: number, from: number, maxBytes: number): Promise<readonly StoredRecord[]>;
  /**
   * A new producer id for all partitions. What was in flight may still be written once: calls in flight reject with `retry`, and the old producer sends no more.
   */
  renewProducer(): Promise<void>;
  /** Ends within the deadline, whatever the brokers do. */
  close(deadlineMs: number): Promise<void>;
}

export type Compression = 'none' | 'gzip' | 'zstd';

/** An access token for OAUTHBEARER, asked for at each login. */
export type TokenProvider = () => Promise<string>;

export type Login =
  | {
      readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
      readonly username: string;
      readonly password: string;
    }
  | { readonly mechanism: 'oauthbearer'; readonly token: TokenProvider };

/** PEM texts. Absent `ca`: what the system trusts. `cert` and `key`: this client's own. */
export interface ClientTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export interface ClusterOptions {
  /** `host:port` of some brokers; the others are learnt from them. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly tls?: ClientTls;
  readonly sasl?: Login;
  readonly requestTimeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly compression: Compression;
}

/**
 * What each adapter exports. Rejects within 10 s with a `KafkaFailure` that says what is wrong and how to mend it.
 * @public
 */
export type ConnectCluster = (options: ClusterOptions) => Promise<Cluster>;
