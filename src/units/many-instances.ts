import { Observable, type Subscriber, timer } from 'rxjs';
import type { Plan, Running, World } from '../ingest/blueprint.js';
import { createOrCheck, type WantedTopic } from '../log/forward/topic-desk.js';
import type { Cluster } from '../log/kafka/cluster.js';
import type { GroupMember, Membership } from '../log/kafka/group.js';
import { KafkaFailure } from '../log/kafka/kafka-failure.js';
import type { Position } from '../log/log.js';
import type { Limit } from '../schedule/limit.js';
import { backoff } from '../streams/backoff.js';
import type { Time } from '../streams/time.js';
import { divideUnits, encodeTold } from './divide.js';
import { createKeeper, type Keeper } from './keeper.js';
import { type MembershipLoop, startMembership } from './membership-loop.js';
import { unitsOf } from './unit.js';

export interface ManyInstancesOptions {
  readonly plan: Plan;
  readonly world: World;
  /** Rejects with `KafkaFailure`, within seconds. */
  readonly connect: () => Promise<Cluster>;
  readonly createMembership: (
    divide: (members: readonly GroupMember[], partitions: readonly number[]) => ReadonlyMap<string, readonly number[]>,
  ) => Membership;
  readonly sessionTimeoutMs: number;
  /** As it is made where it does not exist. */
  readonly claims: WantedTopic;
  readonly cursors: string;
  readonly host: string;
  readonly acknowledged: (positions: readonly Position[]) => Promise<void>;
  readonly shipped: () => Promise<void>;
  /** Real time: the group knows no other. */
  readonly time: Time;
}

export interface SharedRunning extends Running {
  /** After the last of it is in Kafka: the others take over at once. */
  leave(deadlineMs: number): Promise<void>;
}

const component = 'group';

/**
 * The plan, shared with other instances: each runs the units that are its own at the time, all others stand by.
 * Without contact to the group nothing is polled, because another may have taken over.
 */
export function manyInstances(options: ManyInstancesOptions): SharedRunning {
  const { plan, world, connect, sessionTimeoutMs, host, acknowledged, shipped, time } = options;
  const { log, random, report } = world;
  const units = unitsOf(plan);
  const soon = backoff({ minMs: 250, maxMs: 5_000, random });
  let keeper: Keeper | undefined;
  let loop: MembershipLoop | undefined;
  let cluster: Cluster | undefined;
  let subscriber: Subscriber<never> | undefined;
  /** Of a source, as they were changed: also before there is somebody to tell. */
  const changed = new Map<string, readonly Limit[]>();
  let ending = false;

  const failed = (error: unknown): void => subscriber?.error(error);
  const trouble = (failure: KafkaFailure | undefined): void => {
    if (failure === undefined) return report({ kind: 'component', name: component, ready: true });
    const reason = `polls nothing that it cannot confirm: ${failure.message}`;
    report({ kind: 'component', name: component, ready: false, reason });
  };

  async function begin(): Promise<void> {
    const found = await connect();
    // Nobody would close it any more.
    if (ending) return found.close(0);
    cluster = found;
    const topic = options.claims.name;
    const known = await cluster.describeTopic(topic);
    const { partitions } = await createOrCheck(
      cluster,
      { ...options.claims, ...(known && { partitions: known.partitions }) },
      report,
    );
    if (ending) return;
    const cursors = { topic: options.cursors, partitions: log.ends(options.cursors).length };
    const isConfirmed = (): boolean => loop?.isConfirmed() ?? false;
    const made = createKeeper({
      units,
      world,
      cluster,
      claims: { topic, partitions },
      cursors,
      host,
      isConfirmed,
      acknowledged,
      shipped,
      time,
      failed,
    });
    for (const [source, limits] of changed) made.setLimits(source, limits);
    keeper = made;
    const told = (): string =>
      encodeTold({ instance: log.identity, units: units.map(({ name }) => name), holds: made.holds() });
    const membership = options.createMembership(divideUnits);
    loop = startMembership({
      membership,
      sessionTimeoutMs,
      time,
      random,
      told,
      assigned: partitions => made.assigned(partitions),
      quiesce: () => made.quiesce(),
      trouble,
      failed,
    });
  }

  function attempt(times: number): void {
    begin().catch((error: unknown) => {
      if (ending) return;
      if (!(error instanceof KafkaFailure)) return failed(error);
      trouble(error);
      void cluster?.close(0);
      cluster = undefined;
      subscriber?.add(timer(soon(times), time).subscribe(() => attempt(times + 1)));
    });
  }

  return {
    run: new Observable<never>(given => {
      subscriber = given;
      report({ kind: 'component', name: component, ready: false, reason: 'has not joined yet' });
      for (const { name } of units) report({ kind: 'unit-released', unit: name, wasHeld: false });
      attempt(1);
      return () => {
        ending = true;
        keeper?.stop();
      };
    }),
    drain() {
      ending = true;
      void (keeper?.drain() ?? Promise.resolve()).then(() => subscriber?.complete(), failed);
    },
    abort: () => keeper?.abort(),
    setLimits(source, limits) {
      changed.set(source, limits);
      keeper?.setLimits(source, limits);
    },
    peek: () => new Map((keeper?.runs() ?? []).flatMap(running => [...running.peek()])),
    listProblems: [],
    async leave(deadlineMs) {
      await loop?.stop(deadlineMs);
      await cluster?.close(deadlineMs);
    },
  };
}
