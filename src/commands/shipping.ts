import { firstValueFrom, from, interval, ReplaySubject, race, skipWhile } from 'rxjs';
import type { Backlog } from '../log/forward/backlog.js';
import { createForwarder, type Forwarder } from '../log/forward/forwarder.js';
import { readCluster } from '../log/forward/position.js';
import { createOrCheck, type WantedTopic } from '../log/forward/topic-desk.js';
import type { Cluster } from '../log/kafka/cluster.js';
import { KafkaFailure } from '../log/kafka/kafka-failure.js';
import type { Log } from '../log/log.js';
import type { Report } from '../records/event.js';
import type { Random, Time } from '../streams/time.js';

/** What goes to Kafka beside polling, and after it. */
export interface Shipping
  extends Pick<Forwarder, 'wake' | 'backlog' | 'keepFrom' | 'reason' | 'shipped' | 'acknowledged'> {
  /** Rejects with what nobody can mend. */
  readonly failed: Promise<never>;
  /** Resolves when Kafka has everything, when `giveUp` is called, or when nothing more has arrived for `idleMs` and twice the request time-out. @returns what it lacks then */
  finish(idleMs: number): Promise<Backlog>;
  giveUp(): void;
  close(): Promise<void>;
}

export interface ShippingParts {
  readonly log: Log;
  readonly topics: readonly WantedTopic[];
  readonly deadLetters: string;
  readonly connect: () => Promise<Cluster>;
  readonly requestTimeoutMs: number;
  readonly time: Time;
  readonly logClock: Pick<Time, 'now'>;
  readonly random: Random;
  readonly report: Report;
}

const lookEveryMs = 200;
const closeDeadlineMs = 1_000;

/**
 * Makes the topics here and in Kafka and begins to ship. A log that has never seen its cluster has to see it first, because partitions here are those of Kafka; any
 * other stores without it.
 * @throws KafkaFailure at the first contact, LogFailure
 */
export async function startShipping(parts: ShippingParts): Promise<Shipping> {
  const { log, topics, connect, report, time } = parts;
  const cluster = await firstContact(parts);
  try {
    for (const wanted of topics) await agreeOn(wanted, log, cluster, report);
  } catch (error) {
    // Its connections would keep the process.
    await cluster?.close(closeDeadlineMs);
    throw error;
  }
  const givenUp = new ReplaySubject<void>(1);
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => undefined);
  const forwarder = createForwarder({ ...parts, connect, onFailed: error => fail(error) });
  forwarder.start(cluster);

  return {
    wake: () => forwarder.wake(),
    backlog: () => forwarder.backlog(),
    keepFrom: (topic, partition) => forwarder.keepFrom(topic, partition),
    shipped: () => forwarder.shipped(),
    acknowledged: positions => forwarder.acknowledged(positions),
    get reason() {
      return forwarder.reason;
    },
    failed,
    async finish(idleMs) {
      // After an unclean end the forwarder itself waits so long before it ships.
      const uncertainMs = 2 * parts.requestTimeoutMs;
      let least = Number.POSITIVE_INFINITY;
      let movedMs = time.monotonicMs();
      const stalled = interval(lookEveryMs, time).pipe(
        skipWhile(() => {
          const { records } = forwarder.backlog();
          if (records < least) movedMs = time.monotonicMs();
          least = Math.min(least, records);
          return time.monotonicMs() - movedMs < idleMs + uncertainMs;
        }),
      );
      await firstValueFrom(race(givenUp, stalled, from(forwarder.shipped())));
      return forwarder.backlog();
    },
    giveUp: () => givenUp.next(),
    close: () => forwarder.close(0),
  };
}

async function firstContact({ log, topics, connect }: ShippingParts): Promise<Cluster | undefined> {
  if (!readCluster(log)) return connect();
  if (topics.every(({ name }) => log.ends(name).length > 0)) return undefined;
  // How many partitions a topic that is new here has there is worth a moment, not a start that fails.
  return connect().catch(unlessKafka);
}

const unlessKafka = (error: unknown): undefined => {
  if (!(error instanceof KafkaFailure)) throw error;
};

async function agreeOn(wanted: WantedTopic, log: Log, cluster: Cluster | undefined, report: Report): Promise<void> {
  const { name, localCleanup: cleanup = wanted.cleanup } = wanted;
  const known = log.ends(name).length;
  const found = known === 0 ? await cluster?.describeTopic(name) : undefined;
  const partitions = known || found?.partitions || wanted.partitions;
  if (cluster) {
    const checked = createOrCheck(cluster, { ...wanted, partitions }, report);
    await (readCluster(log) ? checked.catch(unlessKafka) : checked);
  }
  log.ensureTopic(name, { cleanup, partitions });
}
