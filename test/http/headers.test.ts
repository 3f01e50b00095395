import test from 'ava';
import fc from 'fast-check';
import { httpDateMs } from '../../src/http/http-date.js';
import { rateLimit } from '../../src/http/rate-limit.js';
import { retryAfterMs } from '../../src/http/retry-after.js';
import { runs } from '../property-runs.js';

const now = Date.UTC(2026, 2, 13, 20, 0, 0);
const inMinute = 'Fri, 13 Mar 2026 20:01:00 GMT';

test('Retry-After is read as seconds, with decimals too, and as a date in all three forms', t => {
  const cases: readonly (readonly [string, number | undefined])[] = [
    ['120', 120_000],
    [' 0 ', 0],
    ['1.5', 1500],
    ['0.0001', 1],
    ['-3', 0],
    [inMinute, 60_000],
    ['Friday, 13-Mar-26 20:01:00 GMT', 60_000],
    ['Fri Mar 13 20:01:00 2026', 60_000],
    ['Tue Mar  3 20:01:00 2026', 0],
    ['Fri, 13 Mar 2020 20:01:00 GMT', 0],
    ['', undefined],
    ['soon', undefined],
    ['1e3', undefined],
    ['Infinity', undefined],
    ['Fri, 13 Foo 2026 20:01:00 GMT', undefined],
    ['Fri, 31 Feb 2026 20:01:00 GMT', undefined],
    ['Fri, 13 Mar 2026 25:01:00 GMT', undefined],
    ['120, 120', undefined],
  ];
  for (const [text, expected] of cases) t.is(retryAfterMs({ 'retry-after': text }, now), expected, text);
  t.is(retryAfterMs({}, now), undefined);
});

test('a Retry-After date is measured against the Date of the answer, not against our clock', t => {
  const date = 'Fri, 13 Mar 2026 20:00:30 GMT';
  t.is(retryAfterMs({ 'retry-after': inMinute, date }, now + 3_600_000), 30_000);
  t.is(retryAfterMs({ 'retry-after': inMinute, date: 'nonsense' }, now), 60_000);
});

test('an HTTP-date of any second of three centuries comes back', t => {
  const seconds = fc.integer({ min: Date.UTC(1900, 0) / 1000, max: Date.UTC(2199, 11) / 1000 });
  fc.assert(
    fc.property(seconds, second => httpDateMs(new Date(second * 1000).toUTCString(), now) === second * 1000),
    runs(100),
  );
  t.pass();
});

test('a two-digit year lies at most fifty years ahead', t => {
  t.is(httpDateMs('Sunday, 06-Nov-94 08:49:37 GMT', now), Date.UTC(1994, 10, 6, 8, 49, 37));
  t.is(httpDateMs('Sunday, 06-Nov-75 08:49:37 GMT', now), Date.UTC(2075, 10, 6, 8, 49, 37));
});

test('RateLimit is read in both generations, and of several limits the one that binds first', t => {
  const cases: readonly (readonly [Record<string, string>, object | undefined])[] = [
    [{ ratelimit: '"default";r=50;t=30' }, { remaining: 50, resetsAtMs: now + 30_000 }],
    [{ ratelimit: '"burst";r=7;t=2, "daily";r=3;t=3600;pk=:cHNvOg==:' }, { remaining: 3, resetsAtMs: now + 3_600_000 }],
    [{ ratelimit: '"a, b;r=9";r=1' }, { remaining: 1 }],
    [
      { ratelimit: 'default;r=50;t=30', 'ratelimit-policy': '"default";q=100;w=60' },
      { remaining: 50, resetsAtMs: now + 30_000 },
    ],
    [{ ratelimit: 'limit=100, remaining=50, reset=20' }, { remaining: 50, resetsAtMs: now + 20_000 }],
    [
      { 'ratelimit-limit': '100', 'ratelimit-remaining': '5', 'ratelimit-reset': '50', 'ratelimit-policy': '100;w=60' },
      { remaining: 5, resetsAtMs: now + 50_000 },
    ],
    [{ ratelimit: '"default";r=-1', 'x-ratelimit-remaining': '4' }, { remaining: 4 }],
    [{ ratelimit: '"default";r=5;t=x' }, { remaining: 5 }],
    [{ ratelimit: '"default";r=5, ;;' }, undefined],
    [{ ratelimit: '"open;r=5' }, undefined],
    [{ ratelimit: '' }, undefined],
    [{ 'ratelimit-policy': '"burst";q=100;w=60' }, undefined],
    [{}, undefined],
  ];
  for (const [headers, expected] of cases)
    t.deepEqual(rateLimit(headers, now), expected as ReturnType<typeof rateLimit>, JSON.stringify(headers));
});

test('X-RateLimit-Reset may be seconds left, epoch seconds, epoch milliseconds or a date', t => {
  const at = now + 60_000;
  const spellings = [
    '60',
    '60.0',
    String(at / 1000),
    String(at),
    new Date(at).toISOString(),
    '2026-03-13T21:01:00+01:00',
    '2026-03-13 20:01:00',
    inMinute,
  ];
  for (const reset of spellings) {
    t.deepEqual(
      rateLimit({ 'x-ratelimit-remaining': '9', 'x-ratelimit-reset': reset }, now),
      { remaining: 9, resetsAtMs: at },
      reset,
    );
    t.deepEqual(
      rateLimit({ 'x-rate-limit-remaining': '9', 'x-rate-limit-reset': reset }, now),
      { remaining: 9, resetsAtMs: at },
      reset,
    );
  }
  for (const reset of ['soon', '', '-5'])
    t.deepEqual(rateLimit({ 'x-ratelimit-remaining': '9', 'x-ratelimit-reset': reset }, now), { remaining: 9 });
  t.is(rateLimit({ 'x-ratelimit-remaining': 'many' }, now), undefined);
});

test('whatever the headers hold, reading them does not throw, and ends', t => {
  const piece = fc.constantFrom('"', '\\', ';', ',', '=', 'r=1', 't=2', ' ', ':', 'a', '9', '"x"');
  const field = fc.array(piece, { maxLength: 60 }).map(pieces => pieces.join(''));
  fc.assert(
    fc.property(field, text => {
      rateLimit({ ratelimit: text, 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': text }, now);
      retryAfterMs({ 'retry-after': text, date: text }, now);
    }),
    runs(100),
  );
  // So long that a pattern which reads anything twice for each character does not end before the runner's time-out.
  const million = 1_000_000;
  for (const text of [
    '"'.repeat(million),
    ';a='.repeat(million / 5),
    '"a"'.concat(' '.repeat(million), '!'),
    'a'.repeat(million).concat('"'),
  ]) {
    rateLimit({ ratelimit: text, 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': text }, now);
    retryAfterMs({ 'retry-after': text, date: text }, now);
  }
  t.pass();
});
