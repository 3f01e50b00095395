import fc from 'fast-check';
import type { Limit } from '../../src/schedule/limit.js';
import type { Plan } from '../../src/simulator/plans.js';
import { type Course, follow, type Phase } from './changing-vendor.js';

const hourMs = 3_600_000;
const mostRefused = 0.02;
const leastRate = 0.9;

const perSecond = [0.2, 0.25, 0.4, 0.5, 1, 2, 3, 5, 7, 10, 15, 20];
const perMinute = [5, 10, 20, 40, 75, 150, 300];

const speed = ({
  perSecond: second = Number.POSITIVE_INFINITY,
  perMinute: minute = Number.POSITIVE_INFINITY,
}: Plan): number => Math.min(second, minute / 60);

/** A quota that is nowhere above what is declared, by the second, by the minute, or both. */
function below({ perSecond: second, perMinute: minute }: Plan): fc.Arbitrary<Plan> {
  const seconds = second === undefined ? [undefined] : perSecond.filter(count => count <= second);
  const minutes = minute === undefined ? [undefined] : perMinute.filter(count => count <= minute);
  return fc.record({ perSecond: fc.constantFrom(...seconds), perMinute: fc.constantFrom(...minutes) }).map(plan => ({
    ...(plan.perSecond !== undefined && { perSecond: plan.perSecond }),
    ...(plan.perMinute !== undefined && { perMinute: plan.perMinute }),
  }));
}

/**
 * How long a quota lasts: so that finding it is not all there is, a thousand calls and two hours at least; and ten times as long as a caller may take
 * to notice that there is more than before.
 */
const lasts = (plan: Plan, before: Plan): number =>
  Math.max(2 * hourMs, 1_500_000 / speed(plan), 10 * Math.max(16 * 60_000, 220_000 / speed(before)));

const declaredOf = ({ perSecond: second, perMinute: minute }: Plan): Limit[] => [
  ...(second === undefined ? [] : [{ requests: second, perMs: 1000 }]),
  ...(minute === undefined ? [] : [{ requests: minute, perMs: 60_000 }]),
];

export const courses = (declared: fc.Arbitrary<Plan>): fc.Arbitrary<Course> =>
  declared.chain(first =>
    fc
      .record({
        others: fc.array(fc.record({ plan: below(first), more: fc.double({ min: 1, max: 1.5, noNaN: true }) }), {
          minLength: 1,
          maxLength: 2,
        }),
        back: fc.boolean(),
        concurrency: fc.integer({ min: 2, max: 10 }),
        latencyMs: fc.constantFrom<[number, number]>([50, 50], [50, 300], [300, 300], [100, 1000], [20, 2000]),
        seed: fc.integer(),
      })
      .map(({ others, back, concurrency, latencyMs, seed }) => {
        const plans = [...others, ...(back ? [{ plan: first, more: 1 }] : [])];
        const phases: Phase[] = [{ atMs: 0, plan: first }];
        let atMs = 1_234_567;
        let before = first;
        for (const { plan, more } of plans) {
          phases.push({ atMs: Math.round(atMs), plan });
          atMs += more * lasts(plan, before);
          before = plan;
        }
        return { declared: declaredOf(first), phases, lengthMs: Math.round(atMs), concurrency, latencyMs, seed };
      }),
  );

/** At most 2 % of the vendor's count refused, and more than 90 % of what the counting rule allows. */
export async function keepsThePromise(course: Course): Promise<void> {
  const { counts, refused, accepted, ideal, phases } = await follow(course);
  const said = JSON.stringify({ refused: refused / counts.calls, rate: accepted / ideal, phases });
  if (refused > mostRefused * counts.calls) throw new Error(`too many refusals: ${said}`);
  if (accepted < leastRate * ideal) throw new Error(`too slow: ${said}`);
}
