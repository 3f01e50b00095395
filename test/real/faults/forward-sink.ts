import { setTimeout as delay } from 'node:timers/promises';
import { openEmbeddedLog } from '../../../src/log/embedded/embedded-log.js';
import { createForwarder, type Forwarder } from '../../../src/log/forward/forwarder.js';
import type { Cluster } from '../../../src/log/kafka/cluster.js';
import type { Batch } from '../../../src/log/log.js';
import { createWriter, type PreparedRecords } from '../../../src/log/writer.js';
import type { Event } from '../../../src/records/event.js';
import { realTime } from '../../../src/streams/time.js';
import { seeded } from '../../log/seeded.js';
import type { LoadOptions } from './load-messages.js';
import type { Sink } from './sink.js';

const deadLetters = 'dead-letters';
const closeMs = 10_000;

interface UnderWay {
  /** Records appended with it and before it. */
  readonly upTo: number;
  readonly resolve: () => void;
}

/** As in the program: into the embedded log, numbered by its writer, and from there to Kafka. */
export async function openForwardSink(
  options: LoadOptions,
  connect: () => Promise<Cluster>,
  count: (what: string) => void,
): Promise<Sink> {
  const { topic, partitions, seed, requestTimeoutMs, logPath: path, logMaxBytes: maxBytes } = options;
  let forwarder: Forwarder | undefined;
  let refused = 0;
  const report = (event: Event): void => {
    if (event.kind === 'records-refused') refused += event.count;
    if (event.kind === 'ship-failed') count(`ship-failed ${event.code}`);
    if (event.kind === 'topic-recreated' || event.kind === 'log-paused' || event.kind === 'log-resumed')
      count(event.kind);
    if (event.kind === 'component') count(`${event.name} ${event.ready ? 'ready' : 'not ready'}`);
    if (event.kind === 'shipped') look();
  };
  const log = await openEmbeddedLog({
    path,
    maxBytes,
    retainBytes: maxBytes / 4,
    keepFrom: (name, partition) => forwarder?.keepFrom(name, partition) ?? 0,
    report,
    time: realTime,
  });
  const topics = [
    { name: topic, cleanup: 'delete', partitions, replication: 3 },
    { name: deadLetters, cleanup: 'delete', partitions: 1, replication: 3 },
  ] as const;
  for (const { name, ...wanted } of topics) log.ensureTopic(name, wanted);
  forwarder = createForwarder({
    log,
    connect,
    topics,
    deadLetters,
    requestTimeoutMs,
    time: realTime,
    random: seeded(seed),
    report,
    onFailed(error) {
      throw error;
    },
  });
  const writer = createWriter(log, { name: 'source/load', epoch: 0 });
  const prepared = new WeakMap<Batch, PreparedRecords>();
  const underWay: UnderWay[] = [];
  let appended = forwarder.backlog().records;
  const look = (): void => {
    const shipped = appended - forwarder!.backlog().records;
    while (underWay.length > 0 && underWay[0]!.upTo <= shipped) underWay.shift()!.resolve();
  };
  const arrived = async (upTo: number): Promise<{ readonly refused: number }> => {
    await new Promise<void>(resolve => underWay.push({ upTo, resolve }));
    const found = refused;
    refused = 0;
    return { refused: found };
  };
  // Records found in Kafka after a crash are shipped without an event.
  const looking = setInterval(look, 50);
  forwarder.start();

  return {
    async publish(batch) {
      const commit = prepared.get(batch) ?? writer.prepare(batch.records.map(record => ({ ...record, topic })));
      prepared.set(batch, commit);
      await log.append(commit);
      forwarder.wake();
      appended += batch.records.length;
      return { acknowledged: arrived(appended) };
    },
    async close() {
      clearInterval(looking);
      await forwarder.shipped();
      await forwarder.close(closeMs);
      await log.close();
    },
    async drain(deadlineMs) {
      clearInterval(looking);
      // As the program does it: half of the time for what is stored, the rest for what is under way.
      await Promise.race([forwarder.shipped(), delay(deadlineMs / 2)]);
      await forwarder.close(deadlineMs / 4);
      const { records } = forwarder.backlog();
      await log.close();
      return records;
    },
  };
}
