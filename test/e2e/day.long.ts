import { fileURLToPath } from 'node:url';
import test from 'ava';
import { canonicalDecimal } from '../../src/records/decimal.js';
import { fastTime } from '../../src/simulator/fast-time.js';
import { scenarios } from '../../src/simulator/scenarios.js';
import type { TruthBar } from '../../src/simulator/truth.js';
import { realTime } from '../../src/streams/time.js';
import { scratch, start, tail, until } from './program.js';
import { simulated } from './simulated.js';

const child = fileURLToPath(new URL('day-child.js', import.meta.url));
const speed = 190;
const open = Date.parse('2026-03-10T13:30:00Z');
const close = Date.parse('2026-03-10T20:00:00Z');
const minute = 60_000;
/** What was served so close to the kill may have died with the process, before its commit. */
const aroundKillMs = 10 * minute;

const values = (bar: Pick<TruthBar, 'open' | 'high' | 'low' | 'close' | 'volume'>): string =>
  [bar.open, bar.high, bar.low, bar.close, bar.volume ?? '']
    .map(one => (one === '' ? '' : canonicalDecimal(one)))
    .join(',');

test('a trading day of 200 symbols with refusals, cuts, restatements and a kill -9 ends with the truth in the log', async t => {
  t.timeout(400_000);
  const clock = { originRealMs: Date.now() + 1_000, startMs: open - 4 * minute, speed };
  const time = fastTime(realTime, clock);
  const simulator = await simulated(
    t,
    {
      ...scenarios['trading-day'],
      plan: { perSecond: 30, perMinute: 900, premium: true },
      latencyMs: [200, 900],
      historyDays: 3,
    },
    { seed: 7, time, startMs: clock.startMs },
  );
  const symbols = [...simulator.truth.instruments.keys()];
  t.is(symbols.length, 200);
  const cwd = scratch(t, {
    'financelake.yaml': `
sources:
  av:
    { type: alpha-vantage, baseUrl: "${simulator.url}", apiKey: day, concurrency: 24, deadline: 30s, limits: [{ requests: 30, per: 1s }, { requests: 900, per: 1m }] }
symbols: { all: { from: static, list: [${symbols.join(', ')}] } }
feeds:
  minutes: { source: av, symbols: all, data: bars/1m, every: 4m, calendar: XNYS }
  quotes: { source: av, symbols: all, data: quotes, bulk: true, every: 1m, calendar: XNYS }
http: { port: 0 }
log: { path: ./log }
`,
  });
  const begin = () => start(t, ['financelake.yaml', JSON.stringify(clock)], { cwd, file: child });

  const first = begin();
  const killMs = open + 170 * minute + Math.floor(Math.random() * 30 * minute);
  await until('the middle of the day', () => (time.now() >= killMs ? true : undefined), 200_000);
  first.signal('SIGKILL');
  t.is(await first.ended, 137);
  const second = begin();
  await until('the end of the day', () => (time.now() >= close + 8 * minute ? true : undefined), 200_000);
  second.signal('SIGTERM');
  t.is(await second.ended, 0, second.err().slice(-2_000));

  const bars = await tail(t, cwd, 'market.bars');
  const quotes = await tail(t, cwd, 'market.quotes');
  t.is((await tail(t, cwd, 'market.dead-letters')).filter(line => line.value.code !== 'malformed').length, 0);

  const ids = [...bars, ...quotes].map(line => line.value.id);
  t.is(ids.length - new Set(ids).size, 0, 'doubled ids');
  const { violations, calls, refused, faults } = simulator.counts();
  t.is(violations, 0, 'windows exceeded');

  const logged = new Map<string, string[]>();
  for (const { key, value } of bars) {
    const place = `${key} ${value.time}`;
    const known = logged.get(place) ?? [];
    known[value.revision as number] = values(value as unknown as TruthBar);
    logged.set(place, known);
  }
  const polls = new Map<string, { asOfMs: number; oldestMs: number }[]>();
  for (const {
    interval,
    asOfMs,
    oldestMs,
    symbols: [symbol = ''],
  } of simulator.all)
    if (interval === '1m' && oldestMs !== undefined) {
      const known = polls.get(symbol) ?? [];
      polls.set(symbol, known);
      known.push({ asOfMs, oldestMs });
    }
  let expected = 0;
  let lost = 0;
  let invented = 0;
  for (const symbol of symbols)
    for (let at = open; at < close; at += minute) {
      const known = logged.get(`${symbol} ${new Date(at).toISOString().replace('.000', '')}`) ?? [];
      const truths: string[] = [];
      let bar = simulator.truth.barAt(symbol, '1m', at, at + minute);
      while (bar) {
        truths.push(values(bar));
        const { sinceMs, untilMs } = bar;
        const seen = (polls.get(symbol) ?? []).some(
          poll =>
            poll.oldestMs <= at &&
            poll.asOfMs >= sinceMs &&
            poll.asOfMs < (untilMs ?? Number.POSITIVE_INFINITY) &&
            Math.abs(poll.asOfMs - killMs) > aroundKillMs,
        );
        if (seen) expected++;
        if (seen && !known.includes(values(bar))) lost++;
        bar = untilMs === null ? undefined : simulator.truth.barAt(symbol, '1m', at, untilMs);
      }
      invented += known.filter(one => !truths.includes(one)).length;
    }
  t.is(lost, 0, 'bars lost');
  t.is(invented, 0, 'bars that the vendor never had');
  t.true(expected >= 200 * 380, `${expected} bars were there to be seen`);

  const gotQuotes = new Set(
    quotes.map(({ key, value }) => `${key} ${value.time} ${canonicalDecimal(String(value.price))}`),
  );
  let quotesServed = 0;
  let quotesLost = 0;
  for (const { quotes: served = [], asOfMs } of simulator.all)
    for (const quote of served) {
      if (Math.abs(asOfMs - killMs) <= aroundKillMs) continue;
      quotesServed++;
      const time = new Date(quote.timeMs).toISOString().replace('.000Z', 'Z');
      if (!gotQuotes.has(`${quote.symbol} ${time} ${canonicalDecimal(quote.price)}`)) quotesLost++;
    }
  t.is(quotesLost, 0, 'quotes lost');
  t.true(quotesServed > 200 * 80, `${quotesServed} quotes`);
  t.log(`${calls} calls, ${JSON.stringify(refused)} refused, faults ${JSON.stringify(faults)}`);
  t.log(
    `${bars.length} bars (${expected} expected), ${quotes.length} quotes of ${quotesServed} served: 0 lost, 0 doubled, 0 windows exceeded`,
  );
});
