import { type Commit, type Log, LogFailure } from '../../src/log/log.js';
import { type MemoryLog, openMemoryLog } from '../../src/log/memory.js';
import type { WorldClock } from './clock.js';
import type { Draw } from './draw.js';
import type { Life } from './life.js';
import type { WorldPlan } from './world-plan.js';

/** What the disk tells the oracle. */
export interface DiskWatch {
  appending(commit: Commit): void;
  /** It is on the disk, whether or not anybody hears of it. */
  stored(commit: Commit): void;
  ended(): void;
}

export interface Disk {
  /** The log as a process finds and writes it. */
  open(life: Life): Log;
  /** What was not stored is lost. */
  crash(): void;
  /** Since the last refusal, or while flushes are slow: the time of the last trouble, epoch ms. */
  readonly troubledMs: number;
  readonly log: MemoryLog;
}

const never = new Promise<never>(() => {});

/** A disk that is slow or refuses when the plan says so, and a process that may die before or after its flush. */
export function createDisk(clock: WorldClock, plan: WorldPlan, draw: Draw, watch: DiskWatch): Disk {
  const { leastMs, mostMs, slow, refusing, refusedShare } = plan.disk;
  const elapsed = (): number => clock.now() - plan.startMs;
  const during = <S extends { readonly fromMs: number; readonly toMs: number }>(spans: readonly S[]): S | undefined =>
    spans.find(({ fromMs, toMs }) => elapsed() >= fromMs && elapsed() < toMs);
  let troubledMs = Number.NEGATIVE_INFINITY;

  function refusal({ batches }: Commit): LogFailure | undefined {
    const span = during(refusing);
    const code = span?.code ?? (draw.is(refusedShare) ? 'disk' : undefined);
    if (code === undefined || (code === 'full' && batches.length === 0)) return undefined;
    troubledMs = clock.now();
    return new LogFailure(code, `the disk refuses (${code})`);
  }

  let log = openMemoryLog({
    retainBytes: 2 ** 40,
    maxBytes: 2 ** 41,
    identity: `sim-${plan.seed}`,
    acknowledge(done) {
      const byMs = during(slow)?.byMs ?? 0;
      if (byMs > 0) troubledMs = clock.now() + byMs;
      clock.after(leastMs + Math.floor(draw.next() * (mostMs - leastMs + 1)) + byMs, done);
    },
    fail: refusal,
  });

  return {
    get log() {
      return log;
    },
    get troubledMs() {
      return troubledMs;
    },
    crash() {
      log = log.crash();
    },
    open(life) {
      const inner = log;
      return {
        identity: inner.identity,
        maxBytes: inner.maxBytes,
        get bytes() {
          return inner.bytes;
        },
        topics: () => inner.topics(),
        ends: topic => inner.ends(topic),
        read: (topic, partition, from, most) => inner.read(topic, partition, from, most),
        get: key => inner.get(key),
        range: prefix => inner.range(prefix),
        committedMs: (topic, partition, offset) => inner.committedMs(topic, partition, offset),
        ensureTopic: (topic, options) => inner.ensureTopic(topic, options),
        close: () => inner.close(),
        async append(commit) {
          if (life.meets('append')) return never;
          watch.appending(commit);
          try {
            const positions = await inner.append(commit);
            // The promise is settled in the same turn in which the log stored it.
            watch.stored(commit);
            if (!life.isDead) watch.ended();
            return life.meets('stored') ? never : positions;
          } catch (error) {
            if (life.isDead) return never;
            watch.ended();
            throw error;
          }
        },
      };
    },
  };
}
