import {
  createPublisher,
  type Publisher,
  type PublisherEvent,
  type PublisherOptions,
} from '../../../src/log/kafka/publisher.js';
import type { Batch } from '../../../src/log/log.js';
import { createVirtualTime, type VirtualTime } from '../../streams/virtual-time.js';
import { seeded } from '../seeded.js';
import { type FakeKafka, type FakeKafkaOptions, fakeKafka } from './fake-kafka.js';

export interface PublishedWorld {
  readonly time: VirtualTime;
  readonly kafka: FakeKafka;
  readonly publisher: Publisher;
  readonly events: readonly PublisherEvent[];
  /** The batches that the client was given, in order. */
  readonly calls: readonly Batch[];
  keys(partition: number): string[];
  /** Publishes and lets time pass until it is settled. */
  ship(...batches: Batch[]): Promise<PromiseSettledResult<Awaited<ReturnType<Publisher['publish']>>>[]>;
}

/** A publisher on a fake Kafka with topic `t` of two partitions, in virtual time. */
export async function publishedWorld(
  options: Partial<FakeKafkaOptions> = {},
  bounds: Partial<PublisherOptions> = {},
): Promise<PublishedWorld> {
  const time = createVirtualTime(0);
  const kafka = fakeKafka({ time, ...options });
  const cluster = kafka.connect();
  await cluster.createTopic('t', { partitions: 2, replication: 1, cleanup: 'delete' });
  const events: PublisherEvent[] = [];
  const calls: Batch[] = [];
  const publisher = createPublisher({
    cluster: {
      ...cluster,
      publish(batch) {
        calls.push(batch);
        return cluster.publish(batch);
      },
    },
    time,
    random: seeded(1),
    tell: event => events.push(event),
    sendDeadlineMs: 90_000,
    settleMs: 30_000,
    ...bounds,
  });
  return {
    time,
    kafka,
    publisher,
    events,
    calls,
    keys: partition => kafka.records('t', partition).map(({ key }) => key),
    async ship(...batches) {
      const all = Promise.allSettled(batches.map(batch => publisher.publish(batch)));
      let isDone = false;
      void all.then(() => {
        isDone = true;
      });
      await time.runUntil(() => isDone);
      return all;
    },
  };
}
