import type { LogReader, StateChange } from '../log.js';

/** How far a partition has been shipped: all before `localNext` is acknowledged by Kafka, where what comes next will lie at `kafkaNext` or behind. */
export interface ShippedTo {
  readonly localNext: number;
  readonly kafkaNext: number;
  /** Kafka's id of the topic, where it gives one. */
  readonly topicId?: string;
}

/** What the local log remembers of the cluster that it ships to. */
export interface KnownCluster {
  readonly id: string;
}

const positionKey = (topic: string, partition: number): string => `forward/${topic}/${partition}`;
// A topic's name may be `cluster`, but its key would have a partition behind it.
const clusterKey = 'forward/cluster';
const runningKey = 'forward/running';

type State = Pick<LogReader, 'get'>;

export const readPosition = (state: State, topic: string, partition: number): ShippedTo | undefined =>
  parsed<ShippedTo>(state.get(positionKey(topic, partition)));

export const positionChange = (topic: string, partition: number, position: ShippedTo): StateChange => [
  positionKey(topic, partition),
  Buffer.from(JSON.stringify(position)),
];

export const readCluster = (state: State): KnownCluster | undefined => parsed<KnownCluster>(state.get(clusterKey));

export const clusterChange = (cluster: KnownCluster): StateChange => [clusterKey, Buffer.from(JSON.stringify(cluster))];

/** Stands in the log while a batch may be under way, so that the next process knows whether the last one ended with every answer in hand. */
export const wasRunning = (state: State): boolean => state.get(runningKey) !== undefined;

export const runningChange = (isRunning: boolean): StateChange => [
  runningKey,
  isRunning ? Buffer.from('1') : undefined,
];

const parsed = <T>(value: Uint8Array | undefined): T | undefined =>
  value === undefined ? undefined : (JSON.parse(Buffer.from(value).toString()) as T);
