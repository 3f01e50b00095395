import test from 'ava';
import { bar, minute, three } from './minute-bars.js';
import { start, world } from './world.js';

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

test('a round names rows and records that became dead letters, by symbol and reason', async t => {
  const rejected = [1, 2].map(row => ({ code: 'bad-number' as const, detail: 'open is NaN', row: `row ${row}` }));
  const { time, ended, records, running } = world({
    once: true,
    symbols: ['A', 'BAD', 'NEGATIVE'],
    answer: call => {
      const [symbol = ''] = call.work.symbols;
      if (symbol === 'BAD') return { kind: 'records', observations: [bar(symbol, start - minute)], rejected };
      if (symbol !== 'NEGATIVE') return three(call);
      return { kind: 'records', observations: [{ ...bar(symbol, start - minute), volume: '-1' }] };
    },
  });
  await time.runUntil(() => ended() !== 'running');
  t.is(ended(), 'complete');
  t.deepEqual([...([...running.peek().values()][0]?.problems ?? [])].sort(), [
    'feed: 1 rejected as negative (NEGATIVE: volume -1 is negative)',
    'feed: 2 rejected as bad-number (BAD: open is NaN)',
  ]);
  t.is(records('dead').length, 3);
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
