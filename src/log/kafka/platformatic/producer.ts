import { setTimeout } from 'node:timers/promises';
import type { Message } from '@platformatic/kafka';
import type { Batch, LogRecord } from '../../log.js';
import type { ClusterOptions } from '../cluster.js';
import { KafkaFailure } from '../kafka-failure.js';
import { type Connections, createConnections } from './connections.js';
import type { Directory } from './directory.js';
import { says } from './failure.js';
import { requests } from './requests.js';

/** One producer id with its own connections, which end with it. */
export interface Producer {
  /** Rejects when it never got its id: of no use then, and nothing of it is in flight. */
  readonly ready: Promise<unknown>;
  publish(batch: Batch): Promise<number>;
  end(): void;
}

/** Sequence numbers are 31 bits and begin again. */
const sequences = 2 ** 31;

/**
 * The numbers by which a broker knows a batch again are counted here: one that was not acknowledged keeps its number, so that the identical batch, sent again
 * over whatever connection, is written once. (The client's own producer takes a new id after each failure, and what had arrived would be doubled.)
 */
export function createProducer(options: ClusterOptions, directory: Directory): Producer {
  const connections: Connections = createConnections(options);
  const { compression, requestTimeoutMs } = options;
  // The brokers' own wait for the replicas: its end is an answer, and comes before we take them for dead.
  const timeoutMs = Math.ceil(requestTimeoutMs * 0.8);
  const next = new Map<string, number>();
  const ready = untilLoaded(
    () => directory.anywhere(connections, requests.producerId, null, timeoutMs, -1n, -1),
    timeoutMs,
  );
  ready.catch(() => undefined);

  return {
    ready,
    end: () => connections.end(),
    async publish({ topic, partition, records }) {
      const { producerId, producerEpoch } = await ready;
      const leader = await directory.leader(topic, partition);
      const place = `${topic}/${partition}`;
      const sequence = next.get(place) ?? 0;
      const { responses } = await connections.ask(
        leader,
        requests.produce,
        -1,
        timeoutMs,
        records.map(record => messageOf(record, topic, partition)),
        { compression, producerId, producerEpoch, sequences: { getWithDefault: () => sequence } },
      );
      const base = responses[0]?.partitionResponses.find(({ index }) => index === partition)?.baseOffset;
      // A double that the broker knows too little of to say where it lies.
      if (base === undefined || base < 0n)
        throw new KafkaFailure(
          'stuck',
          `Kafka, topic ${topic}: acknowledged without a place in partition ${partition}`,
        );
      next.set(place, (sequence + records.length) % sequences);
      return Number(base);
    },
  };
}

/** A broker that has just started has no ids to give for a moment. */
async function untilLoaded<T>(ask: () => Promise<T>, timeoutMs: number): Promise<T> {
  for (const end = performance.now() + timeoutMs; ; await setTimeout(100)) {
    try {
      return await ask();
    } catch (error) {
      if (!says(error, 'COORDINATOR_LOAD_IN_PROGRESS') || performance.now() > end) throw error;
    }
  }
}

/** Header names are few and come again with each record. */
const headerNames = new Map<string, Buffer>();

function headerName(name: string): Buffer {
  const known = headerNames.get(name);
  if (known) return known;
  const made = Buffer.from(name);
  if (headerNames.size < 1000) headerNames.set(name, made);
  return made;
}

function messageOf({ key, value, headers }: LogRecord, topic: string, partition: number): Message {
  const named = new Map<Buffer, Buffer>();
  for (const name in headers) named.set(headerName(name), Buffer.from(headers[name]!));
  return { topic, partition, key: Buffer.from(key), value: value.length === 0 ? null : value, headers: named };
}
