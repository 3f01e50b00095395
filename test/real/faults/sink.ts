import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Cluster, ConnectCluster } from '../../../src/log/kafka/cluster.js';
import { connectKafkajs } from '../../../src/log/kafka/kafkajs/connect-kafkajs.js';
import { createPublisher } from '../../../src/log/kafka/publisher.js';
import type { Batch } from '../../../src/log/log.js';
import { realTime } from '../../../src/streams/time.js';
import { seeded } from '../../log/seeded.js';
import { openBareSink } from './bare-sink.js';
import { openForwardSink } from './forward-sink.js';
import type { ClientName, LoadOptions } from './load-messages.js';

/** Where the load's records go. */
export interface Sink {
  /**
   * Resolves when the records are safe, or taken; the caller may forget the batch then: what waits on disk is in nobody's memory.
   * @throws KafkaFailure or LogFailure `full`: nothing was taken, and the same batch is to be offered again
   */
  publish(batch: Batch): Promise<Sending>;
  close(): Promise<void>;
  /** Ships what it can. @returns the records that are left */
  drain(deadlineMs: number): Promise<number>;
}

export interface Sending {
  /** Kafka has acknowledged or refused each record. */
  readonly acknowledged: Promise<{ readonly refused: number }>;
}

/** The other one cannot be loaded on every Node. */
const connectors: Readonly<Record<ClientName, () => Promise<ConnectCluster>>> = {
  kafkajs: async () => connectKafkajs,
  platformatic: async () =>
    (await import('../../../src/log/kafka/platformatic/connect-platformatic.js')).connectPlatformatic,
};

const closeMs = 10_000;

export function openSink(options: LoadOptions, count: (what: string) => void): Promise<Sink> {
  const { client, brokers, requestTimeoutMs, login } = options;
  const connect = async (): Promise<Cluster> => {
    const connectCluster = await connectors[client]();
    return connectCluster({
      brokers,
      clientId: 'financelake-faults',
      requestTimeoutMs,
      connectTimeoutMs: 1000,
      compression: 'none',
      ...(login && {
        tls: { ca: login.ca },
        sasl: { mechanism: 'scram-sha-512', username: login.username, password: login.password },
      }),
    });
  };
  switch (options.way) {
    case 'forward':
      return openForwardSink(options, connect, count);
    case 'publisher':
      return openPublisherSink(options, connect, count);
    case 'bare':
      return openBareSink(options);
  }
}

/** The discipline above the client alone: what waits is in memory. */
async function openPublisherSink(
  { requestTimeoutMs, seed }: LoadOptions,
  connect: () => Promise<Cluster>,
  count: (what: string) => void,
): Promise<Sink> {
  const cluster = await connect();
  const publisher = createPublisher({
    cluster,
    time: realTime,
    random: seeded(seed),
    tell: event => count('failure' in event ? `${event.kind} ${event.failure.code}` : event.kind),
    sendDeadlineMs: 10 * requestTimeoutMs,
    settleMs: requestTimeoutMs,
  });
  return {
    async publish(batch) {
      const published = publisher.publish(batch);
      // If it is full it says so at once.
      await Promise.race([published, nextTurn()]);
      return { acknowledged: published.then(({ refused }) => ({ refused: refused.length })) };
    },
    async close() {
      await publisher.close(closeMs);
      await cluster.close(closeMs);
    },
    async drain(deadlineMs) {
      const left = await publisher.close(deadlineMs);
      await cluster.close(1000);
      return left;
    },
  };
}
