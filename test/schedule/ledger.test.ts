import test from 'ava';
import type { Moment } from '../../src/schedule/budget-clock.js';
import { createLedger } from '../../src/schedule/ledger.js';
import { limitName } from '../../src/schedule/quota-reports.js';
import { wallWindows } from '../../src/schedule/wall-window.js';

const hours = 3_600_000;
const days = 24 * hours;
const at = (ms: number): Moment => ({ steadyMs: ms, laggingMs: ms });
const instant = (text: string): number => Date.parse(text);

const lengthHours = (zone: string, resetsAt: string, ms: number): number => {
  const { startMs, endMs } = wallWindows({ requests: 1, perMs: days, resetsAt, zone })(ms);
  return (endMs - startMs) / hours;
};

test('a day window has 23 hours when the clocks go forward, 25 when they go back, and 24 else', t => {
  t.is(lengthHours('America/New_York', '00:00', instant('2024-03-10T12:00Z')), 23);
  t.is(lengthHours('America/New_York', '00:00', instant('2024-11-03T12:00Z')), 25);
  t.is(lengthHours('America/New_York', '00:00', instant('2024-07-01T12:00Z')), 24);
  t.is(lengthHours('Australia/Lord_Howe', '00:00', instant('2024-10-05T20:00Z')), 23.5);
  t.is(lengthHours('America/New_York', '12:00', instant('2024-03-10T12:00Z')), 23);
});

test('a reset at an hour that is skipped or comes twice happens once that day', t => {
  const window = wallWindows({ requests: 1, perMs: days, resetsAt: '02:30', zone: 'America/New_York' });
  t.is(window(instant('2024-03-10T12:00Z')).startMs, instant('2024-03-10T07:30Z'));
  const twice = wallWindows({ requests: 1, perMs: days, resetsAt: '01:30', zone: 'America/New_York' });
  t.is(twice(instant('2024-11-03T12:00Z')).startMs, instant('2024-11-03T05:30Z'));
  t.is(twice(instant('2024-11-03T06:15Z')).startMs, instant('2024-11-03T05:30Z'));
});

test('windows of one limit follow each other without holes over a year of any zone', t => {
  for (const zone of ['America/New_York', 'America/St_Johns', 'Asia/Kolkata', 'Africa/Cairo', 'Pacific/Apia'])
    for (const perMs of [hours, 7 * hours, days, 7 * days, 31 * days]) {
      const windowAt = wallWindows({ requests: 1, perMs, resetsAt: '00:15', zone });
      let ms = instant('2011-01-01T00:00Z');
      while (ms < instant('2012-03-01T00:00Z')) {
        const { startMs, endMs } = windowAt(ms);
        if (!(startMs <= ms && ms < endMs)) t.fail(`${zone} ${perMs} ${new Date(ms).toISOString()}`);
        if (windowAt(endMs).startMs !== endMs) t.fail(`hole at ${new Date(endMs).toISOString()} in ${zone}`);
        t.is(windowAt(endMs - 1).startMs, startMs);
        ms = endMs;
      }
    }
});

test('28 to 31 days with a reset are calendar months, seven days are weeks from Monday', t => {
  const month = wallWindows({ requests: 1, perMs: 30 * days, resetsAt: '06:00', zone: 'UTC' })(
    instant('2024-03-01T05:00Z'),
  );
  t.deepEqual(month, { startMs: instant('2024-02-01T06:00Z'), endMs: instant('2024-03-01T06:00Z') });
  const week = wallWindows({ requests: 1, perMs: 7 * days, resetsAt: '00:00', zone: 'UTC' })(
    instant('2024-06-13T05:00Z'),
  );
  t.deepEqual(week, { startMs: instant('2024-06-10T00:00Z'), endMs: instant('2024-06-17T00:00Z') });
});

test('a call in flight counts for as long as it lasts, and then for the whole window', t => {
  const ledger = createLedger([{ requests: 1, perMs: 1000 }]);
  const call = ledger.reserve(1, at(0));
  t.is(ledger.waitMs(1, at(50_000)), Number.POSITIVE_INFINITY);
  ledger.settle(call, at(50_000));
  t.is(ledger.waitMs(1, at(50_000)), 1000);
  t.is(ledger.waitMs(1, at(50_999)), 1);
  t.is(ledger.waitMs(1, at(51_000)), 0);
});

test('a call that was never made counts nowhere, and settling twice is a fault of the caller', t => {
  const ledger = createLedger([{ requests: 1, perMs: 1000 }]);
  const call = ledger.reserve(1, at(0));
  ledger.cancel(call);
  t.is(ledger.waitMs(1, at(0)), 0);
  t.throws(() => ledger.settle(call, at(0)), { message: /is not open/ });
});

test('calls that stopped counting in every window are given back once', t => {
  const ledger = createLedger([
    { requests: 5, perMs: 1000 },
    { requests: 9, perMs: 3000 },
  ]);
  const calls = [0, 1000, 2000].map(ms => {
    const call = ledger.reserve(1, at(ms));
    ledger.settle(call, at(ms));
    return call;
  });
  t.deepEqual(ledger.expired(at(2999)), []);
  t.deepEqual(ledger.expired(at(4000)), calls.slice(0, 2));
  t.deepEqual(ledger.expired(at(60_000)), calls.slice(2));
  t.deepEqual(ledger.expired(at(60_000)), []);
  t.is(ledger.waitMs(5, at(60_000)), 0);
});

test('usage tells what counts, and when it changes by itself', t => {
  const sliding = { requests: 5, perMs: 1000 };
  const daily = { requests: 25, perMs: days, resetsAt: '00:00', zone: 'America/New_York' };
  const ledger = createLedger([sliding, daily]);
  const nowMs = instant('2024-07-01T12:00Z');
  ledger.settle(ledger.reserve(2, at(nowMs)), at(nowMs));
  ledger.reserve(1, at(nowMs + 400));
  t.deepEqual(ledger.usage(at(nowMs + 400)), [
    { limit: sliding, used: 3, resetsAtMs: nowMs + 1000 },
    { limit: daily, used: 3, resetsAtMs: instant('2024-07-02T04:00Z') },
  ]);
  t.deepEqual(
    ledger.usage(at(nowMs + 1000)).map(({ used }) => used),
    [1, 3],
  );
});

test('other limits count what the old ones still knew', t => {
  const ledger = createLedger([{ requests: 9, perMs: 60_000 }]);
  for (let i = 0; i < 4; i++) ledger.settle(ledger.reserve(1, at(i * 1000)), at(i * 1000));
  ledger.expired(at(60_000));
  ledger.setLimits([{ requests: 3, perMs: 60_000 }]);
  t.is(ledger.waitMs(1, at(60_500)), 500);
  t.is(ledger.maxWeight, 3);
});

test('a decision costs the same with 100,000 calls in the window as with ten', t => {
  const costOf = (calls: number): number => {
    const ledger = createLedger([
      { requests: calls, perMs: days },
      { requests: calls * 2, perMs: days, resetsAt: '00:00' },
    ]);
    let ms = instant('2024-07-01T00:00Z');
    for (let i = 0; i < calls; i++) ledger.settle(ledger.reserve(1, at(++ms)), at(ms));
    const from = process.cpuUsage().user;
    for (let i = 0; i < 20_000; i++) {
      ledger.waitMs(1, at(++ms));
      const call = ledger.reserve(0, at(ms));
      ledger.settle(call, at(ms));
      ledger.expired(at(ms));
    }
    return process.cpuUsage().user - from;
  };
  costOf(10);
  const [few, many] = [costOf(10), costOf(100_000)];
  // A scan would be a thousand times slower; caches and the collector make it two or three.
  t.true(many < 30 * few, `${few} and ${many} µs`);
});

test('limits are named as people write them', t => {
  t.deepEqual(
    [
      { requests: 25, perMs: days },
      { requests: 5, perMs: 60_000 },
      { requests: 10, perMs: 1500 },
    ].map(limitName),
    ['25/1d', '5/1m', '10/1500ms'],
  );
});
