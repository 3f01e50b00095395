import { setTimeout } from 'node:timers/promises';
import type { Batch } from '../../log.js';
import type { Cluster, ClusterOptions } from '../cluster.js';
import { KafkaFailure } from '../kafka-failure.js';
import { within } from '../within.js';
import { wordedFailure } from '../worded-failure.js';
import { type Broker, createConnections } from './connections.js';
import { createDirectory } from './directory.js';
import { platformaticFailure } from './failure.js';
import { createProducer, type Producer } from './producer.js';
import { readRecords } from './read-records.js';
import { requests, unknownRequests } from './requests.js';
import { createTopic, describeTopic, endsOf } from './topics.js';

const connectDeadlineMs = 8000;
const readCommitted = 1;

/**
 * Kafka by @platformatic/kafka 2.12.1: its connections and its encoding of single requests, and nothing of its clients, which keep the numbers of the batches to
 * themselves. No transactions. Connections: one to each broker that is asked or read from, one more to each that is written to.
 */
export async function connectPlatformatic(options: ClusterOptions): Promise<Cluster> {
  const { requestTimeoutMs, connectTimeoutMs } = options;
  const callDeadlineMs = 3 * (requestTimeoutMs + connectTimeoutMs);
  const connections = createConnections(options);
  const directory = createDirectory(connections, options.brokers.map(brokerAt));
  let producer: Producer | undefined;
  let isClosed = false;

  const open = (): void => {
    if (isClosed) throw new KafkaFailure('closed', 'the connection to Kafka is closed');
  };

  async function ask<T>(what: string, call: () => Promise<T>): Promise<T> {
    open();
    try {
      return await within(callDeadlineMs, call(), () =>
        wordedFailure('timeout', { options, what, detail: `no answer within ${callDeadlineMs / 1000} s` }),
      );
    } catch (error) {
      open();
      throw platformaticFailure(error, { options, what });
    }
  }

  /** Once more with fresh knowledge of the topic, after whatever failure. */
  const askOf = <T>(topic: string, call: () => Promise<T>): Promise<T> =>
    ask(`topic ${topic}`, () =>
      call().catch(() => {
        directory.forget(topic);
        return call();
      }),
    );

  const oldest = async (topic: string, partition: number): Promise<number | undefined> =>
    (await endsOf(connections, directory, topic)).find(ends => ends.partition === partition)?.start;

  async function fetch(topic: string, partition: number, from: number, maxBytes: number) {
    const leader = await directory.leader(topic, partition);
    const { id } = (await directory.topic(topic))!;
    const wanted = { partition, currentLeaderEpoch: -1, fetchOffset: BigInt(from), lastFetchedEpoch: -1 };
    const topics = [{ topicId: id, partitions: [{ ...wanted, partitionMaxBytes: maxBytes }] }];
    const { responses } = await connections.ask(
      leader,
      requests.fetch,
      0,
      0,
      maxBytes,
      readCommitted,
      0,
      -1,
      topics,
      [],
      '',
    );
    return responses[0]?.partitions[0];
  }

  /** A leader that moved, or a topic that was just created, is looked for a few times. */
  async function publishBy(by: Producer, batch: Batch): Promise<number> {
    for (let pauseMs = 50; ; pauseMs *= 2) {
      try {
        return await by.publish(batch);
      } catch (error) {
        directory.forget(batch.topic);
        const { code } = platformaticFailure(error, { options });
        if (pauseMs > 1600 || (code !== 'not-leader' && code !== 'topic-missing')) throw error;
        await setTimeout(pauseMs);
      }
    }
  }

  function discard(): void {
    producer?.end();
    producer = undefined;
  }

  const id = await first();

  /** The first contact: its failure is what a person reads at the start. */
  async function first(): Promise<string> {
    try {
      const late = (): KafkaFailure =>
        wordedFailure('unreachable', { options, detail: `no answer within ${connectDeadlineMs / 1000} s` });
      const met = async (): Promise<string> => {
        const unknown = unknownRequests(
          await directory.anywhere(connections, requests.versions, 'financelake', process.version),
        );
        if (unknown.length > 0)
          throw new KafkaFailure(
            'unsupported',
            `Kafka at ${options.brokers.join(', ')} does not know ${unknown.join(', ')}: Kafka 3.1 or later is needed, or log.kafka.client kafkajs`,
          );
        return (await directory.metadata([])).clusterId ?? '';
      };
      return await within(connectDeadlineMs, met(), late);
    } catch (error) {
      connections.end();
      throw platformaticFailure(error, { options });
    }
  }

  return {
    id,
    brokers: () =>
      ask('its brokers', async () => {
        const { brokers } = await directory.metadata([]);
        return brokers.map(({ nodeId, host, port }) => ({ id: nodeId, address: `${host}:${port}` }));
      }),
    topics: () =>
      ask('its topics', async () => {
        const { topics } = await directory.metadata(null);
        return topics.flatMap(({ name, errorCode }) => (name === null || errorCode !== 0 ? [] : [name]));
      }),
    describeTopic: topic => ask(`topic ${topic}`, () => describeTopic(connections, directory, topic)),
    createTopic: (topic, wanted) =>
      ask(`topic ${topic}`, () =>
        createTopic(connections, directory, topic, { ...wanted, timeoutMs: requestTimeoutMs }),
      ),
    ends: topic => askOf(topic, () => endsOf(connections, directory, topic)),
    read: (topic, partition, from, maxBytes) =>
      askOf(topic, async () => {
        if (!(await directory.topic(topic))?.leaders.has(partition)) return [];
        return readRecords(
          {
            fetch: (at, bytes) => fetch(topic, partition, at, bytes),
            start: () => oldest(topic, partition),
          },
          from,
          maxBytes,
        );
      }),

    async publish(batch) {
      open();
      producer ??= createProducer(options, directory);
      const by = producer;
      try {
        await by.ready.catch(error => {
          if (by === producer) discard();
          throw error;
        });
        return await publishBy(by, batch);
      } catch (error) {
        open();
        throw platformaticFailure(error, { options, what: `topic ${batch.topic}` });
      }
    },

    async renewProducer() {
      open();
      discard();
      const made = createProducer(options, directory);
      producer = made;
      try {
        await ask('a new producer', () => made.ready);
      } catch (error) {
        if (producer === made) discard();
        throw error;
      }
    },

    async close() {
      isClosed = true;
      discard();
      connections.end();
    },
  };
}

function brokerAt(address: string): Broker {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
}
