import { Subscription } from 'rxjs';
import type { Cluster, NewTopic, TopicFacts } from '../../../src/log/kafka/cluster.js';
import { KafkaFailure } from '../../../src/log/kafka/kafka-failure.js';
import type { Batch, LogRecord, StoredRecord } from '../../../src/log/log.js';
import type { Time } from '../../../src/streams/time.js';

/** What becomes of one call of `publish`. */
export type Fault =
  /** Nothing is written. */
  | { readonly kind: 'refuse'; readonly failure: KafkaFailure }
  /** Written, and the answer never comes: the call rejects with `timeout` after `afterMs`. */
  | { readonly kind: 'lost'; readonly afterMs: number }
  /** Written at once, acknowledged after `afterMs`. */
  | { readonly kind: 'late'; readonly afterMs: number }
  /** Never settles, unless the producer is renewed or the cluster closed. */
  | { readonly kind: 'hangs'; readonly written: boolean };

export const leaderMoved: Fault = { kind: 'refuse', failure: new KafkaFailure('not-leader', 'the leader has moved') };
export const tooLarge: Fault = { kind: 'refuse', failure: new KafkaFailure('too-large', 'the batch is too large') };
export const outOfOrder: Fault = {
  kind: 'refuse',
  failure: new KafkaFailure('sequence', 'a sequence number is missing'),
};
export const unreachable: Fault = { kind: 'refuse', failure: new KafkaFailure('unreachable', 'no broker answers') };

export interface FakeKafkaOptions {
  readonly time: Time;
  readonly id?: string;
  /** The fault that meets this call, if any. `call` counts all calls of publish from 0. */
  readonly fault?: (batch: Batch, call: number) => Fault | undefined;
  /** Compressed bytes of a batch that the brokers take; counted as keys and values. */
  readonly maxBatchBytes?: number;
  /** Milliseconds from a publish to its acknowledgement; 0 is a microtask. */
  readonly latencyMs?: number;
  readonly mayCreate?: boolean;
}

interface Partition {
  readonly records: StoredRecord[];
  start: number;
  end: number;
  /** Like the brokers': the last batch of each producer, by sequence number. */
  readonly producers: Map<number, { readonly first: number; readonly next: number; readonly base: number }>;
}

/** The brokers: what several clusters, one after another or side by side, find there. */
export interface FakeKafka {
  connect(): Cluster;
  /** The world may change it while it runs. */
  fault: FakeKafkaOptions['fault'];
  /** While set, every call of every cluster rejects with it. */
  down: KafkaFailure | undefined;
  /** Another producer writes. @returns the offset of the first record */
  write(batch: Batch): number;
  /** Retention: records below `start` go. */
  truncate(topic: string, partition: number, start: number): void;
  records(topic: string, partition: number): readonly StoredRecord[];
  has(topic: string): boolean;
  /** Somebody deletes the topic. */
  /** @param staleAnswers so often a broker still describes it as it was */
  remove(topic: string, staleAnswers?: number): void;
  /** Breaches of the discipline that were seen: calls that overlap in a partition, another batch after a failed one. */
  readonly breaches: readonly string[];
  /** Producer ids given so far. */
  readonly producers: number;
}

/** Kafka as its clients see it, in memory and deterministic: sequence numbers, doubles that are recognised, faults to inject. */
export function fakeKafka(options: FakeKafkaOptions): FakeKafka {
  const { time, id = 'fake', latencyMs = 0, maxBatchBytes = 1_000_000 } = options;
  /** Of topics that were removed: what a broker that has not heard of it still says, and how often. */
  const stale = new Map<string, { readonly facts: TopicFacts; left: number }>();
  const topics = new Map<string, NewTopic & { readonly topicId: string; readonly partitionsOf: Partition[] }>();
  const breaches: string[] = [];
  let calls = 0;
  let producers = 0;
  let topicIds = 0;

  const partitionOf = (topic: string, partition: number): Partition => {
    const found = topics.get(topic)?.partitionsOf[partition];
    if (!found) throw new KafkaFailure('topic-missing', `topic ${topic} has no partition ${partition}`);
    return found;
  };
  const answerable = (): void => {
    if (kafka.down) throw kafka.down;
  };
  const store = (place: Partition, records: readonly LogRecord[]): number => {
    const base = place.end;
    for (const { key, value, headers } of records)
      place.records.push({ key, value: new Uint8Array(value), headers: { ...headers }, offset: place.end++ });
    return base;
  };

  const connect = (): Cluster => {
    let producer = producers++;
    let closed = false;
    const pending = new Set<(failure: KafkaFailure) => void>();
    /** Of this client: the next number of each partition, and the batch that failed there. */
    const sequences = new Map<Partition, number>();
    const failed = new Map<Partition, string>();
    const busy = new Set<Partition>();
    const open = (): void => {
      if (closed) throw new KafkaFailure('closed', 'the cluster is closed');
    };
    const abandon = (failure: KafkaFailure): void => {
      for (const reject of pending) reject(failure);
    };

    const settles = async (afterMs: number, failure?: KafkaFailure): Promise<void> =>
      new Promise<void>((resolve, reject) => {
        const timer = new Subscription();
        const done = (settle: () => void): void => {
          timer.unsubscribe();
          pending.delete(fail);
          settle();
        };
        const fail = (given: KafkaFailure): void => done(() => reject(given));
        pending.add(fail);
        const answer = (): void => (failure ? fail(failure) : done(resolve));
        if (afterMs === 0) queueMicrotask(() => pending.has(fail) && answer());
        else if (afterMs < Number.POSITIVE_INFINITY) timer.add(time.schedule(answer, afterMs));
      });

    /** As a broker does it: a batch with the number of the last one is that one, a number ahead is out of order. */
    const take = (place: Partition, batch: Batch, sequence: number): number => {
      const last = place.producers.get(producer);
      if (last && sequence === last.first && sequence + batch.records.length === last.next) return last.base;
      if (last && sequence !== last.next)
        throw new KafkaFailure('sequence', `sequence ${sequence}, expected ${last.next}`);
      const base = store(place, batch.records);
      place.producers.set(producer, { first: sequence, next: sequence + batch.records.length, base });
      return base;
    };

    const attempt = async (place: Partition, batch: Batch): Promise<number> => {
      const sequence = sequences.get(place) ?? 0;
      const by = producer;
      const fault = kafka.fault?.(batch, calls++);
      answerable();
      if (fault?.kind === 'refuse') {
        await settles(latencyMs);
        throw fault.failure;
      }
      if (bytesOf(batch) > maxBatchBytes) throw new KafkaFailure('too-large', `${bytesOf(batch)} bytes`);
      if (fault?.kind === 'hangs' && !fault.written) await settles(Number.POSITIVE_INFINITY);
      const base = take(place, batch, sequence);
      if (fault?.kind === 'hangs') await settles(Number.POSITIVE_INFINITY);
      else if (fault?.kind === 'lost') await settles(fault.afterMs, new KafkaFailure('timeout', 'no answer in time'));
      else await settles(fault?.afterMs ?? latencyMs);
      if (by === producer) sequences.set(place, sequence + batch.records.length);
      return base;
    };

    return {
      id,
      async brokers() {
        answerable();
        return [{ id: 1, address: 'fake:9092' }];
      },
      async topics() {
        open();
        answerable();
        return [...topics.keys()];
      },
      async describeTopic(name) {
        open();
        answerable();
        const old = stale.get(name);
        if (old && old.left-- > 0) return old.facts;
        const topic = topics.get(name);
        return topic && factsOf(topic);
      },
      async createTopic(name, topic) {
        open();
        answerable();
        if (options.mayCreate === false) throw new KafkaFailure('authorization', `topic ${name} may not be created`);
        if (topics.has(name)) throw new KafkaFailure('topic-exists', `topic ${name} exists`);
        topics.set(name, {
          ...topic,
          topicId: String(topicIds++),
          partitionsOf: Array.from({ length: topic.partitions }, () => ({
            records: [],
            start: 0,
            end: 0,
            producers: new Map(),
          })),
        });
      },
      async publish(batch) {
        open();
        answerable();
        const place = partitionOf(batch.topic, batch.partition);
        const where = `${batch.topic}/${batch.partition}`;
        if (busy.has(place)) breaches.push(`${where}: two calls at once`);
        const before = failed.get(place);
        if (before !== undefined && before !== contentOf(batch))
          breaches.push(`${where}: another batch after a failure`);
        busy.add(place);
        const by = producer;
        try {
          const base = await attempt(place, batch);
          failed.delete(place);
          return base;
        } catch (error) {
          // A refused record or a lost producer frees the number: what comes next may be another batch.
          if (error instanceof KafkaFailure && error.kind === 'retry' && by === producer)
            failed.set(place, contentOf(batch));
          else failed.delete(place);
          throw error;
        } finally {
          busy.delete(place);
        }
      },
      async ends(name) {
        open();
        answerable();
        const places = topics.get(name)?.partitionsOf ?? [];
        return places.map(({ start, end }, partition) => ({ partition, start, end }));
      },
      async read(topic, partition, from, maxBytes) {
        open();
        answerable();
        const found: StoredRecord[] = [];
        let bytes = 0;
        for (const record of topics.get(topic)?.partitionsOf[partition]?.records ?? []) {
          if (record.offset < from) continue;
          bytes += record.key.length + record.value.length;
          if (bytes > maxBytes && found.length > 0) break;
          found.push(record);
        }
        return found;
      },
      async renewProducer() {
        open();
        abandon(new KafkaFailure('timeout', 'the producer was renewed'));
        answerable();
        producer = producers++;
        sequences.clear();
        failed.clear();
      },
      async close() {
        closed = true;
        abandon(new KafkaFailure('closed', 'the cluster is closed'));
      },
    };
  };

  const kafka: FakeKafka = {
    connect,
    fault: options.fault,
    down: undefined,
    write: ({ topic, partition, records }) => store(partitionOf(topic, partition), records),
    truncate(topic, partition, start) {
      const place = partitionOf(topic, partition);
      place.start = start;
      place.records.splice(0, place.records.findLastIndex(({ offset }) => offset < start) + 1);
    },
    records: (topic, partition) => partitionOf(topic, partition).records,
    has: topic => topics.has(topic),
    remove(topic, staleAnswers = 0) {
      stale.set(topic, { facts: factsOf(topics.get(topic)!), left: staleAnswers });
      topics.delete(topic);
    },
    breaches,
    get producers() {
      return producers;
    },
  };
  return kafka;
}

const factsOf = ({
  partitions,
  replication,
  cleanup,
  topicId,
}: NewTopic & { readonly topicId: string }): TopicFacts => ({
  partitions,
  replication,
  minInsync: 1,
  cleanup,
  topicId,
});

const bytesOf = ({ records }: Batch): number =>
  records.reduce((sum, { key, value }) => sum + key.length + value.length, 0);

/** Equal for batches that are the same to a reader. */
const contentOf = ({ records }: Batch): string =>
  JSON.stringify(records.map(({ key, value, headers }) => [key, Buffer.from(value).toString('base64'), headers]));
