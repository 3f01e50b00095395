import type { Random, Time } from '../../streams/time.js';
import type { Batch, LogRecord, Position } from '../log.js';
import type { Cluster } from './cluster.js';
import { KafkaFailure } from './kafka-failure.js';
import { createLane, type Lane, type Taken } from './lane.js';
import { createProducerLine } from './producer-line.js';
import { encodedBytes } from './send.js';

/** A record that the brokers will never take, alone: for the dead letters. `index` counts in the batch of the caller. */
export interface Refused {
  readonly index: number;
  readonly record: LogRecord;
  readonly failure: KafkaFailure;
}

/** What became of a batch: where its records lie, in order (several positions when it was divided, or other producers wrote between), and what was refused. */
export interface Published {
  readonly positions: readonly Position[];
  readonly refused: readonly Refused[];
}

/** What a publisher tells, on change only. */
export type PublisherEvent =
  /** The first failure of a partition after success, or another reason than before. It is tried again, endlessly. */
  | { readonly kind: 'failing'; readonly topic: string; readonly partition: number; readonly failure: KafkaFailure }
  | { readonly kind: 'recovered'; readonly topic: string; readonly partition: number; readonly failedMs: number }
  | { readonly kind: 'producer-renewed'; readonly failure: KafkaFailure }
  /** After a renewal: whether the batch in flight had been written already. */
  | { readonly kind: 'looked'; readonly topic: string; readonly partition: number; readonly found: boolean };

export interface PublisherOptions {
  readonly cluster: Pick<Cluster, 'publish' | 'ends' | 'read' | 'renewProducer'>;
  readonly time: Time;
  readonly random: Random;
  readonly tell?: (event: PublisherEvent) => void;
  /** A batch to the brokers has at most so many bytes, uncompressed; Kafka takes 1 MiB by default. */
  readonly maxBatchBytes?: number;
  /** At most so many records in a batch: bounds the time that its encoding holds the event loop. */
  readonly maxBatchRecords?: number;
  /** Of all that was taken and is not acknowledged. */
  readonly maxHeldBytes?: number;
  /** After so long without an answer a call is given up, with its producer. Above what a sound client needs: its request time-out, its retries, its connecting. */
  readonly sendDeadlineMs: number;
  /** After a renewal, how long a batch without an answer may still be on its way to the disk of a broker: the request time-out. */
  readonly settleMs: number;
}

export interface Publisher {
  /**
   * Takes a batch behind all that was taken for its partition. The caller leaves its bytes alone until the promise settles.
   * Resolves when each of its records is acknowledged or refused. @throws KafkaFailure `full` (nothing was taken), `closed`
   */
  publish(batch: Batch): Promise<Published>;
  /** The same for several, for all of which there is room or for none. */
  publishAll(batches: readonly Batch[]): Promise<readonly Published[]>;
  readonly heldBytes: number;
  readonly heldRecords: number;
  /** Takes nothing more and ships what it has. @returns the records that are not acknowledged after `deadlineMs`; those in flight may have arrived */
  close(deadlineMs: number): Promise<number>;
}

/**
 * The discipline that keeps a Kafka client from losing and doubling (measured: docs/reliability.md), once for all clients: one partition a call, one call in
 * flight a partition, after any failure the identical batch before anything newer, batches bounded by bytes, endless patience for what time or a person
 * mends, a fresh producer where the old one is of no more use. After a fresh producer it looks whether the batch in flight had arrived before it sends it again.
 *
 * Holds at most `maxHeldBytes` of records by reference (one larger call when it holds nothing else); the client makes up to two encoded copies of what is in
 * flight, one batch a partition. So at most 3 × `maxHeldBytes`, and 2 MiB a partition while it looks for what arrived.
 */
export function createPublisher(options: PublisherOptions): Publisher {
  const { cluster, time, maxHeldBytes = 32 * 1024 * 1024 } = options;
  const lanes = new Map<string, Lane>();
  const drained: (() => void)[] = [];
  let heldBytes = 0;
  let heldRecords = 0;
  let isClosing = false;

  const line = createProducerLine(cluster, options);
  const laneOf = (topic: string, partition: number): Lane => {
    const place = `${topic}/${partition}`;
    const found =
      lanes.get(place) ??
      createLane(topic, partition, line, {
        maxBatchBytes: 900_000,
        maxBatchRecords: 5000,
        ...options,
        settled,
        over: end,
      });
    lanes.set(place, found);
    return found;
  };

  function settled(owner: Taken, count: number): void {
    heldRecords -= count;
    owner.settled += count;
    if (owner.settled < owner.records.length) return;
    heldBytes -= owner.bytes;
    owner.resolve({ positions: owner.positions, refused: owner.refused });
    if (heldRecords === 0) for (const resolve of drained.splice(0)) resolve();
  }

  /** What waits and what is in flight is given up. */
  function end(failure: KafkaFailure): void {
    isClosing = true;
    line.end();
    for (const lane of lanes.values()) for (const owner of lane.owners()) owner.reject(failure);
    for (const resolve of drained.splice(0)) resolve();
  }

  async function publishAll(batches: readonly Batch[]): Promise<readonly Published[]> {
    if (isClosing) throw new KafkaFailure('closed', 'the publisher is closed');
    const sized = batches.map(batch => {
      const sizes = batch.records.map(encodedBytes);
      return { ...batch, sizes, bytes: sizes.reduce((sum, size) => sum + size, 0) };
    });
    const more = sized.reduce((sum, { bytes }) => sum + bytes, 0);
    if (heldBytes > 0 && heldBytes + more > maxHeldBytes) {
      const all = `${heldBytes} bytes wait for Kafka, ${more} more would be above ${maxHeldBytes}`;
      throw new KafkaFailure('full', all);
    }
    return Promise.all(
      sized.map(async ({ topic, partition, records, sizes, bytes }) => {
        if (records.length === 0) return { positions: [], refused: [] };
        heldBytes += bytes;
        heldRecords += records.length;
        return new Promise<Published>((resolve, reject) => {
          const owner = { records, sizes, bytes, taken: 0, settled: 0, positions: [], refused: [], resolve, reject };
          laneOf(topic, partition).take(owner);
        });
      }),
    );
  }

  return {
    get heldBytes() {
      return heldBytes;
    },
    get heldRecords() {
      return heldRecords;
    },
    async publish(batch) {
      const [published] = await publishAll([batch]);
      return published!;
    },
    publishAll,
    async close(deadlineMs) {
      isClosing = true;
      if (heldRecords > 0 && !line.isOver) {
        const late = new KafkaFailure('closed', 'closed before Kafka acknowledged');
        const deadline = time.schedule(() => end(late), deadlineMs);
        await new Promise<void>(resolve => drained.push(resolve));
        deadline.unsubscribe();
      }
      line.end();
      return heldRecords;
    },
  };
}
