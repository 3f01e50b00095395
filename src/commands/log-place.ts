import { hostname } from 'node:os';
import type { Config } from '../config/options.js';
import { hasLog, openEmbeddedReader } from '../log/embedded/embedded-reader.js';
import type { Cluster } from '../log/kafka/cluster.js';
import { openKafkaReader } from '../log/kafka/kafka-reader.js';
import type { RecordReader } from '../log/log.js';
import { connectKafka } from './connect-kafka.js';

export type KafkaConfig = NonNullable<Config['log']['kafka']>;

/** The log that a configuration names. */
export interface LogPlace {
  /** Of the log on disk; with `kafka` the place of what waits for Kafka. */
  readonly path: string;
  /** Set where records are to be found in Kafka. */
  readonly kafka?: KafkaConfig;
}

export type Connect = (kafka: KafkaConfig, clientId: string) => Promise<Cluster>;

export const logPlace = ({ kind, path, kafka }: Config['log']): LogPlace =>
  kind === 'kafka' && kafka ? { path, kafka } : { path };

/** What the brokers call this machine's programs in their logs and quotas. */
export const clientId = (): string => `financelake@${hostname()}`;

const closeDeadlineMs = 2_000;

/**
 * The log at `place`, to look into; undefined where the log on disk was not begun yet.
 * @param damaged told of records that cannot be read
 * @throws LogFailure; KafkaFailure within 10 s, with the mend, when Kafka cannot be reached
 */
export async function openLogReader(
  { path, kafka }: LogPlace,
  connect: Connect = connectKafka,
  damaged: (problem: string) => void = () => undefined,
): Promise<RecordReader | undefined> {
  if (kafka) return openKafkaReader(await connect(kafka, clientId()), closeDeadlineMs);
  if (!hasLog(path)) return undefined;
  return openEmbeddedReader(path, event => {
    if (event.kind === 'log-damaged')
      damaged(`${event.topic}/${event.partition}: ${event.records} records from offset ${event.offset} are damaged`);
  });
}
