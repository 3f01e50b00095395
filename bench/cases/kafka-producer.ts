import { Kafka, logLevel } from 'kafkajs';
import type { Cluster, ClusterOptions } from '../../src/log/kafka/cluster.js';
import { createPublisher } from '../../src/log/kafka/publisher.js';
import type { LogRecord } from '../../src/log/log.js';
import { realTime } from '../../src/streams/time.js';
import { batchesOf, batchRecords, partitions } from './kafka-records.js';

/** `kafka-producer.js WAY BROKERS TOPIC WARM_UP RECORDS`: one process, one way to send; says what the counted records cost. */
export interface Sent {
  readonly ms: number;
  readonly cpuSeconds: number;
}

interface Sender {
  /** One batch to one partition; the next follows when it has settled. */
  send(partition: number, at: number): Promise<unknown>;
  close(): Promise<unknown>;
}

const [way = '', broker = '', topic = '', warmUp = '', counted = ''] = process.argv.slice(2);
const batches = Array.from({ length: partitions }, (_, partition) => batchesOf(partition));
const options: ClusterOptions = {
  brokers: [broker],
  clientId: 'financelake-bench',
  requestTimeoutMs: 30_000,
  connectTimeoutMs: 10_000,
  compression: 'none',
};

const senders: Readonly<Record<string, () => Promise<Sender>>> = {
  async kafkajs() {
    const { connectKafkajs } = await import('../../src/log/kafka/kafkajs/connect-kafkajs.js');
    return ours(await connectKafkajs(options));
  },
  async platformatic() {
    const { connectPlatformatic } = await import('../../src/log/kafka/platformatic/connect-platformatic.js');
    return ours(await connectPlatformatic(options));
  },
  async 'bare kafkajs'() {
    const kafka = new Kafka({ clientId: 'bare', brokers: [broker], logLevel: logLevel.NOTHING });
    const producer = kafka.producer({ idempotent: true, allowAutoTopicCreation: false });
    await producer.connect();
    const messages = bare((record, partition) => ({ ...record, partition }));
    return {
      send: (partition, at) => producer.send({ topic, acks: -1, messages: messages[partition]![at]! }),
      close: () => producer.disconnect(),
    };
  },
  async 'bare platformatic'() {
    const { Producer } = await import('@platformatic/kafka');
    const producer = new Producer({
      clientId: 'bare',
      bootstrapBrokers: [broker],
      idempotent: true,
      compression: 'none',
    });
    const messages = bare((record, partition) => ({ ...record, topic, partition }));
    return {
      send: (partition, at) => producer.send({ messages: messages[partition]![at]! }),
      close: () => producer.close(),
    };
  },
};

/** The whole path below the forwarder: discipline and adapter. */
function ours(cluster: Cluster): Sender {
  const publisher = createPublisher({
    cluster,
    time: realTime,
    random: Math.random,
    maxBatchRecords: batchRecords,
    sendDeadlineMs: 300_000,
    settleMs: 30_000,
  });
  return {
    send: (partition, at) => publisher.publish({ topic, partition, records: batches[partition]![at]! }),
    async close() {
      await publisher.close(10_000);
      await cluster.close(10_000);
    },
  };
}

/** Made before the clock runs, in the favour of the bare loops. */
const bare = <T>(message: (record: { key: Buffer; value: Buffer }, partition: number) => T): T[][][] =>
  batches.map((all, partition) =>
    all.map(records =>
      records.map(({ key, value }: LogRecord) =>
        message({ key: Buffer.from(key), value: Buffer.from(value) }, partition),
      ),
    ),
  );

/** One batch in flight for each partition. */
async function sendAll({ send }: Pick<Sender, 'send'>, records: number): Promise<void> {
  const each = Math.ceil(records / partitions / batchRecords);
  await Promise.all(
    batches.map(async (all, partition) => {
      for (let i = 0; i < each; i++) await send(partition, i % all.length);
    }),
  );
}

const sender = await senders[way]!();
await sendAll(sender, Number(warmUp));
const startMs = performance.now();
const cpu = process.cpuUsage();
await sendAll(sender, Number(counted));
const { user, system } = process.cpuUsage(cpu);
const sent: Sent = { ms: performance.now() - startMs, cpuSeconds: (user + system) / 1e6 };
process.send!(sent);
await sender.close();
process.disconnect();
