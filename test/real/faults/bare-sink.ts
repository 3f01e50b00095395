import { Kafka, logLevel } from 'kafkajs';
import type { Batch } from '../../../src/log/log.js';
import type { LoadOptions } from './load-messages.js';
import type { Sink } from './sink.js';

interface Offered {
  readonly batch: Batch;
  readonly resolve: () => void;
}

/**
 * The control: kafkajs as it is usually used, one `send` over all partitions, several under way, the same again after an error. What the harness says of it
 * shows that it would see a loss.
 */
export async function openBareSink({ brokers, requestTimeoutMs }: LoadOptions): Promise<Sink> {
  const kafka = new Kafka({
    brokers: [...brokers],
    requestTimeout: requestTimeoutMs,
    connectionTimeout: 1000,
    logLevel: logLevel.NOTHING,
  });
  const producer = kafka.producer();
  await producer.connect();
  let offered: Offered[] = [];
  const flush = async (): Promise<void> => {
    const together = offered;
    offered = [];
    const messages = together.flatMap(({ batch }) =>
      batch.records.map(({ key, value, headers }) => ({
        key,
        value: Buffer.from(value),
        headers: { ...headers },
        partition: batch.partition,
      })),
    );
    for (let isSent = false; !isSent; ) {
      isSent = await producer.send({ topic: together[0]!.batch.topic, messages, acks: -1 }).then(
        () => true,
        () => false,
      );
    }
    for (const { resolve } of together) resolve();
  };
  return {
    async publish(batch) {
      if (offered.length === 0) queueMicrotask(() => void flush());
      const acknowledged = new Promise<{ readonly refused: number }>(resolve =>
        offered.push({ batch, resolve: () => resolve({ refused: 0 }) }),
      );
      return { acknowledged };
    },
    close: () => producer.disconnect(),
    async drain() {
      await producer.disconnect();
      return offered.length;
    },
  };
}
