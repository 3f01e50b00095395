import type { Time } from '../../streams/time.js';
import type { LogRecord, Position } from '../log.js';
import type { Cluster } from './cluster.js';
import { findArrived } from './find-arrived.js';
import { KafkaFailure } from './kafka-failure.js';
import { asFailure, type ProducerLine } from './producer-line.js';
import type { Published, PublisherEvent, Refused } from './publisher.js';
import { cut, halves, type Send } from './send.js';

/** A batch of a caller on its way. */
export interface Taken {
  readonly records: readonly LogRecord[];
  /** Encoded bytes of each record, and of all. */
  readonly sizes: readonly number[];
  readonly bytes: number;
  /** How many of its records are in sends, and how many have been acknowledged or refused. */
  taken: number;
  settled: number;
  readonly positions: Position[];
  readonly refused: Refused[];
  readonly resolve: (published: Published) => void;
  readonly reject: (failure: KafkaFailure) => void;
}

/** One partition: what waits for it, in order. */
export interface Lane {
  take(owner: Taken): void;
  /** Those that are not settled. */
  owners(): ReadonlySet<Taken>;
}

export interface LaneOptions {
  readonly cluster: Pick<Cluster, 'publish' | 'ends' | 'read'>;
  readonly time: Time;
  readonly tell?: (event: PublisherEvent) => void;
  readonly maxBatchBytes: number;
  readonly maxBatchRecords: number;
  readonly settleMs: number;
  /** So many more records of this owner are acknowledged or refused. */
  readonly settled: (owner: Taken, count: number) => void;
  /** The cluster was closed. */
  readonly over: (failure: KafkaFailure) => void;
}

/** What is known of the first send while it is tried. */
interface Attempts {
  count: number;
  /** The producer that tried it last; undefined before the first call. */
  producer: number | undefined;
  /** A call ended without the broker's word on it: the batch may still be on its way. */
  isUnanswered: boolean;
}

const untried = (): Attempts => ({ count: 0, producer: undefined, isUnanswered: false });

/** One call in flight; the first send stays the same until it is acknowledged or refused. */
export function createLane(topic: string, partition: number, line: ProducerLine, options: LaneOptions): Lane {
  const { cluster, time, tell, maxBatchBytes, maxBatchRecords, settleMs } = options;
  const queue: Taken[] = [];
  /** Cut already: the first is in flight or to be tried again, more only while a batch is being halved. */
  let sends: Send<Taken>[] = [];
  let tried = untried();
  /** Nothing of this publisher lies at or behind this offset; known from the first contact on. */
  let next: number | undefined;
  let failing: { readonly code: string; readonly sinceMs: number } | undefined;
  let isRunning = false;

  async function run(): Promise<void> {
    isRunning = true;
    while (!line.isOver) {
      if (sends.length === 0 && queue.length > 0) sends = [cut(queue, maxBatchBytes, maxBatchRecords)];
      const send = sends[0];
      if (send === undefined) break;
      tried.count += 1;
      try {
        acknowledged(send, await attempt(send));
      } catch (error) {
        await failed(send, asFailure(error));
      }
    }
    isRunning = false;
  }

  /** @returns the offset of the first record */
  async function attempt({ records }: Send<Taken>): Promise<number> {
    const batch = { topic, partition, records };
    await line.settled();
    next ??= (await cluster.ends(topic)).find(ends => ends.partition === partition)?.end;
    if (next === undefined) throw new KafkaFailure('topic-missing', `topic ${topic} has no partition ${partition}`);
    if (tried.producer !== undefined && tried.producer !== line.current) {
      if (tried.isUnanswered) await line.pause(settleMs);
      const found = await findArrived(cluster, batch, next);
      tell?.({ kind: 'looked', topic, partition, found: found !== undefined });
      if (found !== undefined) return found;
      await line.settled();
    }
    tried.producer = line.current;
    return line.withDeadline(cluster.publish(batch), `${topic}/${partition}`);
  }

  function acknowledged(send: Send<Taken>, base: number): void {
    if (line.isOver) return;
    next = base + send.records.length;
    let offset = base;
    for (const { owner, count } of send.runs) {
      const last = owner.positions.at(-1);
      const joins = last !== undefined && last.offset + last.count === offset;
      if (joins) owner.positions.splice(-1, 1, { ...last, count: last.count + count });
      else owner.positions.push({ topic, partition, offset, count });
      offset += count;
    }
    if (failing) tell?.({ kind: 'recovered', topic, partition, failedMs: time.monotonicMs() - failing.sinceMs });
    failing = undefined;
    settled(send);
  }

  async function failed(send: Send<Taken>, failure: KafkaFailure): Promise<void> {
    if (line.isOver) return;
    if (failure.kind === 'over') return options.over(failure);
    if (failure.kind === 'record') return refused(send, failure);
    if (failing?.code !== failure.code) {
      failing = { code: failure.code, sinceMs: failing?.sinceMs ?? time.monotonicMs() };
      tell?.({ kind: 'failing', topic, partition, failure });
    }
    if (failure.code !== 'sequence') tried.isUnanswered = true;
    if (failure.kind === 'producer') await line.renew(tried.producer ?? line.current, failure);
    await line.backOff(failure, tried.count);
  }

  /** The broker said no and wrote nothing: narrowed down to the record that it does not take. */
  function refused(send: Send<Taken>, failure: KafkaFailure): void {
    if (send.records.length > 1) {
      sends.splice(0, 1, ...halves(send));
      tried = untried();
      return;
    }
    const { owner, from } = send.runs[0]!;
    owner.refused.push({ index: from, record: send.records[0]!, failure });
    settled(send);
  }

  function settled(send: Send<Taken>): void {
    sends.shift();
    tried = untried();
    for (const { owner, count } of send.runs) options.settled(owner, count);
  }

  return {
    take(owner) {
      queue.push(owner);
      if (!isRunning) void run();
    },
    owners: () => new Set([...sends.flatMap(({ runs }) => runs.map(({ owner }) => owner)), ...queue]),
  };
}
