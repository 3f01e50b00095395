import test from 'ava';
import fc from 'fast-check';
import { type Interval, intervalMs } from '../../src/records/interval.js';
import { adjustedBars } from '../../src/simulator/adjusted-bars.js';
import { createMarket, type Market } from '../../src/simulator/market.js';
import type { Scenario } from '../../src/simulator/scenario.js';
import { scenarios } from '../../src/simulator/scenarios.js';
import type { TruthBar } from '../../src/simulator/truth.js';
import { runs } from '../property-runs.js';

const startMs = Date.parse('2026-03-11T15:00:00Z');
const minuteMs = 60_000;
const dayMs = 86_400_000;

const marketOf = (changed: Partial<Scenario> = {}, seed = 7): Market =>
  createMarket({
    seed,
    startMs,
    scenario: { ...scenarios.calm, historyDays: 60, symbols: ['AAPL', 'ZZZ', 'EUR/USD'], ...changed },
  });

const restating = {
  restatements: { probability: 0.2, minDelayMs: minuteMs, maxDelayMs: 30 * minuteMs },
} satisfies Partial<Scenario>;

const values = ({ open, high, low, close, volume }: TruthBar) => ({ open, high, low, close, volume });

/** What a bar must be, from the one-minute bars that it spans: written without the code under test. */
function summed(minutes: readonly TruthBar[]) {
  const of = (name: 'high' | 'low'): string[] =>
    minutes.map(bar => bar[name]).toSorted((a, b) => Number(a) - Number(b));
  return {
    open: minutes[0]!.open,
    high: of('high').at(-1),
    low: of('low')[0],
    close: minutes.at(-1)!.close,
    volume: String(minutes.reduce((sum, bar) => sum + Number(bar.volume), 0)),
  };
}

test('the same seed gives the same market whatever was asked before, another seed another one', t => {
  const [one, two, other] = [marketOf(), marketOf(), marketOf({}, 8)];
  const window = { asOfMs: startMs, count: 50 };
  two.barsAt('AAPL', '1d', { asOfMs: startMs - 3 * dayMs, count: 9 });
  two.quoteAt('AAPL', startMs + 7777);
  t.deepEqual(one.barsAt('AAPL', '1m', window), two.barsAt('AAPL', '1m', window));
  t.notDeepEqual(one.barsAt('AAPL', '1m', window).map(values), other.barsAt('AAPL', '1m', window).map(values));
  t.notDeepEqual(
    one.barsAt('AAPL', '1m', window).map(bar => bar.close),
    one.barsAt('ZZZ', '1m', window).map(bar => bar.close),
  );
});

test('a minute bar is consistent: low at the bottom, high at the top, 4 decimals, whole volume', t => {
  const bars = marketOf(restating).barsAt('AAPL', '1m', { asOfMs: startMs + 12_345, count: 2000 });
  t.is(bars.length, 2000);
  for (const bar of bars) {
    const [open, high, low, close] = [bar.open, bar.high, bar.low, bar.close].map(Number) as [
      number,
      number,
      number,
      number,
    ];
    t.true(low > 0 && low <= Math.min(open, close) && Math.max(open, close) <= high, JSON.stringify(bar));
    t.true([bar.open, bar.high, bar.low, bar.close].every(price => /^\d+\.\d{4}$/.test(price)));
    t.regex(bar.volume!, /^[1-9]\d*$/);
  }
  t.true(new Set(bars.map(bar => bar.close)).size > 1500);
});

for (const interval of ['5m', '15m', '30m', '1h'] as const) {
  test(`a bar of ${interval} is the sum of its minutes as of the same instant, while it grows and after restatements too`, t => {
    const market = marketOf(restating);
    for (const asOfMs of [startMs + 17 * minuteMs + 3210, startMs + 3 * 60 * minuteMs]) {
      const bars = market.barsAt('AAPL', interval, { asOfMs, count: 30 });
      t.is(bars.length, 30);
      for (const bar of bars) {
        const minutes = market.barsAt('AAPL', '1m', {
          asOfMs,
          count: 100,
          fromMs: bar.startMs,
          toMs: bar.startMs + intervalMs(interval) - 1,
        });
        t.deepEqual(values(bar), summed(minutes));
      }
    }
  });
}

test('a day in New York is the sum of its minutes from local midnight, over the change of daylight time too; a week and a month of their days', t => {
  const market = marketOf(restating);
  const asOfMs = startMs + 12_345;
  const days = market.barsAt('AAPL', '1d', { asOfMs, count: 60 });
  // 2026-03-08 has 23 hours.
  for (const [date, from, to] of [
    ['2026-03-07', '2026-03-07T05:00:00Z', '2026-03-08T05:00:00Z'],
    ['2026-03-08', '2026-03-08T05:00:00Z', '2026-03-09T04:00:00Z'],
    ['2026-03-09', '2026-03-09T04:00:00Z', '2026-03-10T04:00:00Z'],
    ['2026-03-11', '2026-03-11T04:00:00Z', '2026-03-12T04:00:00Z'],
  ] as const) {
    const minutes = market.barsAt('AAPL', '1m', {
      asOfMs,
      count: 5000,
      fromMs: Date.parse(from),
      toMs: Date.parse(to) - 1,
    });
    const day = days.find(bar => bar.date === date)!;
    t.deepEqual(values(day), summed(minutes), date);
    t.is(day.time, `${date}T00:00:00Z`);
    t.is(day.final, date !== '2026-03-11');
  }
  const [week, month] = (['1w', '1mo'] as const).map(interval => market.barsAt('AAPL', interval, { asOfMs, count: 2 }));
  t.deepEqual(
    week!.map(bar => bar.date),
    ['2026-03-08', '2026-03-11'],
  );
  t.deepEqual(
    month!.map(bar => bar.date),
    ['2026-02-28', '2026-03-11'],
  );
  const between = (from: string, to: string) => days.filter(bar => bar.date >= from && bar.date <= to);
  t.deepEqual(values(week![0]!), summed(between('2026-03-02', '2026-03-08')));
  t.deepEqual(values(month![1]!), summed(between('2026-03-01', '2026-03-11')));
});

test('what a bar says about how long it stands is true: the same values within, other values or another state beyond', t => {
  const market = marketOf(restating);
  const interval = fc.constantFrom<Interval>('1m', '5m', '1h', '1d', '1w', '1mo');
  const asOf = fc.integer({ min: startMs - 3 * dayMs, max: startMs + dayMs });
  fc.assert(
    fc.property(interval, asOf, fc.double({ min: 0, max: 0.999, noNaN: true }), (of, asOfMs, share) => {
      const bar = market.barsAt('AAPL', of, { asOfMs, count: 3 })[0]!;
      const untilMs = bar.untilMs ?? asOfMs + dayMs;
      const within = Math.floor(bar.sinceMs + (untilMs - bar.sinceMs) * share);
      if (bar.sinceMs > asOfMs || untilMs <= asOfMs) return false;
      const fresh = marketOf(restating).barAt('AAPL', of, bar.startMs, within);
      return JSON.stringify(fresh && values(fresh)) === JSON.stringify(values(bar));
    }),
    runs(60),
  );
  t.pass();
});

test('a finished minute may change once, at its own instant, and never without restatements', t => {
  const market = marketOf(restating);
  const bars = market.barsAt('AAPL', '1m', { asOfMs: startMs, count: 1000, toMs: startMs - 60 * minuteMs });
  let changed = 0;
  for (const now of bars) {
    const endMs = now.startMs + minuteMs;
    const first = market.barAt('AAPL', '1m', now.startMs, endMs)!;
    t.true(first.final);
    if (first.untilMs === null) {
      t.deepEqual(values(first), values(now));
      continue;
    }
    changed++;
    t.true(first.untilMs >= endMs + minuteMs && first.untilMs <= endMs + 30 * minuteMs);
    t.deepEqual(values(market.barAt('AAPL', '1m', now.startMs, first.untilMs - 1)!), values(first));
    const second = market.barAt('AAPL', '1m', now.startMs, first.untilMs)!;
    t.not(second.volume, first.volume);
    t.is(second.untilMs, null);
    t.deepEqual(values(second), values(now));
  }
  t.true(changed > 120 && changed < 300, `${changed} of 1000 changed`);
  const quiet = marketOf();
  t.is(quiet.barAt('AAPL', '1m', startMs - minuteMs, startMs)!.untilMs, null);
});

test('a growing minute stays within what it becomes, and a quote is the growing day', t => {
  const market = marketOf();
  const final = market.barAt('AAPL', '1m', startMs, startMs + minuteMs)!;
  let volume = 0;
  for (let ms = startMs; ms < startMs + minuteMs; ms += 2500) {
    const bar = market.barAt('AAPL', '1m', startMs, ms)!;
    t.false(bar.final);
    t.is(bar.open, final.open);
    t.true(Number(bar.high) <= Number(final.high) && Number(bar.low) >= Number(final.low));
    t.true(Number(bar.volume) >= volume);
    volume = Number(bar.volume);
    const stepMs = Math.floor(ms / 5000) * 5000;
    const quote = market.quoteAt('AAPL', ms)!;
    t.deepEqual([quote.price, quote.timeMs], [market.barAt('AAPL', '1m', startMs, stepMs)!.close, stepMs]);
    t.deepEqual(quote, market.quoteAt('AAPL', stepMs)!);
  }
  t.is(market.barAt('AAPL', '1m', startMs, startMs - 1), undefined);
  t.is(market.barAt('AAPL', '1m', startMs + 1000, startMs + minuteMs), undefined);
});

test('quotes change at most once per step, even when a step is longer than a minute', t => {
  const market = marketOf({ ...restating, quoteStepMs: 300_000 });
  const seen = new Set<string>();
  for (let ms = startMs; ms < startMs + 300_000; ms += 7000) seen.add(JSON.stringify(market.quoteAt('AAPL', ms)));
  t.is(seen.size, 1);
  t.notDeepEqual(market.quoteAt('AAPL', startMs)!.price, market.quoteAt('AAPL', startMs + 300_000)!.price);
});

test('in New York hours there are 390 minutes a weekday, and the quote stands still over the week-end', t => {
  const market = marketOf({ hours: 'new-york' });
  const asOfMs = Date.parse('2026-03-15T12:00:00Z');
  const minutes = market.barsAt('AAPL', '1m', { asOfMs, count: 800 });
  t.is(minutes.filter(bar => bar.date === '2026-03-13').length, 390);
  t.is(minutes.at(-1)!.time, '2026-03-13T19:59:00Z');
  // Before the clocks changed the day began an hour later by UTC.
  t.is(
    market.barsAt('AAPL', '1m', { asOfMs: Date.parse('2026-03-06T14:30:00Z'), count: 1 })[0]!.time,
    '2026-03-06T14:30:00Z',
  );
  const days = market.barsAt('AAPL', '1d', { asOfMs, count: 3 });
  t.deepEqual(
    days.map(bar => bar.date),
    ['2026-03-11', '2026-03-12', '2026-03-13'],
  );
  const quote = market.quoteAt('AAPL', asOfMs)!;
  t.is(quote.timeMs, Date.parse('2026-03-13T20:00:00Z'));
  t.deepEqual([quote.date, quote.price, quote.previousClose], ['2026-03-13', days[2]!.close, days[1]!.close]);
  t.is(market.barsAt('EUR/USD', '1m', { asOfMs, count: 1 })[0]!.time, '2026-03-15T12:00:00Z');
});

test('a week is named after its last trading day so far, and no longer after the one before, whenever it was asked', t => {
  const market = marketOf({ hours: 'new-york' });
  const label = Date.parse('2026-03-11T00:00:00Z');
  const night = Date.parse('2026-03-12T02:00:00Z');
  const open = Date.parse('2026-03-12T13:30:00Z');
  t.is(market.barAt('AAPL', '1w', label, night)!.date, '2026-03-11');
  t.is(market.barAt('AAPL', '1w', label, open - 1)!.date, '2026-03-11');
  t.is(market.barAt('AAPL', '1w', label, open), undefined);
  t.is(market.barsAt('AAPL', '1w', { asOfMs: open, count: 1 })[0]!.date, '2026-03-12');
});

test('round the clock no two bars have one wall time in New York, not in the hour that is doubled in autumn either', t => {
  const asOfMs = Date.parse('2026-11-01T12:00:00Z');
  const market = createMarket({ seed: 1, startMs: asOfMs, scenario: { ...scenarios.calm, historyDays: 3 } });
  const local = new Intl.DateTimeFormat('sv-SE', {
    timeZone: 'America/New_York',
    dateStyle: 'short',
    timeStyle: 'short',
  });
  const stamps = market.barsAt('AAPL', '1m', { asOfMs, count: 700 }).map(bar => local.format(bar.startMs));
  t.true(stamps.includes('2026-11-01 01:30'));
  t.is(new Set(stamps).size, 700);
});

test('an unknown symbol has nothing, a pair of currencies no volume, and a listing changes with time', t => {
  const market = marketOf({ symbols: 200, listing: { changeEveryMs: dayMs, absentShare: 0.1 } });
  t.is(market.quoteAt('NOPE', startMs), undefined);
  t.deepEqual(market.barsAt('NOPE', '1m', { asOfMs: startMs, count: 5 }), []);
  t.false('volume' in marketOf().barsAt('EUR/USD', '1d', { asOfMs: startMs, count: 1 })[0]!);
  const listed = (ms: number): string[] => [...market.instruments.keys()].filter(symbol => market.isListed(symbol, ms));
  const [today, tomorrow] = [listed(startMs), listed(startMs + dayMs)];
  t.true(today.length > 150 && today.length < 200);
  t.true(today.some(symbol => !tomorrow.includes(symbol)) && tomorrow.some(symbol => !today.includes(symbol)));
});

test('adjusted closes fall short of the raw ones before a dividend, by its share of the close before it', t => {
  const market = marketOf({ historyDays: 200 });
  const bars = adjustedBars(market, 'AAPL', '1d', { asOfMs: startMs, count: 200 });
  const payday = bars.findLastIndex(bar => Number(bar.dividend) > 0);
  t.true(payday > 0);
  const [before, on, after] = [bars[payday - 1]!, bars[payday]!, bars[payday + 1]!];
  t.is(on.dividend, '1.1400');
  t.is(on.adjustedClose, on.close);
  t.is(after.adjustedClose, after.close);
  t.is(before.adjustedClose, (Number(before.close) - 1.14).toFixed(4));
  const months = adjustedBars(market, 'AAPL', '1mo', { asOfMs: startMs, count: 12 });
  t.is(months.find(bar => bar.date.slice(0, 7) === on.date.slice(0, 7))!.dividend, '1.1400');
});
