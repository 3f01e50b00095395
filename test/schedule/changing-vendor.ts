import type { Limit } from '../../src/schedule/limit.js';
import type { Plan } from '../../src/simulator/plans.js';
import { createQuota, type QuotaCounts } from '../../src/simulator/quota.js';
import { seeded } from '../log/seeded.js';
import { createIdealCaller } from './ideal-caller.js';
import { saturate } from './saturated.js';
import { createWorld } from './world.js';

/** From `atMs` after the start on the vendor's quota is another one, and nobody is told. */
export interface Phase {
  readonly atMs: number;
  readonly plan: Plan;
}

export interface Course {
  readonly declared: readonly Limit[];
  readonly phases: readonly Phase[];
  readonly lengthMs: number;
  readonly concurrency: number;
  readonly latencyMs: readonly [least: number, most: number];
  readonly seed: number;
}

export interface Told {
  readonly counts: QuotaCounts;
  readonly refused: number;
  readonly accepted: number;
  /** What a caller that knows the vendor's quota at each time would have made, by the counting rule and with the same latencies. */
  readonly ideal: number;
  /** The same by phase. */
  readonly phases: readonly { readonly calls: number; readonly refused: number; readonly ideal: number }[];
}

const windows = ({ perSecond, perMinute }: Plan): Limit[] => [
  ...(perSecond === undefined ? [] : [{ requests: Math.max(1, perSecond), perMs: 1000 / Math.min(1, perSecond) }]),
  ...(perMinute === undefined ? [] : [{ requests: perMinute, perMs: 60_000 }]),
];

const refusals = { second: 'burst', minute: 'minute', day: 'day' } as const;

/** A budget that always has work, before the simulator's quota. */
export async function follow(course: Course): Promise<Told> {
  const {
    declared,
    phases,
    lengthMs,
    concurrency,
    latencyMs: [least, most],
    seed,
  } = course;
  const startMs = Date.parse('2024-06-11T14:00Z');
  const world = createWorld(startMs);
  const random = seeded(seed);
  const latency = (draw: () => number): number => Math.round(least + (most - least) * draw() ** 3);
  const scenario = { plan: phases[0]!.plan, keys: {} };
  const quota = createQuota(scenario);
  let accepted = 0;
  saturate({
    world,
    limits: declared,
    concurrency,
    random,
    latencyMs: () => latency(random),
    arrive() {
      const span = quota.arrive('key', world.trueMs);
      return span ? { kind: 'refused', by: refusals[span], detail: span } : { kind: 'records' };
    },
    answered({ kind }) {
      if (kind === 'records') accepted += 1;
    },
  });

  const again = seeded(seed + 1);
  const ideal = createIdealCaller(startMs, concurrency, () => latency(again));
  const told: { calls: number; refused: number; ideal: number }[] = [];
  for (const [index, { atMs, plan }] of phases.entries()) {
    await world.advanceTo(startMs + atMs);
    scenario.plan = plan;
    const before = { ...quota.counts(), ideal: ideal.calls };
    const untilMs = startMs + (phases[index + 1]?.atMs ?? lengthMs);
    await world.advanceTo(untilMs);
    ideal.advanceTo(untilMs, windows(plan));
    const after = quota.counts();
    told.push({
      calls: after.calls - before.calls,
      refused: after.violations - before.violations,
      ideal: ideal.calls - before.ideal,
    });
  }
  const counts = quota.counts();
  return { counts, refused: counts.violations, accepted, ideal: ideal.calls, phases: told };
}
