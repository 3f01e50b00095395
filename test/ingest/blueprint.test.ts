import test from 'ava';
import { LogFailure } from '../../src/log/log.js';
import { isoInstant } from '../../src/records/instant.js';
import type { Bar, Quote } from '../../src/records/observation.js';
import type { Outcome } from '../../src/sources/outcome.js';
import { type Call, start, world } from './world.js';

const minute = 60_000;

const bar = (symbol: string, ms: number, close = '10'): Bar => ({
  kind: 'bar',
  symbol,
  interval: '1m',
  adjusted: false,
  time: isoInstant(ms),
  date: isoInstant(ms).slice(0, 10),
  open: '10',
  high: '20',
  low: '1',
  close,
  volume: '5',
});

/** The last three finished minutes. */
const three = ({ work, atMs }: Call, close?: string): Outcome => {
  const newest = Math.floor(atMs / minute) * minute - minute;
  const [symbol = ''] = work.symbols;
  return { kind: 'records', observations: [2, 1, 0].map(back => bar(symbol, newest - back * minute, close)) };
};

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

test('an unknown symbol is asked for once a day', async t => {
  const { time, calls, stop } = world({
    symbols: ['NOPE'],
    answer: () => ({ kind: 'unknown-symbol', detail: 'no such symbol' }),
  });
  await time.advance(47 * 60 * minute);
  stop();
  t.is(calls.length, 2);
});

test('a refused item keeps its place and is asked for again when there is quota', async t => {
  let refusals = 3;
  const { time, calls, records, stop } = world({
    symbols: ['A'],
    answer: call => (refusals-- > 0 ? { kind: 'refused', by: 'burst', detail: 'too fast' } : three(call)),
  });
  await time.advance(minute - 1);
  stop();
  t.true(calls.length === 4 || calls.length === 5, 'three refused, one served, and perhaps the next of its period');
  t.true(records('market.bars').length >= 3);
});

test('a refused key stops the source and is said; the others go on waiting for nothing', async t => {
  const { time, calls, events, ended, stop } = world({
    answer: () => ({ kind: 'denied', by: 'key', detail: 'the key is invalid' }),
    concurrency: 1,
  });
  await time.advance(60 * minute);
  t.is(calls.length, 1);
  const said = events.find(event => event.kind === 'component' && !event.ready && event.name === 'source/fake');
  t.like(said, { reason: 'the key is invalid: check sources.fake.apiKey, then start again' });
  t.is(ended(), 'running');
  stop();
});

test('what the plan lacks is not asked for again within a day', async t => {
  const { time, calls, stop } = world({
    concurrency: 1,
    answer: () => ({ kind: 'denied', by: 'entitlement', detail: 'premium' }),
  });
  await time.advance(23 * 60 * minute);
  stop();
  t.is(calls.length, 1);
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

test('a round asks for each series once and completes; what was refused is named', async t => {
  const { time, calls, ended, running } = world({
    once: true,
    symbols: ['A', 'B', 'NOPE'],
    answer: call =>
      call.work.symbols[0] === 'NOPE' ? { kind: 'unknown-symbol', detail: 'no such symbol' } : three(call),
  });
  await time.runUntil(() => ended() !== 'running');
  t.is(ended(), 'complete');
  t.is(calls.length, 3);
  t.deepEqual([...running.peek().values()][0]?.problems, ['feed NOPE: unknown-symbol (no such symbol)']);
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

test('many symbols go into one call where the vendor takes them, and one without an answer is not lost', async t => {
  const quote = (symbol: string, ms: number): Quote => ({
    kind: 'quote',
    symbol,
    time: isoInstant(ms),
    date: isoInstant(ms).slice(0, 10),
    price: '5',
  });
  const { time, calls, records, stop } = world({
    quotes: true,
    maxSymbols: 10,
    symbols: Array.from({ length: 25 }, (_, index) => `S${index}`),
    answer: ({ work, atMs }) => ({
      kind: 'records',
      observations: work.symbols.filter(symbol => symbol !== 'S7').map(symbol => quote(symbol, atMs)),
    }),
  });
  await time.advance(5 * minute);
  stop();
  t.true(calls.length >= 15 && calls.length <= 18, `${calls.length}`);
  t.true(calls.filter(({ work }) => work.symbols.includes('S7')).length >= 5);
  t.is(new Set(records('market.bars').map(record => record.symbol)).size, 24);
});

test('one unknown symbol in a call of many takes no other with it', async t => {
  const { time, calls, records, stop } = world({
    quotes: true,
    maxSymbols: 10,
    symbols: ['A', 'B', 'NOPE', 'C'],
    answer: ({ work, atMs }) =>
      work.symbols.includes('NOPE')
        ? { kind: 'unknown-symbol', detail: 'unknown pair' }
        : {
            kind: 'records',
            observations: work.symbols.map(symbol => ({
              kind: 'quote',
              symbol,
              time: isoInstant(atMs),
              date: isoInstant(atMs).slice(0, 10),
              price: '5',
            })),
          },
  });
  await time.advance(10 * minute);
  stop();
  const symbols = new Set(records('market.bars').map(record => String(record.symbol)));
  t.deepEqual([symbols.has('NOPE'), symbols.size], [false, 3]);
  t.is(calls.filter(({ work }) => work.symbols.includes('NOPE')).length, 2);
});

test('a round names what the plan lacks and ends', async t => {
  const { time, calls, ended, running } = world({
    once: true,
    concurrency: 1,
    symbols: ['A', 'B', 'C', 'D', 'E'],
    answer: () => ({ kind: 'denied', by: 'entitlement', detail: 'premium' }),
  });
  await time.runUntil(() => ended() !== 'running');
  t.true(calls.length <= 2);
  const problems = [...running.peek().values()][0]?.problems ?? [];
  t.true(
    problems.some(problem => /feed: [34] symbols were not asked for: premium/.test(problem)),
    problems.join(),
  );
});

test('a plan without long histories is asked for the newest bars instead, and says so once', async t => {
  for (const once of [false, true]) {
    const { time, calls, events, records, ended, running, stop } = world({
      once,
      concurrency: 1,
      answer: call => (call.work.shallow ? three(call) : { kind: 'denied', by: 'depth', detail: 'no full output' }),
    });
    await time.advance(minute - 1);
    stop();
    t.is(new Set(records('market.bars').map(record => record.symbol)).size, 3);
    t.is(calls.filter(({ work }) => !work.shallow).length, 1);
    t.is(events.filter(event => event.kind === 'history-denied').length, 1);
    if (once) t.is(ended(), 'complete');
    t.deepEqual([...running.peek().values()][0]?.problems, []);
  }
});

test('what the plan lacks for some symbols of a feed closes it for no others', async t => {
  const { time, calls, records, stop } = world({
    symbols: ['BTC/USD', 'A', 'ETH/USD', 'B'],
    concurrency: 1,
    endpoint: (_, symbol) => (symbol.includes('/') ? 'crypto' : 'shares'),
    answer: call =>
      call.work.symbols[0]?.includes('/') ? { kind: 'denied', by: 'entitlement', detail: 'premium' } : three(call),
  });
  await time.advance(10 * minute);
  stop();
  t.deepEqual(new Set(records('market.bars').map(record => record.symbol)), new Set(['A', 'B']));
  t.is(calls.filter(({ work }) => work.symbols[0]?.includes('/')).length, 1);
});

test('a round whose list is empty, or whose listing waits for a spent quota, names it and ends', async t => {
  const empty = world({ once: true, symbols: [], answer: three });
  await empty.time.runUntil(() => empty.ended() !== 'running', minute);
  t.regex(empty.running.listProblems.join(), /list: it is empty/);

  const limits = [{ requests: 2, perMs: 86_400_000, resetsAt: '00:00' }];
  const spending = world({ limits, answer: three });
  await spending.time.advance(minute);
  spending.stop();
  t.is(spending.calls.length, 2);
  const reopened = spending.log;
  const round = world({ once: true, listing: true, limits, answer: three, reopened, startMs: start + 2 * minute });
  await round.time.runUntil(() => round.ended() !== 'running', 5 * minute);
  t.is(round.ended(), 'complete');
  t.regex(round.running.listProblems.join(), /list: unavailable: the quota of 2 calls is spent/);
});

test('a round that meets a spent quota names it and ends', async t => {
  const { time, calls, ended, running } = world({
    once: true,
    limits: [{ requests: 2, perMs: 86_400_000, resetsAt: '00:00' }],
    symbols: ['A', 'B', 'C', 'D'],
    answer: three,
  });
  await time.runUntil(() => ended() !== 'running', 10 * minute);
  t.is(calls.length, 2);
  t.regex(
    [...running.peek().values()][0]?.problems.join() ?? '',
    /2 symbols were not asked for: the quota of 2 calls is spent until/,
  );
});

for (const jumpMs of [-60 * minute, 60 * minute])
  test(`a wall clock that jumps by ${jumpMs / minute} minutes neither stops polling nor makes a burst of it`, async t => {
    const { time, calls, events, stop } = world({ answer: three });
    await time.advance(10 * minute);
    const before = calls.length;
    time.jumpWall(jumpMs);
    await time.advance(10 * minute);
    stop();
    const after = calls.length - before;
    t.true(after >= 3 * 8 && after <= 3 * 12, `${after} calls in ten minutes, ${before} in the ten before`);
    t.false(events.some(event => event.kind === 'actor-restarted'));
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
