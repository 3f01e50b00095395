import { firstValueFrom, ReplaySubject, race, Subject, type Subscription, timer } from 'rxjs';
import { blueprint, type Running, type World } from '../ingest/blueprint.js';
import type { Cluster } from '../log/kafka/cluster.js';
import { KafkaFailure } from '../log/kafka/kafka-failure.js';
import { isFinal, type Log, type Position, type StateChange } from '../log/log.js';
import { laterBudget, quotaKeys } from '../schedule/budget-state.js';
import type { Limit } from '../schedule/limit.js';
import { backoff } from '../streams/backoff.js';
import type { Time } from '../streams/time.js';
import { type Claim, createClaims } from './claims.js';
import { createFollowers } from './followers.js';
import { mirroredLog } from './mirror.js';
import { own, ownedEpoch, restoreUnit } from './restore.js';
import { partitionOfUnit, type Unit } from './unit.js';

export interface KeeperOptions {
  readonly units: readonly Unit[];
  readonly world: World;
  readonly cluster: Pick<Cluster, 'ends' | 'read' | 'publish' | 'renewProducer'>;
  /** Of claims, and of cursors, with their number of partitions. */
  readonly claims: { readonly topic: string; readonly partitions: number };
  readonly cursors: { readonly topic: string; readonly partitions: number };
  /** `host/pid`, for people. */
  readonly host: string;
  readonly isConfirmed: () => boolean;
  /** Resolves when Kafka has what lies there in the local log. */
  readonly acknowledged: (positions: readonly Position[]) => Promise<void>;
  /** Resolves when Kafka has all. */
  readonly shipped: () => Promise<void>;
  /** Of claims and hand-overs; `world.time` may be that of a simulated day. */
  readonly time: Time;
  readonly failed: (error: unknown) => void;
}

/** Runs the units that this instance holds. */
export interface Keeper {
  /** What lies in these partitions is taken or kept, and all else let go. */
  assigned(partitions: readonly number[]): void;
  /** Nothing begins a call. Resolves when what was under way is in Kafka, or time is up. */
  quiesce(): Promise<void>;
  holds(): readonly string[];
  runs(): readonly Running[];
  setLimits(source: string, limits: readonly Limit[]): void;
  /** Takes up nothing more and ends what runs. */
  drain(): Promise<void>;
  abort(): void;
  /** At once, and for good. */
  stop(): void;
}

interface Run {
  readonly epoch: number;
  readonly running: Running;
  readonly ended: Promise<void>;
  readonly subscription: Subscription;
}

/** For what is under way, before the group is divided anew. */
const quiesceMs = 3_000;
const lookMs = 50;
/** For a unit that goes to somebody else; then its calls are ended. */
const drainMs = 5_000;
/** So far may the clock of an instance be ahead of that of the one whose calls it counts. */
const clocksApartMs = 1_000;

export function createKeeper(options: KeeperOptions): Keeper {
  const { units, world, cluster, host, isConfirmed, acknowledged, shipped, time, failed } = options;
  const { log, report } = world;
  const instance = log.identity;
  const claims = createClaims(cluster, options.claims.topic);
  const followed = createFollowers({ cluster, units, cursors: options.cursors, time });
  const soon = backoff({ minMs: 100, maxMs: 2_000, random: world.random });
  const runs = new Map<string, Run>();
  /** May call now, as far as the claims go. */
  const held = new Set<string>();
  const limits = new Map<string, readonly Limit[]>();
  const stopped = new ReplaySubject<void>(1);
  const turned = new Subject<void>();
  /** By unit, what was begun last: one that is let go is let go before it is taken again, and two never load it side by side. */
  const steps = new Map<string, Promise<void>>();
  let turn = 0;
  let draining = false;

  const pause = (ms: number): Promise<unknown> => firstValueFrom(race(timer(ms, time), stopped));

  const quotaOf = ({ plan }: Unit): string[] => plan.sources.flatMap(({ name }) => quotaKeys(name, log));
  /** Spent with `scale: one`: nobody else knows of it. */
  const ownQuotaOf = (unit: Unit): StateChange[] => quotaOf(unit).map(key => [key, log.get(key)]);
  const laterQuotaOf = ({ plan }: Unit): StateChange[] =>
    plan.sources.map(({ name }) => laterBudget(name, log, clocksApartMs));

  function start({ name, plan }: Unit, epoch: number, mirrored: Log): void {
    const running = blueprint(plan, {
      ...world,
      log: mirrored,
      ownership: { epoch, isHeld: () => held.has(name) && isConfirmed(), acknowledged, followed },
    });
    let over: () => void = () => undefined;
    const ended = new Promise<void>(resolve => {
      over = resolve;
    });
    const subscription = running.run.subscribe({ error: failed, complete: () => over() });
    subscription.add(() => over());
    runs.set(name, { epoch, running, ended, subscription });
    for (const { name: source } of plan.sources) {
      const changed = limits.get(source);
      if (changed) running.setLimits(source, changed);
    }
  }

  async function end(name: string): Promise<void> {
    const run = runs.get(name);
    if (!run) return;
    const { running, ended, subscription } = run;
    running.drain();
    await Promise.race([ended, pause(drainMs)]);
    running.abort();
    await Promise.race([ended, pause(lookMs)]);
    subscription.unsubscribe();
    if (runs.get(name) === run) runs.delete(name);
  }

  const inTurn = (unit: string, step: () => Promise<void>): void => {
    steps.set(unit, (steps.get(unit) ?? Promise.resolve()).then(step));
  };

  async function letGo(unit: string, isStale: () => boolean): Promise<void> {
    const wasHeld = runs.has(unit);
    if (!wasHeld || isStale()) return;
    await end(unit);
    report({ kind: 'unit-released', unit, wasHeld });
  }

  /** One attempt. @returns false where somebody else was first, or the attempt is out of date */
  async function take(unit: Unit, isStale: () => boolean): Promise<boolean> {
    const { name } = unit;
    const partition = partitionOfUnit(name, options.claims.partitions);
    const newest = async (): Promise<Claim | undefined> => (await claims.read(partition)).get(name);
    const claim = await newest();
    if (isStale()) return false;
    const isMine = claim?.instance === instance;
    const run = runs.get(name);
    if (run && isMine && run.epoch === claim.epoch) {
      held.add(name);
      return true;
    }
    await end(name);
    let epoch = claim?.epoch ?? 0;
    const { topic } = options.cursors;
    const mirroredAs = (inherited: Map<string, readonly number[]>): Log =>
      mirroredLog(log, { unit: name, epoch, topic }, inherited);
    let mirrored: Log | undefined;
    // After a restart with nobody in between this log knows more than Kafka does.
    if (!isMine || ownedEpoch(log, name) !== epoch) {
      if (isStale() || !isConfirmed()) return false;
      epoch += 1;
      const claimedAt = new Date(time.now()).toISOString();
      await claims.write(partition, { unit: name, instance, host, epoch, claimedAt });
      const winner = await newest();
      if (winner?.instance !== instance || winner.epoch !== epoch) return false;
      const at = { topic, partition: partitionOfUnit(name, options.cursors.partitions), unit: name };
      mirrored = mirroredAs(await restoreUnit(log, cluster, at, claim ? quotaOf(unit) : []));
      await own(mirrored, { unit: name, epoch }, claim ? laterQuotaOf(unit) : ownQuotaOf(unit));
    }
    if (isStale()) return false;
    report({ kind: 'unit-held', unit: name, epoch });
    held.add(name);
    start(unit, epoch, mirrored ?? mirroredAs(new Map()));
    return true;
  }

  async function takeAtLast(unit: Unit, isStale: () => boolean): Promise<void> {
    for (let attempt = 1; !isStale(); attempt++) {
      try {
        if (await take(unit, isStale)) return;
      } catch (error) {
        if (!(error instanceof KafkaFailure) && isFinal(error)) return failed(error);
        report({ kind: 'unit-refused', unit: unit.name, reason: (error as Error).message });
      }
      await firstValueFrom(race(timer(soon(attempt), time), stopped, turned));
    }
  }

  const nextTurn = (): void => {
    turn += 1;
    held.clear();
    turned.next();
  };

  return {
    assigned(partitions) {
      if (draining) return;
      nextTurn();
      const mine = turn;
      const isStale = (): boolean => turn !== mine || draining;
      const given = new Set(partitions);
      for (const unit of units)
        inTurn(unit.name, () =>
          given.has(partitionOfUnit(unit.name, options.claims.partitions))
            ? takeAtLast(unit, isStale)
            : letGo(unit.name, isStale),
        );
    },
    async quiesce() {
      nextTurn();
      const isBusy = (): boolean =>
        [...runs.values()].some(({ running }) => [...running.peek().values()].some(({ inFlight }) => inFlight > 0));
      const untilMs = time.monotonicMs() + quiesceMs;
      while (isBusy() && time.monotonicMs() < untilMs) await pause(lookMs);
      await Promise.race([shipped(), pause(Math.max(0, untilMs - time.monotonicMs()))]);
    },
    holds: () => [...runs.keys()],
    runs: () => Array.from(runs.values(), ({ running }) => running),
    setLimits(source, changed) {
      limits.set(source, changed);
      runs.get(`source/${source}`)?.running.setLimits(source, changed);
    },
    async drain() {
      draining = true;
      const all = [...runs.values()];
      for (const { running } of all) running.drain();
      await Promise.all(all.map(({ ended }) => ended));
      stopped.next();
    },
    abort() {
      for (const { running } of runs.values()) running.abort();
    },
    stop() {
      draining = true;
      nextTurn();
      stopped.next();
      for (const { running, subscription } of runs.values()) {
        running.abort();
        subscription.unsubscribe();
      }
    },
  };
}
