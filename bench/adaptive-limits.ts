import type { Limit } from '../src/schedule/limit.js';
import type { Plan } from '../src/simulator/plans.js';
import { follow } from '../test/schedule/changing-vendor.js';

// A vendor that changes its quota without a word, in virtual time: what it refuses, and what is made of what the counting rule allows.
const hourMs = 3_600_000;
const perSecond = (requests: number): Limit => ({ requests, perMs: 1000 });
const perMinute = (requests: number): Limit => ({ requests, perMs: 60_000 });

const courses: { readonly declared: Limit[]; readonly plans: Plan[]; readonly hours: number }[] = [
  { declared: [perSecond(20)], plans: [{ perSecond: 20 }, { perSecond: 7 }, { perSecond: 20 }], hours: 3 },
  { declared: [perSecond(20)], plans: [{ perSecond: 20 }, { perSecond: 0.2 }, { perSecond: 5 }], hours: 3 },
  { declared: [perSecond(1)], plans: [{ perSecond: 1 }, { perSecond: 0.4 }, { perSecond: 1 }], hours: 4 },
  { declared: [perMinute(300)], plans: [{ perMinute: 300 }, { perMinute: 5 }, { perMinute: 300 }], hours: 8 },
  {
    declared: [perSecond(20), perMinute(300)],
    plans: [
      { perSecond: 20, perMinute: 300 },
      { perSecond: 3, perMinute: 100 },
      { perSecond: 20, perMinute: 300 },
    ],
    hours: 4,
  },
  { declared: [perSecond(5)], plans: [{ perSecond: 5 }, { perMinute: 30 }], hours: 4 },
];

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

for (const { declared, plans, hours } of courses) {
  const phases = plans.map((plan, index) => ({ atMs: index * hours * hourMs, plan }));
  const { counts, refused, accepted, ideal } = await follow({
    declared,
    phases,
    lengthMs: plans.length * hours * hourMs,
    concurrency: 10,
    latencyMs: [50, 300],
    seed: 1,
  });
  console.log(`${plans.map(plan => JSON.stringify(plan)).join(' → ')}, ${hours} h each:`);
  console.log(
    `  ${counts.calls} calls, refused ${percent(refused / counts.calls)}, of what is allowed ${percent(accepted / ideal)}`,
  );
}
