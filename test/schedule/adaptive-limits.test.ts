import test from 'ava';
import fc from 'fast-check';
import type { Plan } from '../../src/simulator/plans.js';
import { createQuota } from '../../src/simulator/quota.js';
import { runs } from '../property-runs.js';
import { courses, keepsThePromise } from './courses.js';
import { saturate } from './saturated.js';
import { createState, createWorld } from './world.js';

test('a vendor that changes a slow quota without a word refuses under 2 % of calls and gets over 90 % of what the counting rule allows', async t => {
  const slow = fc.constantFrom<Plan[]>(
    { perSecond: 1 },
    { perSecond: 2 },
    { perMinute: 75 },
    { perSecond: 2, perMinute: 75 },
  );
  await fc.assert(fc.asyncProperty(courses(slow), keepsThePromise), runs(2));
  t.pass();
});

test('a vendor that lowers its day in the middle of one, over restarts and a change of daylight time: the day is closed in its zone, under 2 % are refused, and all it allows is used again when it is more', async t => {
  const dayMs = 86_400_000;
  const zone = 'America/New_York';
  const startMs = Date.parse('2024-02-20T05:00Z');
  const scenario = { plan: { perDay: 100 }, keys: {} };
  const quota = createQuota(scenario);
  const state = createState();
  const accepted = new Map<string, number>();
  const dateOf = new Intl.DateTimeFormat('en-CA', { timeZone: zone });
  let before = quota.counts();
  for (let day = 0; day < 70; day += 7) {
    if (day === 21) before = quota.counts();
    if (day === 42) {
      const { calls, violations } = quota.counts();
      const share = (violations - before.violations) / (calls - before.calls);
      t.true(share > 0 && share < 0.02, `${share}`);
    }
    const world = createWorld(startMs + day * dayMs);
    if (day === 14)
      world.at(world.trueMs + dayMs / 2, () => {
        scenario.plan = { perDay: 40 };
      });
    if (day === 42)
      world.at(world.trueMs + dayMs / 2, () => {
        scenario.plan = { perDay: 100 };
      });
    saturate({
      world,
      state,
      limits: [
        { requests: 1, perMs: 1000 },
        { requests: 100, perMs: dayMs, resetsAt: '00:00', zone },
      ],
      concurrency: 2,
      latencyMs: () => 300,
      arrive: () =>
        quota.arrive('key', world.trueMs) ? { kind: 'refused', by: 'day', detail: 'enough' } : { kind: 'records' },
      answered({ kind }) {
        if (kind !== 'records') return;
        const date = dateOf.format(world.trueMs);
        accepted.set(date, (accepted.get(date) ?? 0) + 1);
      },
    });
    await world.advanceTo(startMs + (day + 7) * dayMs);
  }
  const days = [...accepted.values()];
  // 15 days and 28 of them by the first and last quota, 27 by the lower one.
  const ideal = 15 * 100 + 27 * 40 + 28 * 100;
  const made = days.reduce((sum, count) => sum + count, 0);
  t.true(made > 0.9 * ideal, `${made} of ${ideal}`);
  t.is(Math.max(...days), 100);
  t.is(days.at(-1), 100);
});
