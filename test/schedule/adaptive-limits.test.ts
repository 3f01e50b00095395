import test from 'ava';
import fc from 'fast-check';
import type { Plan } from '../../src/simulator/plans.js';
import { runs } from '../property-runs.js';
import { courses, keepsThePromise } from './courses.js';

test('a vendor that changes a slow quota without a word refuses under 2 % of calls and gets over 90 % of what the counting rule allows', async t => {
  const slow = fc.constantFrom<Plan[]>({ perSecond: 1 }, { perSecond: 2 }, { perMinute: 75 }, { perSecond: 2, perMinute: 75 });
  await fc.assert(fc.asyncProperty(courses(slow), keepsThePromise), runs(4));
  t.pass();
});
