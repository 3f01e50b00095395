import { createRequire } from 'node:module';
import type { Kafka } from 'kafkajs';

// KafkaJS reads records only by a consumer group. What lies behind it is used here, and only here: the exact version is pinned in package.json, and what
// is used is checked, so that another version fails by name and not in the middle of a read.

/** One partition of a fetch, as it came: with control records and, of the first batch, records before the offset. */
interface FetchedPartition {
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: string;
  readonly messages: readonly unknown[];
}

export interface RawMessage {
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer | readonly Buffer[] | null>>;
}

interface Broker {
  readonly connectionPool: { getConnection(index: number): Promise<unknown> };
  fetch(request: {
    readonly isolationLevel: number;
    readonly maxWaitTime: number;
    readonly minBytes: number;
    readonly maxBytes: number;
    readonly topics: readonly {
      readonly topic: string;
      readonly partitions: readonly { partition: number; fetchOffset: string; maxBytes: number }[];
    }[];
  }): Promise<{ readonly responses: readonly { readonly partitions: readonly FetchedPartition[] }[] }>;
}

interface Cluster {
  disconnect(): Promise<void>;
  refreshMetadata(): Promise<void>;
  addTargetTopic(topic: string): Promise<void>;
  /** Node id → partitions. */
  findLeaderForPartitions(topic: string, partitions: readonly number[]): Readonly<Record<string, readonly number[]>>;
  findBroker(node: { readonly nodeId: string }): Promise<Broker>;
}

export interface Fetched {
  readonly messages: readonly RawMessage[];
  readonly highWatermark: number;
}

/** Reads without a consumer group: one fetch a call, from the leader. Rejects with the errors of KafkaJS. */
export interface Fetcher {
  fetch(topic: string, partition: number, from: number, maxBytes: number): Promise<Fetched>;
  disconnect(): Promise<void>;
  /** Leaders are asked for anew before the next fetch. */
  forgetLeaders(): Promise<void>;
}

const readCommitted = 1;
const require = createRequire(import.meta.url);

type CreateCluster = (options: Record<string, unknown>) => Cluster;
type BatchClass = new (topic: string, from: string, partition: FetchedPartition) => { readonly messages: RawMessage[] };

const unknownInside = (): Error =>
  new Error('the inside of this version of kafkajs is not the known one: 2.2.4 is needed');

/** A cluster of the same client, with its addresses, login and sockets. */
function clusterOf(kafka: Kafka): Cluster {
  const symbol = Object.getOwnPropertySymbols(kafka).find(
    ({ description }) => description === 'private:Kafka:createCluster',
  );
  const create = symbol && (kafka as unknown as Record<symbol, CreateCluster>)[symbol];
  const cluster = create?.({ allowAutoTopicCreation: false, metadataMaxAge: 300_000, isolationLevel: readCommitted });
  const methods = ['disconnect', 'refreshMetadata', 'addTargetTopic', 'findLeaderForPartitions', 'findBroker'] as const;
  if (cluster === undefined || methods.some(name => typeof cluster[name] !== 'function')) throw unknownInside();
  return cluster;
}

export function createFetcher(kafka: Kafka): Fetcher {
  const Batch = require('kafkajs/src/consumer/batch') as BatchClass;
  const cluster = clusterOf(kafka);
  if (typeof Batch !== 'function') throw unknownInside();

  /** Two first fetches at once would open two connections, and one of them would be forgotten. */
  const connecting = new WeakMap<Broker, Promise<unknown>>();
  const connected = async (broker: Broker): Promise<void> => {
    await connecting.get(broker);
    const connection = broker.connectionPool.getConnection(1);
    connecting.set(
      broker,
      connection.catch(() => undefined),
    );
    await connection;
  };

  return {
    disconnect: () => cluster.disconnect(),
    forgetLeaders: () => cluster.refreshMetadata(),
    async fetch(topic, partition, from, maxBytes) {
      await cluster.addTargetTopic(topic);
      const [nodeId] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
      if (nodeId === undefined) return { messages: [], highWatermark: 0 };
      const broker = await cluster.findBroker({ nodeId });
      await connected(broker);
      const { responses } = await broker.fetch({
        isolationLevel: readCommitted,
        maxWaitTime: 0,
        minBytes: 0,
        maxBytes,
        topics: [{ topic, partitions: [{ partition, fetchOffset: String(from), maxBytes }] }],
      });
      const fetched = responses[0]?.partitions[0];
      if (fetched === undefined) return { messages: [], highWatermark: 0 };
      const { messages } = new Batch(topic, String(from), fetched);
      return { messages, highWatermark: Number(fetched.highWatermark) };
    },
  };
}

interface RequestQueue {
  readonly pending: readonly unknown[];
}

type Look = (this: RequestQueue) => void;

/**
 * KafkaJS looks every millisecond, for ever, whether a request waits (measured: 2.7 % of a core, and a warning about a negative time-out on Node 24). Without
 * a waiting request there is nothing to look for; one that comes to wait asks for the look itself.
 */
export function stopIdlePolling(): void {
  const { prototype } = require('kafkajs/src/network/requestQueue') as {
    readonly prototype: Partial<Record<'scheduleCheckPendingRequests', Look>>;
  };
  const look: Look | undefined = prototype.scheduleCheckPendingRequests;
  if (look === undefined || look === lookWhereOneWaits) return;
  always = look;
  prototype.scheduleCheckPendingRequests = lookWhereOneWaits;
}

let always: Look | undefined;

function lookWhereOneWaits(this: RequestQueue): void {
  if (this.pending.length > 0) always?.call(this);
}

interface Joined {
  readonly generationId: number;
  readonly leaderId: string;
  readonly memberId: string;
  readonly members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[];
}

/** The broker that keeps a group. */
export interface Coordinator {
  joinGroup(request: {
    readonly groupId: string;
    readonly sessionTimeout: number;
    readonly rebalanceTimeout: number;
    readonly memberId: string;
    readonly groupProtocols: readonly { readonly name: string; readonly metadata: Buffer }[];
  }): Promise<Joined>;
  syncGroup(request: {
    readonly groupId: string;
    readonly generationId: number;
    readonly memberId: string;
    readonly groupAssignment: readonly { readonly memberId: string; readonly memberAssignment: Buffer }[];
  }): Promise<{ readonly memberAssignment: Buffer }>;
  heartbeat(request: { groupId: string; groupGenerationId: number; memberId: string }): Promise<unknown>;
  leaveGroup(request: { groupId: string; memberId: string }): Promise<unknown>;
}

interface Teller {
  findGroupCoordinator(of: { readonly groupId: string; readonly coordinatorType: 0 }): Promise<unknown>;
}

interface GroupCluster extends Cluster {
  readonly brokerPool: { findConnectedBroker(): Promise<Teller> };
  connect(): Promise<void>;
  findGroupCoordinator(group: { readonly groupId: string }): Promise<Coordinator>;
  findTopicPartitionMetadata(topic: string): readonly { readonly partitionId: number }[];
}

/** The calls of a consumer group without a consumer, which has no hook before it joins again that could be awaited, and beats only between two fetches. */
export interface GroupCalls {
  coordinator(groupId: string): Promise<Coordinator>;
  partitions(topic: string): Promise<readonly number[]>;
  disconnect(): Promise<void>;
}

export function createGroupCalls(kafka: Kafka): GroupCalls {
  const cluster = clusterOf(kafka) as GroupCluster;
  for (const name of ['connect', 'findGroupCoordinator', 'findTopicPartitionMetadata'] as const)
    if (typeof cluster[name] !== 'function') throw unknownInside();
  if (typeof cluster.brokerPool?.findConnectedBroker !== 'function') throw unknownInside();
  let connected: Promise<void> | undefined;
  return {
    async coordinator(groupId) {
      connected ??= cluster.connect().catch((error: unknown) => {
        connected = undefined;
        throw error;
      });
      await connected;
      const coordinator = await cluster.findGroupCoordinator({ groupId }).catch(async (error: unknown) => {
        // Why no broker told it (a right, a group's topic in the making) KafkaJS keeps to itself.
        const broker = await cluster.brokerPool.findConnectedBroker();
        await broker.findGroupCoordinator({ groupId, coordinatorType: 0 });
        throw error;
      });
      for (const call of ['joinGroup', 'syncGroup', 'heartbeat', 'leaveGroup'] as const)
        if (typeof coordinator[call] !== 'function') throw unknownInside();
      return coordinator;
    },
    async partitions(topic) {
      await cluster.addTargetTopic(topic);
      await cluster.refreshMetadata();
      return cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId);
    },
    disconnect: () => cluster.disconnect(),
  };
}
