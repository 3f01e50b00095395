import test from 'ava';
import { isoInstant } from '../../src/records/instant.js';
import type { Quote } from '../../src/records/observation.js';
import { minute, three } from './minute-bars.js';
import { world } from './world.js';

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
