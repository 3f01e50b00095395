import test from 'ava';
import fc from 'fast-check';
import type { Plan } from '../../src/simulator/plans.js';
import { runs } from '../property-runs.js';
import { courses, keepsThePromise } from './courses.js';

const fast = fc.constantFrom<Plan[]>(
  { perSecond: 20 },
  { perSecond: 10 },
  { perSecond: 5 },
  { perMinute: 300 },
  { perSecond: 20, perMinute: 300 },
  { perSecond: 5, perMinute: 150 },
);

test('a vendor that changes a fast quota without a word refuses under 2 % of calls and gets over 90 % of what the counting rule allows', async t => {
  await fc.assert(fc.asyncProperty(courses(fast), keepsThePromise), runs(4));
  t.pass();
});
