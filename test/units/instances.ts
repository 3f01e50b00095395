import type { HttpAnswer, HttpEdge } from '../../src/http/edge.js';
import type { Plan } from '../../src/ingest/blueprint.js';
import { createForwarder, type Forwarder } from '../../src/log/forward/forwarder.js';
import type { WantedTopic } from '../../src/log/forward/topic-desk.js';
import type { Cluster } from '../../src/log/kafka/cluster.js';
import type { Membership } from '../../src/log/kafka/group.js';
import { type MemoryLog, openMemoryLog } from '../../src/log/memory.js';
import type { Event } from '../../src/records/event.js';
import { isoInstant } from '../../src/records/instant.js';
import type { Vendor } from '../../src/sources/source.js';
import { manyInstances, type SharedRunning } from '../../src/units/many-instances.js';
import { bar, minute } from '../ingest/minute-bars.js';
import { type FakeKafka, fakeKafka } from '../log/kafka/fake-kafka.js';
import { seeded } from '../log/seeded.js';
import { createWorldClock, type WorldClock } from '../sim/clock.js';
import { type FakeGroup, fakeGroup } from './fake-group.js';
import { createMachine, type Machine } from './machine.js';

export const sessionTimeoutMs = 8_000;
const requestTimeoutMs = 1_000;
const rebalanceTimeoutMs = 10_000;
const partitions = 3;
const startMs = Date.UTC(2026, 2, 10, 15);
/** The vendor gives the last hour. */
const depths = Array.from({ length: 60 }, (_, at) => 59 - at);

const wanted: readonly WantedTopic[] = [
  { name: 'bars', cleanup: 'delete', partitions, replication: 1 },
  { name: 'dead', cleanup: 'delete', partitions: 1, replication: 1 },
  { name: 'symbols', cleanup: 'compact', partitions, replication: 1 },
  { name: 'cursors', cleanup: 'compact', localCleanup: 'delete', partitions, replication: 1 },
];

/** A call as the vendor sees it. */
export interface Seen {
  readonly source: string;
  readonly instance: string;
  readonly atMs: number;
}

export interface Instance {
  readonly name: string;
  readonly machine: Machine;
  readonly log: MemoryLog;
  readonly running: SharedRunning;
  readonly events: Event[];
  readonly ended: () => boolean;
  /** The process ends, and what it had flushed stays. */
  kill(): void;
}

export interface InstancesWorld {
  readonly clock: WorldClock;
  readonly kafka: FakeKafka;
  readonly group: FakeGroup;
  readonly sources: readonly string[];
  readonly calls: readonly Seen[];
  /** Calls beyond what the vendor grants a key, by its own count. */
  readonly violations: readonly Seen[];
  readonly failures: unknown[];
  /** A process on the log that the last one of this name left. @param aheadMs of its machine's wall clock */
  start(name: string, aheadMs?: number): Instance;
  advance(ms: number): Promise<void>;
  /** The minutes of each symbol that the vendor had while anybody was there to ask, and that are not in the topic. */
  missing(untilMs: number): readonly string[];
  /** Ids that lie in the topic more than once. */
  doubled(): number;
  /** Bars that lie there under a second id, though the vendor never changed one. */
  restated(): number;
}

export interface InstancesOptions {
  readonly seed: number;
  readonly sources: number;
  readonly symbols: number;
  /** Calls that the vendor grants each key in a sliding minute. */
  readonly perMinute: number;
}

/** Several instances, one Kafka with its coordinator, one vendor; only clock and wire are fake. */
export function instancesWorld({ seed, sources: count, symbols, perMinute }: InstancesOptions): InstancesWorld {
  const clock = createWorldClock(startMs);
  const random = seeded(seed);
  const outer = createMachine(clock);
  const kafka = fakeKafka({ time: outer.time, latencyMs: 3 });
  const group = fakeGroup(clock, { partitions: 24, sessionTimeoutMs, rebalanceTimeoutMs });
  const sources = Array.from({ length: count }, (_, at) => `s${at}`);
  const symbolsOf = (source: string): string[] => Array.from({ length: symbols }, (_, at) => `${source}-${at}`);
  const calls: Seen[] = [];
  const violations: Seen[] = [];
  const failures: unknown[] = [];
  const logs = new Map<string, MemoryLog>();

  function arrive(source: string, instance: string): void {
    const seen = { source, instance, atMs: clock.now() };
    calls.push(seen);
    if (calls.filter(one => one.source === source && one.atMs > seen.atMs - minute).length > perMinute)
      violations.push(seen);
  }

  function planFor(machine: Machine, instance: string): Plan {
    const vendor: Vendor = {
      type: 'fake',
      title: 'Fake',
      baseUrl: 'http://fake',
      needsKey: false,
      limits: [],
      concurrency: 2,
      refuses: () => undefined,
      maxSymbols: () => 1,
      weight: () => 1,
      request: () => ({ url: 'http://fake/' }),
      parse({ symbols: [symbol = ''] }) {
        const newest = Math.floor(clock.now() / minute) * minute - minute;
        return { kind: 'records', observations: depths.map(back => bar(symbol, newest - back * minute)) };
      },
    };
    const answer: HttpAnswer = { status: 200, headers: {}, body: Buffer.from('{}') };
    const edge =
      (source: string): HttpEdge =>
      () => {
        arrive(source, instance);
        return machine.outside(
          () => new Promise(resolve => clock.after(20 + Math.floor(random() * 200), () => resolve(answer))),
        );
      };
    return {
      sources: sources.map(name => ({
        name,
        vendor,
        options: { apiKey: '', baseUrl: 'http://fake', format: 'json' },
        limits: [{ requests: perMinute, perMs: minute }],
        concurrency: 2,
        deadlineMs: 5_000,
        edge: edge(name),
        feeds: [
          {
            feed: {
              name: `feed-${name}`,
              wanted: { data: 'bars', interval: '1m', adjusted: false },
              topic: 'bars',
              every: minute,
              restateWindow: 100,
              decimals: 'string',
            },
            calendar: undefined,
            checks: { maxFuture: 86_400_000 },
            maxSymbols: 1,
            weight: 1,
            lists: [`of-${name}`],
          },
        ],
      })),
      lists: sources.map(name => ({
        name: `of-${name}`,
        spec: { from: 'static', list: symbolsOf(name), maxShrink: 0.5 },
      })),
      topics: { symbols: 'symbols', deadLetters: 'dead' },
      once: false,
    };
  }

  const remote = (machine: Machine, inner: Cluster): Cluster => ({
    id: inner.id,
    brokers: () => machine.outside(() => inner.brokers()),
    topics: () => machine.outside(() => inner.topics()),
    describeTopic: topic => machine.outside(() => inner.describeTopic(topic)),
    createTopic: (topic, spec) => machine.outside(() => inner.createTopic(topic, spec)),
    publish: batch => machine.outside(() => inner.publish(batch)),
    ends: topic => machine.outside(() => inner.ends(topic)),
    read: (topic, partition, from, maxBytes) => machine.outside(() => inner.read(topic, partition, from, maxBytes)),
    renewProducer: () => machine.outside(() => inner.renewProducer()),
    close: deadlineMs => machine.outside(() => inner.close(deadlineMs)),
  });
  const far = (machine: Machine, inner: Membership): Membership => ({
    join: said => machine.outside(() => inner.join(said)),
    heartbeat: () => machine.outside(() => inner.heartbeat()),
    leave: deadlineMs => machine.outside(() => inner.leave(deadlineMs)),
  });

  function start(name: string, aheadMs = 0): Instance {
    const machine = createMachine(clock, aheadMs);
    const { time } = machine;
    const events: Event[] = [];
    const log = logs.get(name) ?? openMemoryLog({ identity: `log of ${name}` });
    for (const { name: topic, cleanup, localCleanup, partitions: of } of wanted)
      log.ensureTopic(topic, { cleanup: localCleanup ?? cleanup, partitions: of });
    const connect = (): Promise<Cluster> =>
      machine.outside(async () => {
        if (kafka.down) throw kafka.down;
        return remote(machine, kafka.connect());
      });
    const failed = (error: unknown): void => {
      if (!machine.isDead) failures.push(error);
    };
    const forwarder: Forwarder = createForwarder({
      log,
      connect,
      topics: wanted,
      deadLetters: 'dead',
      requestTimeoutMs,
      time,
      random,
      report: () => undefined,
      onFailed: failed,
    });
    forwarder.start();
    const waking: typeof log.append = commit =>
      log.append(commit).finally(() => {
        if (!machine.isDead) forwarder.wake();
      });
    const running = manyInstances({
      plan: planFor(machine, name),
      world: {
        time,
        random,
        log: Object.assign(Object.create(log) as MemoryLog, { append: waking }),
        listEdge: () => Promise.reject(new Error('no lists on the web here')),
        listFile: path => {
          throw new Error(`no list at ${path} here`);
        },
        report: event => void (machine.isDead || events.push(event)),
        redact: text => text,
      },
      connect,
      createMembership: divide => far(machine, group.membership(divide)),
      sessionTimeoutMs,
      claims: { name: 'units', cleanup: 'compact', partitions: 24, replication: 1 },
      cursors: 'cursors',
      host: name,
      acknowledged: positions => forwarder.acknowledged(positions),
      shipped: () => forwarder.shipped(),
      time,
    });
    let isEnded = false;
    running.run.subscribe({
      error: failed,
      complete: () => {
        void forwarder
          .shipped()
          .then(() => running.leave(1_000))
          .then(() => forwarder.close(1_000))
          .then(() => {
            isEnded = true;
            logs.set(name, log);
          });
      },
    });
    return {
      name,
      machine,
      log,
      running,
      events,
      ended: () => isEnded,
      kill() {
        machine.kill();
        logs.set(name, log.crash());
      },
    };
  }

  /** By bar, how often each of its ids was published. */
  const published = (): Map<string, Map<string, number>> => {
    const bars = new Map<string, Map<string, number>>();
    for (let partition = 0; partition < partitions; partition++)
      for (const { value } of kafka.has('bars') ? kafka.records('bars', partition) : []) {
        const { id, symbol, time } = JSON.parse(Buffer.from(value).toString()) as Record<
          'id' | 'symbol' | 'time',
          string
        >;
        const ids = bars.get(`${symbol} ${time}`) ?? new Map<string, number>();
        ids.set(id, (ids.get(id) ?? 0) + 1);
        bars.set(`${symbol} ${time}`, ids);
      }
    return bars;
  };

  return {
    clock,
    kafka,
    group,
    sources,
    calls,
    violations,
    failures,
    start,
    async advance(ms) {
      const untilMs = clock.now() + ms;
      clock.after(ms, () => undefined);
      await clock.runUntil(() => clock.now() >= untilMs);
    },
    missing(untilMs) {
      const there = published();
      return sources.flatMap(source =>
        symbolsOf(source).flatMap(symbol => {
          const times = [];
          for (let ms = startMs; ms < untilMs; ms += minute) times.push(`${symbol} ${isoInstant(ms)}`);
          return times.filter(key => !there.has(key));
        }),
      );
    },
    doubled: () => [...published().values()].flatMap(ids => [...ids.values()]).filter(times => times > 1).length,
    restated: () => [...published().values()].filter(ids => ids.size > 1).length,
  };
}
