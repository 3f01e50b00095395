import type { Admin, Producer } from 'kafkajs';
import type { Cluster, ClusterOptions } from '../cluster.js';
import { KafkaFailure } from '../kafka-failure.js';
import { within } from '../within.js';
import { wordedFailure } from '../worded-failure.js';
import { type Client, createClient } from './client.js';
import { addCodecs, codecOf, hasZstd } from './codecs.js';
import { isLost, kafkajsFailure } from './failure.js';
import { createFetcher, type Fetcher, stopIdlePolling } from './internals.js';
import { placedMessages } from './placed-messages.js';
import { encodeProduceRequests } from './produce-requests.js';
import { readRecords } from './read-records.js';
import { createTopic, describeTopic, endsOf } from './topics.js';

/** The connections that ask and read. */
export interface Asking {
  readonly client: Client;
  readonly admin: Admin;
  readonly fetcher: Fetcher;
}

/** One producer id with its own connections, which end with it. */
interface Producing {
  readonly client: Client;
  readonly producer: Producer;
  readonly ready: Promise<void>;
  /** It never got its id: of no use, and nothing of it is in flight. */
  hasFailed: boolean;
}

const connectDeadlineMs = 8000;

/**
 * Kafka by KafkaJS 2.2.4, without what loses or doubles there: no multi-partition sends, no batches over topics, no transactions, its log silent.
 * Connections: one to each broker that leads for what is asked, one more to each that is read from, one to each that is written to.
 */
export async function connectKafkajs(options: ClusterOptions): Promise<Cluster> {
  if (options.compression === 'zstd' && !hasZstd)
    throw new KafkaFailure(
      'unsupported',
      `this Node (${process.version}) has no zstd: use Node 22.15 or later, or log.kafka.compression gzip`,
    );
  addCodecs();
  stopIdlePolling();
  encodeProduceRequests();
  const { requestTimeoutMs, connectTimeoutMs } = options;
  const callDeadlineMs = 3 * (requestTimeoutMs + connectTimeoutMs);
  let asking = createAsking(options);
  let producing: Producing | undefined;
  let isClosed = false;

  const open = (): void => {
    if (isClosed) throw new KafkaFailure('closed', 'the connection to Kafka is closed');
  };

  /** Failures in our words, a deadline, and a fresh client where KafkaJS has lost its way. */
  async function ask<T>(what: string, call: (asking: Asking) => Promise<T>, deadlineMs = callDeadlineMs): Promise<T> {
    open();
    const by = asking;
    const replace = (): void => {
      if (asking !== by || isClosed) return;
      by.client.sockets.end();
      asking = createAsking(options);
    };
    try {
      return await within(deadlineMs, call(by), () => {
        replace();
        return wordedFailure('timeout', { options, what, detail: `no answer within ${deadlineMs / 1000} s` });
      });
    } catch (error) {
      open();
      if (isLost(error)) replace();
      throw kafkajsFailure(error, { options, what });
    }
  }

  function produce(): Producing {
    const client = createClient(options);
    const producer = client.kafka.producer({
      idempotent: true,
      allowAutoTopicCreation: false,
      // Records come placed.
      createPartitioner:
        () =>
        ({ message }) =>
          message.partition!,
    });
    const made: Producing = { client, producer, ready: producer.connect(), hasFailed: false };
    made.ready.catch(() => {
      made.hasFailed = true;
    });
    return made;
  }

  const { clusterId } = await first(asking, options);

  return {
    id: clusterId,
    brokers: () =>
      ask('its brokers', async ({ admin }) => {
        const { brokers } = await admin.describeCluster();
        return brokers.map(({ nodeId, host, port }) => ({ id: nodeId, address: `${host}:${port}` }));
      }),
    topics: () => ask('its topics', ({ admin }) => admin.listTopics()),
    describeTopic: topic => ask(`topic ${topic}`, ({ admin }) => describeTopic(admin, topic)),
    createTopic: (topic, wanted) =>
      ask(`topic ${topic}`, async ({ client }) => {
        // One that has asked for offsets of this topic goes on asking for its leaders, and fails in everything while the topic is gone.
        const admin = client.kafka.admin();
        try {
          await admin.connect();
          await createTopic(admin, topic, wanted, requestTimeoutMs);
        } finally {
          await admin.disconnect();
        }
      }),
    ends: topic => ask(`topic ${topic}`, ({ admin }) => endsOf(admin, topic)),
    read: (topic, partition, from, maxBytes) =>
      ask(`topic ${topic}`, by => readRecords(by, topic, partition, from, maxBytes)),

    async publish(batch) {
      open();
      const { topic, partition } = batch;
      producing ??= produce();
      const by = producing;
      const what = `topic ${topic}`;
      try {
        await by.ready;
        const acknowledged = await by.producer.send({
          topic,
          acks: -1,
          // The brokers' own wait for the replicas: its end is an answer, and comes before we take them for dead.
          timeout: Math.ceil(requestTimeoutMs * 0.8),
          compression: codecOf[options.compression],
          messages: placedMessages(batch),
        });
        const place = acknowledged.find(answer => answer.topicName === topic && answer.partition === partition);
        // KafkaJS resolves without an answer for a partition that moved to a broker which has answered before (its issue 1303).
        if (place?.baseOffset === undefined || Number(place.baseOffset) < 0)
          throw new KafkaFailure('stuck', `Kafka, ${what}: acknowledged without a place in partition ${partition}`);
        return Number(place.baseOffset);
      } catch (error) {
        open();
        if (by.hasFailed && by === producing) discard();
        if (isLost(error)) throw new KafkaFailure('stuck', `Kafka, ${what}: ${String(error)}`);
        throw kafkajsFailure(error, { options, what });
      }
    },

    async renewProducer() {
      open();
      discard();
      producing = produce();
      const by = producing;
      try {
        await within(callDeadlineMs, by.ready, () =>
          wordedFailure('timeout', {
            options,
            what: 'a new producer',
            detail: `no answer within ${callDeadlineMs / 1000} s`,
          }),
        );
      } catch (error) {
        if (producing === by) discard();
        throw kafkajsFailure(error, { options, what: 'a new producer' });
      }
    },

    async close(deadlineMs) {
      if (isClosed) return;
      isClosed = true;
      const gently = Promise.allSettled([
        producing?.producer.disconnect(),
        asking.admin.disconnect(),
        asking.fetcher.disconnect(),
      ]);
      await Promise.race([gently, new Promise(resolve => setTimeout(resolve, deadlineMs).unref())]);
      discard();
      asking.client.sockets.end();
    },
  };

  function discard(): void {
    producing?.client.sockets.end();
    producing = undefined;
  }
}

function createAsking(options: ClusterOptions): Asking {
  const client = createClient(options);
  return { client, admin: client.kafka.admin(), fetcher: createFetcher(client.kafka) };
}

/** The first contact: its failure is what a person reads at the start. */
async function first({ client, admin }: Asking, options: ClusterOptions): Promise<{ readonly clusterId: string }> {
  const late = (): KafkaFailure =>
    wordedFailure('unreachable', { options, detail: `no answer within ${connectDeadlineMs / 1000} s` });
  try {
    return await within(
      connectDeadlineMs,
      admin.connect().then(() => admin.describeCluster()),
      late,
    );
  } catch (error) {
    client.sockets.end();
    throw kafkajsFailure(error, { options });
  }
}
