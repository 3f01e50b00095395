import test from 'ava';
import { type Checks, faultOf } from '../../src/ingest/checks.js';
import { isFinal } from '../../src/ingest/final.js';
import type { Bar, Quote } from '../../src/records/observation.js';
import type { Calendar, Session } from '../../src/schedule/calendar.js';

const now = Date.UTC(2024, 5, 3, 20, 30);
const checks: Checks = { maxFuture: 86_400_000 };
const bar: Bar = {
  kind: 'bar',
  symbol: 'A',
  interval: '1d',
  adjusted: false,
  time: '2024-06-03T00:00:00Z',
  date: '2024-06-03',
  open: '10',
  high: '11',
  low: '9',
  close: '10',
  volume: '5',
};
const quote: Quote = { kind: 'quote', symbol: 'A', time: bar.time, date: bar.date, price: '10' };

test('a sound bar and a sound quote pass', t => {
  t.is(faultOf(bar, checks, now, undefined), undefined);
  t.is(faultOf({ ...bar, volume: '0' }, checks, now, '10'), undefined);
  t.is(faultOf({ ...quote, bid: '0', previousClose: '0', open: '0.0000' }, checks, now, undefined), undefined);
});

test('each rule names the fault it found', t => {
  const cases = [
    [{ ...bar, high: '9.5' }, 'ohlc-order'],
    [{ ...bar, low: '10.0000000000000000001' }, 'ohlc-order'],
    [{ ...bar, open: '-10', low: '-11' }, 'negative'],
    [{ ...bar, volume: '-1' }, 'negative'],
    [{ ...bar, low: '0.000' }, 'zero-price'],
    [{ ...quote, price: '0' }, 'zero-price'],
    [{ ...bar, close: 'NaN' }, 'not-a-number'],
    [{ ...bar, high: '1e400' }, 'not-a-number'],
    [{ ...bar, time: '2100-01-01T00:00:00Z' }, 'future'],
    [{ ...bar, time: 'yesterday' }, 'bad-time'],
  ] as const;
  for (const [observation, code] of cases) t.is(faultOf(observation, checks, now, undefined)?.code, code, code);
  t.is(faultOf(bar, { ...checks, maxJump: 0.5 }, now, '4')?.code, 'jump');
  t.is(faultOf(bar, { ...checks, maxJump: 0.5 }, now, '8'), undefined);
  t.is(faultOf(bar, { ...checks, maxAge: 3_600_000 }, now, undefined)?.code, 'stale');
});

const session: Session = {
  date: '2024-06-03',
  openMs: Date.UTC(2024, 5, 3, 13, 30),
  closeMs: Date.UTC(2024, 5, 3, 20),
  early: false,
};
const calendar: Calendar = {
  name: 'XNYS',
  zone: 'America/New_York',
  session: date => (date === session.date ? session : undefined),
  sessionAtOrAfter: () => session,
  lastClosed: () => session,
};

test('a bar is final when a later one exists, or when its time has passed', t => {
  t.true(isFinal(bar, true, 0, undefined));
  t.true(isFinal(bar, false, session.closeMs, calendar));
  t.false(isFinal(bar, false, session.closeMs - 1, calendar));
  t.false(isFinal(bar, false, now, undefined));
  t.true(isFinal(bar, false, Date.UTC(2024, 5, 4, 12), undefined));
  const minuteBar: Bar = { ...bar, interval: '1m', time: '2024-06-03T20:29:00Z' };
  t.true(isFinal(minuteBar, false, now, undefined));
  t.false(isFinal(minuteBar, false, now - 1, undefined));
  const week: Bar = { ...bar, interval: '1w' };
  t.false(isFinal(week, false, Date.UTC(2024, 5, 10, 11), undefined));
  t.true(isFinal(week, false, Date.UTC(2024, 5, 10, 12), undefined));
  const month: Bar = { ...bar, interval: '1mo' };
  t.false(isFinal(month, false, Date.UTC(2024, 5, 30), undefined));
  t.true(isFinal(month, false, Date.UTC(2024, 6, 1, 12), undefined));
});
