import { setTimeout as delay } from 'node:timers/promises';
import { KafkaFailure } from '../../src/log/kafka/kafka-failure.js';
import { createPublisher } from '../../src/log/kafka/publisher.js';
import { realTime } from '../../src/streams/time.js';
import { batch, record } from '../log/record-contract.js';
import { adapters, clientOptions } from './adapters.js';

/**
 * `node --expose-gc memory-child.js CLIENT BROKER TOPIC PARTITIONS`: asks over IPC for Kafka to be frozen, fills the publisher until it takes no more, lets the
 * client try for ten of its time-outs, asks for Kafka to be woken, and waits until all is acknowledged. Tells the memory in use, collected, in bytes: before,
 * at most meanwhile, afterwards; and what the publisher held at most.
 */
const [client, broker = '', topic = '', partitions = ''] = process.argv.slice(2);
const [, connect] = adapters.find(([name]) => name === client)!;
const requestTimeoutMs = 1000;
const cluster = await connect(clientOptions([broker], { requestTimeoutMs, connectTimeoutMs: 1000 }));
const publisher = createPublisher({
  cluster,
  time: realTime,
  random: Math.random,
  sendDeadlineMs: 10 * requestTimeoutMs,
  settleMs: requestTimeoutMs,
});
/** What buffers held outside of the heap goes a turn after they are collected. */
const used = async (): Promise<number> => {
  for (let turn = 0; turn < 3; turn++) {
    gc!();
    await delay(20);
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};
const told = (word: string): Promise<void> =>
  new Promise(resolve => {
    process.once('message', () => resolve());
    process.send!(word);
  });

const valueBytes = 1000;
const perBatch = 300;
const make = (partition: number) =>
  batch(topic, partition, ...Array.from({ length: perBatch }, () => record('KEY', Buffer.alloc(valueBytes, 'x'))));
// Connections and code are no part of what is held.
await Promise.all(Array.from({ length: Number(partitions) }, (_, partition) => publisher.publish(make(partition))));
const before = await used();
await told('freeze');
const waiting: Promise<unknown>[] = [];
let held = 0;
for (let isFull = false, at = 0; !isFull; at++) {
  const taken = publisher.publish(make(at % Number(partitions)));
  held = Math.max(held, publisher.heldBytes);
  waiting.push(
    taken.catch((error: unknown) => {
      if (!(error instanceof KafkaFailure) || error.code !== 'full') throw error;
      isFull = true;
    }),
  );
  await Promise.resolve();
  await Promise.resolve();
}
let most = 0;
for (const end = performance.now() + 10 * requestTimeoutMs; performance.now() < end; )
  most = Math.max(most, await used());
const isStillHeld = publisher.heldBytes === held;
await told('wake');
await Promise.all(waiting);
waiting.length = 0;
await delay(100);
const after = await used();
await publisher.close(10_000);
await cluster.close(1000);
process.send!({ before, most, after, held, isStillHeld });
process.disconnect();
