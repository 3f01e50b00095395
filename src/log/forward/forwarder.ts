import { type Subscription, timer } from 'rxjs';
import type { Report } from '../../records/event.js';
import { backoff } from '../../streams/backoff.js';
import type { Random, Time } from '../../streams/time.js';
import type { Cluster } from '../kafka/cluster.js';
import { KafkaFailure } from '../kafka/kafka-failure.js';
import { createPublisher, type Publisher, type PublisherEvent } from '../kafka/publisher.js';
import { isFinal, type Log, type Position, type StateChange } from '../log.js';
import { createWriter, ownWriter } from '../writer.js';
import { type Backlog, measureBacklog } from './backlog.js';
import { createFence } from './fence.js';
import { createLane, type Lane, type LaneParts, type Link } from './lane.js';
import { clusterChange, readCluster, runningChange, wasRunning } from './position.js';
import { refusedRecord } from './refused-record.js';
import { sharedEnds } from './shared-ends.js';
import { batchBytes } from './slice.js';
import { createTopicDesk, type WantedTopic } from './topic-desk.js';
import { createTroubles } from './troubles.js';

export interface ForwarderOptions {
  /** The embedded log; its topics exist already. */
  readonly log: Log;
  /** Rejects with `KafkaFailure`, within seconds. */
  readonly connect: () => Promise<Cluster>;
  /** What is to be made where Kafka has it not. Other topics of the local log are shipped too. */
  readonly topics: readonly WantedTopic[];
  readonly deadLetters: string;
  /** Of the client: twice as long after an unclean end a batch of the last process may still arrive. */
  readonly requestTimeoutMs: number;
  readonly time: Time;
  /** The clock by which the log dates its commits, which may be that of a simulated day; `time` when absent. */
  readonly logClock?: Pick<Time, 'now'>;
  readonly random: Random;
  readonly report: Report;
  /** What nobody can mend: the local log is over, or a bug. */
  readonly onFailed: (error: unknown) => void;
}

export interface Forwarder {
  /** Begins. @param cluster one that is connected already */
  start(cluster?: Cluster): void;
  /** The local log has more. */
  wake(): void;
  backlog(): Backlog;
  /** Offset from which on Kafka lacks a local partition: what lies before may go. */
  keepFrom(topic: string, partition: number): number;
  /** Resolves when Kafka has acknowledged all that the local log holds. */
  shipped(): Promise<void>;
  /** Resolves when Kafka has acknowledged what lies at these places of the local log; not at all where that is not shipped. */
  acknowledged(positions: readonly Position[]): Promise<void>;
  /** Why it does not get on, as it stands in /readyz. */
  readonly reason: string | undefined;
  /** Takes up nothing more, waits for what is under way, saves. Ends within the deadline. */
  close(deadlineMs: number): Promise<void>;
}

/** Everything that waits for an answer, over all partitions, with one batch more for each that waits to be tried again. */
const maxHeldBytes = 32 << 20;
/** What comes within this time goes in one batch. */
const lingerMs = 5;
const saveEveryMs = 250;
/** What is not about records under way, at the end. */
const settleMs = 1_000;

interface Contact extends Link {
  readonly cluster: Cluster;
  readonly publisher: Publisher;
}

/**
 * Store and forward: ships what the embedded log holds to Kafka, in order, partition by partition. See README.md for what it promises.
 * Holds at most `maxHeldBytes` of records in batches of `batchBytes`.
 */
export function createForwarder(options: ForwarderOptions): Forwarder {
  const { log, time, random, report, onFailed, logClock = time } = options;
  const compact = new Set(options.topics.flatMap(({ name, cleanup }) => (cleanup === 'compact' ? [name] : [])));
  const troubles = createTroubles(report, time);
  const soon = backoff({ minMs: 250, maxMs: 5_000, random });
  const isUnsure = wasRunning(log);
  const writer = createWriter(log, { name: ownWriter('forward', log), epoch: 0 });
  const timers = new Set<Subscription>();
  const attempts = new Map<string, number>();
  const pausing = new Set<Lane>();
  const remaking = new Set<string>();
  /** Who waits, and until when. */
  const waiting = new Set<{ readonly isOver: () => boolean; readonly resolve: () => void }>();

  let contact: Contact | undefined;
  let stopped = false;
  let wakes = false;
  let saves = false;
  let settled: (() => void) | undefined;

  const letters: LaneParts['letters'] = ({ topic, partition }, refused) => {
    const { deadLetters } = options;
    // A letter that is refused itself would write letters for ever.
    if (topic === deadLetters) return { batches: [], state: [] };
    const at = { deadLetters, topic, partition, nowMs: logClock.now() };
    return writer.prepare(
      refused.map(({ offset, record, failure }) => refusedRecord({ ...at, offset, record, failure })),
    );
  };
  const lanes = log
    .topics()
    .flatMap(topic =>
      log.ends(topic).map(({ partition }) => createLane({ log, isUnsure, letters, report, topic, partition })),
    );
  const byPlace = new Map(lanes.map(lane => [whereOf(lane), lane]));
  const isState = ({ topic }: Lane): boolean => compact.has(topic);
  const fence = createFence(
    lanes.filter(lane => !isState(lane)),
    lanes.filter(isState),
  );

  const after = (delayMs: number, work: () => void): void => {
    const waits = timer(delayMs, time).subscribe(() => {
      timers.delete(waits);
      work();
    });
    timers.add(waits);
  };
  const attemptAt = (where: string): number => {
    const attempt = (attempts.get(where) ?? 0) + 1;
    attempts.set(where, attempt);
    return attempt;
  };
  const mended = (where: string): void => {
    attempts.delete(where);
    troubles.mended(where);
  };

  const look = (): void => {
    // One turn, so one read transaction: the ends are those of one moment.
    const ends = new Map(log.topics().map(topic => [topic, log.ends(topic)]));
    fence.look(lane => ends.get(lane.topic)![lane.partition]!.end);
  };
  const isEmpty = (): boolean =>
    lanes.every(lane => !lane.isBusy && log.ends(lane.topic)[lane.partition]!.end <= lane.localNext);

  const pump = (): void => {
    if (!contact || stopped) return;
    let heldBytes = lanes.reduce((sum, lane) => sum + (lane.isBusy ? lane.heldBytes : 0), 0);
    for (const lane of lanes) {
      const hasWork = lane.limit > lane.localNext && !lane.isBusy && !pausing.has(lane);
      if (!hasWork || heldBytes + batchBytes > maxHeldBytes) continue;
      heldBytes += lane.heldBytes;
      void step(lane, contact);
    }
  };

  function until(isOver: () => boolean): Promise<void> {
    look();
    pump();
    return isOver() ? Promise.resolve() : new Promise(resolve => waiting.add({ isOver, resolve }));
  }

  async function step(lane: Lane, link: Link): Promise<void> {
    try {
      await lane.step(link);
      mended(whereOf(lane));
      scheduleSave();
      fence.passed();
    } catch (error) {
      if (!stopped) failed(lane, error);
    }
    if (stopped) return settled?.();
    // Who was served goes to the end of the queue.
    lanes.push(...lanes.splice(lanes.indexOf(lane), 1));
    pump();
    for (const one of waiting) {
      if (!one.isOver()) continue;
      waiting.delete(one);
      one.resolve();
    }
  }

  function failed(lane: Lane, error: unknown): void {
    const where = whereOf(lane);
    if (error instanceof KafkaFailure) {
      report({ kind: 'ship-failed', topic: lane.topic, code: error.code });
      troubles.met(where, error);
      contact?.forget(lane.topic);
    } else if (isFinal(error)) return onFailed(error);
    pause(lane, soon(attemptAt(where)));
  }

  function pause(lane: Lane, delayMs: number): void {
    pausing.add(lane);
    after(delayMs, () => {
      pausing.delete(lane);
      pump();
    });
  }

  /** What the publisher tries again by itself. */
  function tell(event: PublisherEvent): void {
    if (event.kind !== 'failing' && event.kind !== 'recovered') return;
    const where = `${event.topic}/${event.partition}`;
    if (event.kind === 'recovered') {
      remaking.delete(event.topic);
      return troubles.mended(where);
    }
    report({ kind: 'ship-failed', topic: event.topic, code: event.failure.code });
    troubles.met(where, event.failure);
    if (event.failure.code === 'topic-missing' && !remaking.has(event.topic)) void remake(event.topic);
  }

  /** Deleted while we run: the publisher waits for it, and somebody has to make it. Looked at until records arrive: a broker may not have heard of the deletion yet. */
  async function remake(topic: string): Promise<void> {
    const where = `topic ${topic}`;
    remaking.add(topic);
    try {
      contact!.forget(topic);
      await contact!.facts(topic);
      troubles.mended(where);
    } catch (error) {
      if (stopped) return;
      if (!(error instanceof KafkaFailure)) return onFailed(error);
      troubles.met(where, error);
    }
    after(soon(attemptAt(where)), () => {
      if (remaking.has(topic)) void remake(topic);
      else attempts.delete(where);
    });
  }

  function scheduleSave(): void {
    if (saves) return;
    saves = true;
    after(saveEveryMs, () => {
      void save([]).finally(() => {
        saves = false;
      });
    });
  }

  async function save(more: readonly StateChange[]): Promise<void> {
    const state = [...lanes.flatMap(lane => lane.takeChanges()), ...more];
    if (state.length === 0) return;
    try {
      await log.append({ batches: [], state });
    } catch (error) {
      // Not saved is found again in Kafka's tail.
      if (isFinal(error) && !stopped) onFailed(error);
    }
  }

  async function connect(given: Cluster | undefined): Promise<void> {
    const where = 'cluster';
    try {
      const found = given ?? (await options.connect());
      const cluster: Cluster = { ...found, ends: sharedEnds(found) };
      if (stopped) return await cluster.close(0);
      const known = readCluster(log);
      if (known && known.id !== cluster.id) {
        await cluster.close(1_000);
        throw anotherCluster(known.id, cluster.id);
      }
      await log.append({ batches: [], state: [clusterChange({ id: cluster.id }), runningChange(true)] });
      const publisher = createPublisher({
        cluster,
        time,
        random,
        tell,
        // Well above a sound client's own retries: a producer that is renewed too early cannot see a batch that waits for its replicas, and doubles it.
        sendDeadlineMs: 10 * options.requestTimeoutMs,
        settleMs: options.requestTimeoutMs,
      });
      contact = { cluster, publisher, ...createTopicDesk({ log, cluster, wanted: options.topics, report }) };
      mended(where);
      report({ kind: 'component', name: 'kafka', ready: true });
      look();
      pump();
    } catch (error) {
      if (stopped) return;
      if (error instanceof KafkaFailure) troubles.met(where, error);
      else if (isFinal(error)) return onFailed(error);
      after(soon(attemptAt(where)), () => void connect(undefined));
    }
  }

  return {
    start(given) {
      const waitMs = isUnsure ? 2 * options.requestTimeoutMs : 0;
      // Also those that have never shipped: what one of them asks before, the others must not take for an answer.
      if (waitMs > 0) for (const lane of lanes) pause(lane, waitMs);
      troubles.met('cluster', new KafkaFailure('timeout', 'Kafka has not answered yet'));
      void connect(given);
    },
    wake() {
      if (wakes || stopped) return;
      wakes = true;
      after(lingerMs, () => {
        wakes = false;
        look();
        pump();
      });
    },
    // A topic that was made after the start is not shipped before the next one.
    keepFrom: (topic, partition) => byPlace.get(`${topic}/${partition}`)?.localNext ?? 0,
    backlog: () => measureBacklog(log, lanes, logClock.now()),
    shipped: () => until(isEmpty),
    acknowledged: positions =>
      until(() =>
        positions.every(({ topic, partition, offset, count }) => {
          const lane = byPlace.get(`${topic}/${partition}`);
          return lane !== undefined && lane.localNext >= offset + count;
        }),
      ),
    get reason() {
      return troubles.reason;
    },
    async close(deadlineMs) {
      if (stopped) return;
      stopped = true;
      for (const waits of timers) waits.unsubscribe();
      troubles.close();
      const isIdle = (): boolean => lanes.every(lane => !lane.isBusy);
      const unanswered = (await contact?.publisher.close(deadlineMs)) ?? 0;
      if (!isIdle())
        await new Promise<void>(resolve => {
          const deadline = timer(settleMs, time).subscribe(() => resolve());
          settled = () => {
            if (!isIdle()) return;
            deadline.unsubscribe();
            resolve();
          };
        });
      const isClean = contact !== undefined && unanswered === 0 && lanes.every(lane => !lane.isBusy && !lane.isUnsure);
      await save(isClean ? [runningChange(false)] : []);
      await contact?.cluster.close(settleMs);
    },
  };
}

const whereOf = ({ topic, partition }: Lane): string => `${topic}/${partition}`;

/** Two clusters under one log.path would each get a part, and the positions in one say nothing of the other. */
const anotherCluster = (known: string, found: string): KafkaFailure =>
  new KafkaFailure(
    'topic-invalid',
    `the brokers are of the cluster ${found}, and this log.path ships to the cluster ${known}: set log.kafka.brokers back, or choose another log.path`,
  );
