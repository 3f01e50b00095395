import test from 'ava';
import fc from 'fast-check';
import { createQuota } from '../../src/simulator/quota.js';
import { runs } from '../property-runs.js';
import { started } from './started.js';

const quote = 'function=GLOBAL_QUOTE&symbol=AAPL&apikey=';

test('the free plan: one call a second and 25 a day, the day beginning at midnight in New York', async t => {
  const { text, time, simulator } = await started(t, { plan: 'free' });
  const beforeMidnight = Date.parse('2026-03-12T03:58:00Z');
  for (let call = 0; call < 25; call++) {
    time.set(beforeMidnight + call * 1000);
    t.regex(await text(`${quote}SECRET`), /05. price/);
  }
  t.is(simulator.counts().violations, 0);
  time.set(beforeMidnight + 30_000);
  t.regex(
    await text(`${quote}SECRET`),
    /^\{\s+"Information": "We have detected your API key as SECRET and .* 25 requests per day/,
  );
  t.regex(await text(`${quote}SECRET`), /Please consider spreading out your free API requests more sparingly/);
  t.regex(await text(`${quote}OTHER`), /05. price/);
  time.set(Date.parse('2026-03-12T04:00:00Z'));
  t.regex(await text(`${quote}SECRET`), /05. price/);
  t.deepEqual(simulator.counts().refused, { second: 1, minute: 0, day: 1 });
  t.deepEqual(simulator.counts().worstExcess, { second: 1, minute: 0, day: 2 });
  t.is(simulator.counts().violations, 2);
});

test('premium and old plans refuse in their own words', async t => {
  const { text } = await started(t, {
    keys: { minute: { perMinute: 1 }, second: { perSecond: 1 }, old: { perMinute: 1, wording: 'free-2023' } },
  });
  for (const key of ['minute', 'second', 'old']) await text(quote + key);
  t.regex(await text(`${quote}minute`), /"Information": "Minute-level rate limit exceed\./);
  t.regex(
    await text(`${quote}second`),
    /"Information": "Burst pattern detected\. .* no more than 1 requests per second\./,
  );
  t.regex(
    await text(`${quote}old`),
    /"Note": "Thank you for using Alpha Vantage! Our standard API call frequency is 5 calls per minute/,
  );
});

test('every window is counted as by hand, refused calls included, whatever the arrivals', t => {
  const plan = { perSecond: 3, perMinute: 20, perDay: 50 };
  const gaps = fc.array(fc.oneof(fc.integer({ min: 0, max: 900 }), fc.integer({ min: 0, max: 20_000 })), {
    minLength: 1,
    maxLength: 120,
  });
  fc.assert(
    fc.property(gaps, between => {
      const quota = createQuota({ plan, keys: {} });
      // Across a midnight in New York.
      const arrivals = [Date.parse('2026-07-02T03:50:00Z')];
      for (const gap of between) arrivals.push(arrivals.at(-1)! + gap);
      const midnight = Date.parse('2026-07-02T04:00:00Z');
      let violations = 0;
      for (const [index, nowMs] of arrivals.entries()) {
        const before = arrivals.slice(0, index + 1);
        const within = (spanMs: number): number => before.filter(ms => ms > nowMs - spanMs).length;
        const today = before.filter(ms => ms >= midnight === nowMs >= midnight).length;
        const expected = within(1000) > 3 ? 'second' : within(60_000) > 20 ? 'minute' : today > 50 ? 'day' : undefined;
        if (expected) violations++;
        if (quota.arrive('k', nowMs) !== expected) return false;
      }
      return quota.counts().violations === violations;
    }),
    runs(60),
  );
  t.pass();
});
