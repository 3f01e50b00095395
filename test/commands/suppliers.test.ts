import test from 'ava';
import { asOfMs, expectedMs } from '../../src/commands/suppliers.js';
import { newSeries } from '../../src/ingest/series.js';
import { calendarOf } from '../../src/schedule/calendars.js';

const friday = { ...newSeries, newestMs: Date.parse('2026-03-06T00:00:00Z'), newestDate: '2026-03-06' };
const days = { data: 'bars', interval: '1d', adjusted: false } as const;
const quotes = { data: 'quotes', bulk: false } as const;
const iso = (ms: number | undefined): string => new Date(ms!).toISOString();

test('a record that has only a date tells of its session up to the close, however often it is polled again', t => {
  const polled = { ...friday, polledMs: Date.parse('2026-03-20T00:00:00Z') };
  t.is(iso(asOfMs(days, calendarOf('XNYS'), polled)), '2026-03-06T21:00:00.000Z');
  t.is(iso(asOfMs(quotes, calendarOf('XNYS'), polled)), '2026-03-06T21:00:00.000Z');
  t.is(iso(asOfMs(days, undefined, polled)), '2026-03-07T00:00:00.000Z', 'the end of the UTC day without a calendar');
});

test('a record that has a time of day is as old as that time says', t => {
  const midnight = { ...friday, newestDate: '2026-03-05' };
  t.is(asOfMs({ ...days, interval: '1m' }, calendarOf('XNYS'), midnight), friday.newestMs);
  const timed = { ...friday, newestMs: friday.newestMs + 52_000 };
  t.is(asOfMs(quotes, calendarOf('XNYS'), timed), timed.newestMs);
  t.is(asOfMs(quotes, undefined, newSeries), undefined);
});

test('what is expected of a feed does not move while its market is closed', t => {
  const nyse = calendarOf('XNYS');
  const at = (wanted: Parameters<typeof expectedMs>[0], now: string, calendar: typeof nyse | undefined = nyse) =>
    iso(expectedMs(wanted, calendar, Date.parse(now)));
  const minutes = { ...days, interval: '1m' } as const;
  const [open, night, sunday] = ['2026-03-09T15:00:00.000Z', '2026-03-10T02:00:00.000Z', '2026-03-08T12:00:00.000Z'];
  t.is(at(minutes, open), open);
  t.is(at(quotes, night), '2026-03-09T20:00:00.000Z');
  t.is(at(minutes, sunday), '2026-03-06T21:00:00.000Z');
  t.is(at(days, open), '2026-03-06T21:00:00.000Z', 'the bar of the day that runs is not there yet');
  t.is(at(days, night), '2026-03-09T20:00:00.000Z');
  t.is(at({ ...days, interval: '1w' }, '2026-03-20T12:00:00Z'), '2026-03-05T21:00:00.000Z');
  t.is(at(quotes, sunday, calendarOf('24/7')), sunday);
  t.is(iso(expectedMs(minutes, undefined, Date.parse(sunday))), sunday);
  t.is(iso(expectedMs(days, undefined, Date.parse(sunday))), '2026-03-08T00:00:00.000Z');
});
