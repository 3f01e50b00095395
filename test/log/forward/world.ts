import { createForwarder, type Forwarder } from '../../../src/log/forward/forwarder.js';
import type { WantedTopic } from '../../../src/log/forward/topic-desk.js';
import type { Cluster } from '../../../src/log/kafka/cluster.js';
import { KafkaFailure } from '../../../src/log/kafka/kafka-failure.js';
import type { Batch, Commit, LogRecord, StateChange, StoredRecord } from '../../../src/log/log.js';
import { type MemoryLog, type MemoryLogOptions, openMemoryLog } from '../../../src/log/memory.js';
import { createWriter, type LogWriter, type OutgoingRecord } from '../../../src/log/writer.js';
import type { Event } from '../../../src/records/event.js';
import { createVirtualTime, type VirtualTime } from '../../streams/virtual-time.js';
import { type FakeKafka, type FakeKafkaOptions, fakeKafka } from '../kafka/fake-kafka.js';
import { seeded } from '../seeded.js';

export const requestTimeoutMs = 2_000;

const writerName = { name: 'source/s', epoch: 0 };

const topics = (partitions: number): WantedTopic[] => [
  { name: 'bars', cleanup: 'delete', partitions, replication: 1 },
  { name: 'letters', cleanup: 'delete', partitions: 1, replication: 1 },
  { name: 'cursors', cleanup: 'compact', partitions: 2, replication: 1 },
];

/** A process that forwards: when it dies, nothing that it began is answered. */
interface Life {
  readonly log: MemoryLog;
  writer: LogWriter;
  readonly forwarder: Forwarder;
  isDead: boolean;
  readonly death: Promise<void>;
  readonly died: () => void;
}

export interface World {
  readonly time: VirtualTime;
  readonly kafka: FakeKafka;
  readonly events: Event[];
  readonly log: MemoryLog;
  readonly forwarder: Forwarder;
  /** What went wrong for good. */
  readonly failures: unknown[];
  /** Most bytes that were on their way to Kafka at once. */
  readonly mostBytes: number;
  /** Commits a bar of each key, and the key's cursor beside it. @returns whether the local log took it */
  commit(keys: readonly string[], value?: Uint8Array): Promise<boolean>;
  readonly isDead: boolean;
  /** kill -9, unless it is dead already, and the next process. What is on the wire may still arrive. */
  crash(): void;
  start(): void;
  /** Resolves, with time passing, when all has arrived. */
  shipped(withinMs?: number): Promise<void>;
  bars(): readonly (readonly StoredRecord[])[];
}

export interface WorldOptions extends Partial<FakeKafkaOptions> {
  readonly seed?: number;
  /** Milliseconds that a batch may be under way to the broker. */
  readonly wireMs?: (batch: Batch) => number;
  readonly log?: MemoryLogOptions & { readonly state?: readonly StateChange[] };
  /** Of bars; 3 when absent. */
  readonly partitions?: number;
  /** Asked at each await of the forwarder, before the call is made and after: whether the process dies right there. */
  readonly dies?: () => boolean;
}

export function forwardWorld(options: WorldOptions = {}): World {
  const time = createVirtualTime(Date.UTC(2026, 2, 2));
  const random = seeded(options.seed ?? 1);
  const { partitions = 3 } = options;
  const wanted = topics(partitions);
  const kafka = fakeKafka({ time, ...options });
  const events: Event[] = [];
  const failures: unknown[] = [];
  let onWire = 0;
  let mostBytes = 0;
  let ids = 0;

  const bytesOf = ({ records }: Batch): number => records.reduce((sum, { value }) => sum + value.length, 0);
  const live = (log: MemoryLog): Life => {
    for (const { name, cleanup, partitions } of wanted) log.ensureTopic(name, { cleanup, partitions });
    const never = new Promise<never>(() => undefined);
    const isOver = (): boolean => {
      if (!life.isDead && options.dies?.()) die(life);
      return life.isDead;
    };
    const mortal = async <T>(call: () => Promise<T>): Promise<T> => {
      if (isOver()) return never;
      try {
        const called = call();
        called.catch(() => undefined);
        if (isOver()) return await never;
        const value = await called;
        return life.isDead ? await never : value;
      } catch (error) {
        if (life.isDead) return never;
        throw error;
      }
    };
    const connect = async (): Promise<Cluster> => {
      if (kafka.down) throw kafka.down;
      const inner = kafka.connect();
      let renewals = 0;
      const publish = async (batch: Batch): Promise<number> => {
        onWire += bytesOf(batch);
        mostBytes = Math.max(mostBytes, onWire);
        try {
          const wireMs = options.wireMs?.(batch) ?? 0;
          // On the wire it goes on, whether its sender lives or not.
          const by = renewals;
          if (wireMs > 0) await new Promise<void>(resolve => time.schedule(() => resolve(), wireMs));
          if (by !== renewals) throw new KafkaFailure('timeout', 'the producer was renewed');
          return await inner.publish(batch);
        } finally {
          onWire -= bytesOf(batch);
        }
      };
      return {
        id: inner.id,
        brokers: () => mortal(() => inner.brokers()),
        topics: () => mortal(() => inner.topics()),
        describeTopic: topic => mortal(() => inner.describeTopic(topic)),
        createTopic: (topic, spec) => mortal(() => inner.createTopic(topic, spec)),
        publish: batch => mortal(() => publish(batch)),
        ends: topic => mortal(() => inner.ends(topic)),
        read: (topic, partition, from, maxBytes) => mortal(() => inner.read(topic, partition, from, maxBytes)),
        renewProducer() {
          renewals++;
          return mortal(() => inner.renewProducer());
        },
        close: deadlineMs => mortal(() => inner.close(deadlineMs)),
      };
    };
    const forwarder = createForwarder({
      log: Object.assign(Object.create(log) as MemoryLog, {
        append: (commit: Commit) => mortal(() => log.append(commit)),
      }),
      connect: () => mortal(connect),
      topics: wanted,
      deadLetters: 'letters',
      requestTimeoutMs,
      time,
      logClock: time,
      random,
      report: event => void (life.isDead || events.push(event)),
      onFailed: error => void (life.isDead || failures.push(error)),
    });
    const writer = createWriter(log, writerName);
    let died = (): void => undefined;
    const death = new Promise<void>(resolve => {
      died = resolve;
    });
    const life: Life = { log, writer, forwarder, isDead: false, death, died };
    return life;
  };
  const die = (life: Life): void => {
    life.isDead = true;
    life.died();
    // In its own turn, because the log is in the middle of a call.
    queueMicrotask(() => {
      left = life.log.crash();
    });
  };
  let left: MemoryLog | undefined;
  const disk = openMemoryLog({
    time,
    keepFrom: (topic, partition) => now.forwarder.keepFrom(topic, partition),
    ...options.log,
  });
  let now = live(disk);
  if (options.log?.state) void disk.append({ batches: [], state: options.log.state });

  return {
    time,
    kafka,
    events,
    failures,
    get log() {
      return now.log;
    },
    get forwarder() {
      return now.forwarder;
    },
    get mostBytes() {
      return mostBytes;
    },
    async commit(keys, value = Buffer.from('v')) {
      const { log, writer, forwarder } = now;
      const { batches, state } = writer.prepare(
        keys.flatMap((key): OutgoingRecord[] => [
          { topic: 'bars', key, value, headers: { 'fl-id': `${key}-${ids++}` } },
          { topic: 'cursors', key, value: Buffer.from(`${key}-${ids - 1}`), headers: {} },
        ]),
      );
      // What a process commits as it dies is answered by nobody.
      const stored = log.append({ batches, state }).then(
        () => true,
        () => false,
      );
      const isStored = await Promise.race([stored, now.death.then(() => false)]);
      if (!isStored && !now.isDead) now.writer = createWriter(log, writerName);
      forwarder.wake();
      return isStored;
    },
    get isDead() {
      return now.isDead;
    },
    crash() {
      now.isDead = true;
      now = live(left ?? now.log.crash());
      left = undefined;
    },
    start: () => now.forwarder.start(),
    async shipped(withinMs = 60_000) {
      let isDone = false;
      void now.forwarder.shipped().then(() => {
        isDone = true;
      });
      await time.runUntil(() => isDone, withinMs);
    },
    bars: () => Array.from({ length: partitions }, (_, partition) => kafka.records('bars', partition)),
  };
}

/** How a partition in Kafka differs from the local one: ids that are missing, that came again, and that came before an older one. */
export function compare(
  local: readonly LogRecord[],
  kafka: readonly LogRecord[],
): { readonly lost: number; readonly doubled: number; readonly disordered: number } {
  const places = new Map(local.map(({ headers }, place) => [headers['fl-id'], place]));
  const seen = new Set<string>();
  let [doubled, disordered, newest] = [0, 0, -1];
  for (const { headers } of kafka) {
    const id = headers['fl-id'];
    const place = places.get(id);
    if (id === undefined || place === undefined) continue;
    if (seen.has(id)) doubled++;
    else if (place < newest) disordered++;
    seen.add(id);
    newest = Math.max(newest, place);
  }
  return { lost: places.size - seen.size, doubled, disordered };
}
