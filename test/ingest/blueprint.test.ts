import test from 'ava';
import { LogFailure } from '../../src/log/log.js';
import { isoInstant } from '../../src/records/instant.js';
import type { Bar } from '../../src/records/observation.js';
import { bar, minute, three } from './minute-bars.js';
import { start, world } from './world.js';

test('each series is polled once a period, and each bar is published once', async t => {
  const { time, calls, records, stop } = world({ answer: three });
  await time.advance(10 * minute);
  stop();
  for (const symbol of ['A', 'B', 'C']) {
    const times = records('market.bars')
      .filter(record => record.symbol === symbol)
      .map(record => record.time);
    t.is(new Set(times).size, times.length);
    t.true(times.length >= 3 + 9 && times.length <= 3 + 10);
    const polls = calls.filter(({ work }) => work.symbols.includes(symbol)).length;
    t.true(polls >= 10 && polls <= 11, `${polls}`);
  }
});

test('a bar that the vendor changes is published again with the next revision and another id, seen later', async t => {
  const { time, records, stop } = world({
    symbols: ['A'],
    answer: call => three(call, call.atMs < start + 90_000 ? '10' : '12.50'),
  });
  await time.advance(4 * minute);
  stop();
  const changed = records('market.bars').filter(record => record.time === isoInstant(start - minute));
  t.deepEqual(
    changed.map(({ revision, close }) => ({ revision, close })),
    [
      { revision: 0, close: '10' },
      { revision: 1, close: '12.50' },
    ],
  );
  t.not(changed[0]!.id, changed[1]!.id);
  t.true(String(changed[0]!.seenAt) < String(changed[1]!.seenAt));
});

test('a symbol that fails delays no other and is tried again with growing pauses', async t => {
  const { time, calls, records, events, stop } = world({
    symbols: ['A', 'BAD', 'C'],
    answer: call => (call.work.symbols[0] === 'BAD' ? { kind: 'malformed', detail: 'nonsense' } : three(call)),
  });
  await time.advance(30 * minute);
  stop();
  const pollsOf = (symbol: string): number => calls.filter(({ work }) => work.symbols[0] === symbol).length;
  t.true(pollsOf('A') >= 30 && pollsOf('C') >= 30);
  t.true(pollsOf('BAD') > 3 && pollsOf('BAD') < 15, `${pollsOf('BAD')}`);
  const letters = records('dead');
  t.is(letters.length, 1, 'one dead letter, not one per try');
  t.like(letters[0], { code: 'malformed', payload: '{}' });
  t.true(events.some(event => event.kind === 'symbol-failing' && event.symbol === 'BAD'));
});

test('an answer on which the owner fails costs one call and its symbol a minute, and neither a lane nor the others', async t => {
  const broken = {
    get symbol(): string {
      throw new Error('a bug');
    },
  } as Bar;
  const { time, calls, events, records, ended, running } = world({
    answer: call => {
      const isFirst = calls.filter(({ work }) => work.symbols[0] === 'A').length === 1;
      return call.work.symbols[0] === 'A' && isFirst ? { kind: 'records', observations: [broken] } : three(call);
    },
  });
  await time.advance(3 * minute);
  t.is(events.filter(event => event.kind === 'actor-restarted').length, 1);
  const asked = calls.filter(({ work }) => work.symbols[0] === 'A').map(({ atMs }) => atMs - start);
  t.true(asked[1]! >= minute && asked[1]! < minute + 5_000, String(asked));
  for (const symbol of ['A', 'B', 'C']) t.true(records('market.bars').some(record => record.symbol === symbol));
  running.drain();
  await time.runUntil(() => ended() !== 'running');
  t.is(ended(), 'complete');
});

test('an abort leaves calls that do not end, and the run completes', async t => {
  const { time, ended, running, events } = world({ latencyMs: 60 * minute, answer: three });
  await time.advance(1_000);
  running.drain();
  running.abort();
  await time.advance(10);
  t.is(ended(), 'complete');
  t.is(events.filter(event => event.kind === 'settled').length, 0);
});

test('an outage costs a few calls and one pause after the other, not one call per symbol and period', async t => {
  const symbols = Array.from({ length: 50 }, (_, index) => `S${index}`);
  const { time, calls, events, stop } = world({ symbols, answer: () => ({ kind: 'unavailable', detail: 'down' }) });
  await time.advance(10 * minute);
  stop();
  t.true(calls.length < 150, `${calls.length} calls instead of 500`);
  const paused = events.find(event => event.kind === 'source-paused');
  t.like(paused, { reason: '3 calls in a row failed, the last with down' });
});

test('with the log stalled, what was read is what was acknowledged and what the lanes hold, exactly', async t => {
  const symbols = Array.from({ length: 40 }, (_, index) => `S${index}`);
  const held: (() => void)[] = [];
  let stalled = false;
  const { time, calls, events, log, stop } = world({
    symbols,
    concurrency: 4,
    log: { acknowledge: done => (stalled ? void held.push(done) : done()) },
    answer: three,
  });
  await time.advance(10_000);
  const acknowledged = (): number => events.filter(event => event.kind === 'settled').length;
  t.is(calls.length, acknowledged());
  stalled = true;
  await time.advance(10 * minute);
  // Reservations are commits as well, so the first thing that is not acknowledged is a permit: no lane gets another call.
  t.is(calls.length, acknowledged());
  const before = calls.length;
  stalled = false;
  for (const done of held.splice(0)) done();
  await time.advance(minute);
  t.true(calls.length > before);
  t.is(calls.length, acknowledged());
  t.true(log.bytes > 0);
  stop();
});

test('with only the records refused, lanes fill up and polling pauses; nothing is lost when the log takes them again', async t => {
  let full = false;
  const symbols = Array.from({ length: 40 }, (_, index) => `S${index}`);
  const { time, calls, events, records, stop } = world({
    symbols,
    concurrency: 4,
    log: {
      fail: commit => (full && commit.batches.length > 0 ? new LogFailure('full', 'the log is full') : undefined),
    },
    answer: three,
  });
  const acknowledged = (): number => events.filter(event => event.kind === 'settled').length;
  await time.advance(5_000);
  full = true;
  await time.advance(30 * minute);
  const lanes = 2 * 4;
  t.is(calls.length - acknowledged(), lanes);
  full = false;
  await time.advance(2 * minute);
  stop();
  const seen = records('market.bars').map(record => `${record.symbol} ${record.time}`);
  t.is(new Set(seen).size, seen.length);
  t.true(calls.length > acknowledged() - lanes);
});

test('a crash at any acknowledged point and a restart publish no bar twice and poll nothing that is not due', async t => {
  const first = world({ answer: three });
  await first.time.advance(5 * minute + 7_000);
  const survived = first.log.crash();
  const before = first.calls.length;
  const second = world({ answer: three, reopened: survived, startMs: first.time.now() });
  await second.time.advance(1_000);
  t.true(second.calls.length <= 1, `${second.calls.length} calls right after a restart, ${before} before`);
  await second.time.advance(5 * minute);
  second.stop();
  first.stop();
  const seen = second.records('market.bars').map(record => record.id);
  t.is(new Set(seen).size, seen.length);
  for (const symbol of ['A', 'B', 'C']) {
    const times = second
      .records('market.bars')
      .flatMap(record => (record.symbol === symbol ? [Date.parse(String(record.time))] : []));
    t.true(times.length >= 3 + 8, 'a hole would be shorter');
    t.is(Math.max(...times) - Math.min(...times), (times.length - 1) * minute);
  }
});

test('a drain pulls no more, finishes what is in flight and completes', async t => {
  const { time, calls, ended, running, events } = world({ latencyMs: 5_000, answer: three });
  await time.advance(1_000);
  t.is(calls.length, 2);
  running.drain();
  await time.runUntil(() => ended() !== 'running');
  t.is(ended(), 'complete');
  t.is(calls.length, 2);
  t.is(events.filter(event => event.kind === 'settled').length, 2);
});

test('a bar that was still growing when it was asked for is not called final, even if it had ended when the answer came', async t => {
  const { time, records, stop } = world({
    symbols: ['A'],
    startMs: start + minute - 20,
    latencyMs: 50,
    answer: () => ({ kind: 'records', observations: [bar('A', start), bar('A', start - minute)].reverse() }),
  });
  await time.advance(1_000);
  stop();
  t.deepEqual(
    records('market.bars').map(({ time: at, final }) => [at, final]),
    [
      [isoInstant(start - minute), true],
      [isoInstant(start), false],
    ],
  );
});

test('a log that is over ends the run before the next call, and within half a minute when nothing is due', async t => {
  for (const isIdle of [false, true]) {
    const { time, log, calls, ended, stop } = world({
      symbols: isIdle ? [] : ['A', 'B'],
      every: minute,
      answer: three,
    });
    await time.advance(minute - 1);
    const before = calls.length;
    log.append = () => Promise.reject(new LogFailure('gone', 'data.mdb was deleted'));
    await time.advance(minute);
    stop();
    t.is(calls.length, before);
    t.like(ended(), { error: { code: 'gone' } });
  }
});

test('a day that is spent lasts as long as before when the clock is set forward: what waits is said to be late, and when it ends', async t => {
  const { time, calls, events, stop } = world({
    startMs: Date.UTC(2026, 2, 10, 23),
    limits: [{ requests: 5, perMs: 86_400_000, resetsAt: '00:00', zone: 'UTC' }],
    answer: three,
  });
  await time.advance(30 * minute);
  t.is(calls.length, 5);
  time.jumpWall(45 * minute);
  await time.advance(20 * minute);
  t.is(isoInstant(time.now()), '2026-03-11T00:35:00Z');
  t.is(calls.length, 5, 'the midnight of a clock that was set forward is not that of the vendor');
  t.true(events.slice(-3).some(event => event.kind === 'late'));
  const said = events.findLast(event => event.kind === 'quota');
  t.is(isoInstant(said!.resetsAtMs!), '2026-03-11T00:45:00Z');
  await time.advance(11 * minute);
  t.true(calls.length > 5);
  stop();
});

test('limits that are raised while it runs hold at once, and what was spent counts in them', async t => {
  const { time, calls, running, events, stop } = world({
    limits: [{ requests: 2, perMs: 86_400_000, resetsAt: '00:00' }],
    answer: three,
  });
  await time.advance(10 * minute);
  t.is(calls.length, 2);
  running.setLimits('fake', [{ requests: 5, perMs: 86_400_000, resetsAt: '00:00' }]);
  await time.advance(10 * minute);
  t.is(calls.length, 5);
  running.setLimits('nobody', []);
  await time.advance(minute);
  stop();
  t.deepEqual(
    events.filter(({ kind }) => kind === 'limits-changed'),
    [{ kind: 'limits-changed', source: 'fake', limits: ['5/1d'], gone: ['2/1d'] }],
  );
});
