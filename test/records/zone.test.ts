import test from 'ava';
import { isoInstant } from '../../src/records/instant.js';
import { isZone, utcToZonedDate, zonedToUtcMs } from '../../src/records/zone.js';

const utc = (text: string, zone: string, after?: string): string | undefined => {
  const ms = zonedToUtcMs(text, zone, after === undefined ? undefined : Date.parse(after));
  return ms === undefined ? undefined : isoInstant(ms);
};

test('wall time becomes UTC by the zone’s own offset of that day', t => {
  t.is(utc('2017-12-18 14:56:00', 'US/Eastern'), '2017-12-18T19:56:00Z');
  t.is(utc('2024-06-04 09:30', 'America/New_York'), '2024-06-04T13:30:00Z');
  t.is(utc('2024-06-04T09:30:00.25', 'UTC'), '2024-06-04T09:30:00.250Z');
  t.is(utc('2023-04-14', 'Asia/Tokyo'), '2023-04-13T15:00:00Z');
  t.is(utc('2024-01-01 00:00', 'Asia/Kolkata'), '2023-12-31T18:30:00Z');
  t.is(utc('1969-07-20 16:17:40', 'US/Eastern'), '1969-07-20T20:17:40Z');
});

test('an hour that comes twice is the first, unless the row before it says otherwise', t => {
  t.is(utc('2026-11-01 00:59', 'US/Eastern'), '2026-11-01T04:59:00Z');
  t.is(utc('2026-11-01 01:30', 'US/Eastern'), '2026-11-01T05:30:00Z');
  t.is(utc('2026-11-01 01:30', 'US/Eastern', '2026-11-01T05:15:00Z'), '2026-11-01T05:30:00Z');
  t.is(utc('2026-11-01 01:30', 'US/Eastern', '2026-11-01T05:30:00Z'), '2026-11-01T06:30:00Z');
  t.is(utc('2026-11-01 02:00', 'US/Eastern'), '2026-11-01T07:00:00Z');
});

test('an hour that does not exist is shifted forward', t => {
  t.is(utc('2026-03-08 01:59:59', 'US/Eastern'), '2026-03-08T06:59:59Z');
  t.is(utc('2026-03-08 02:30', 'US/Eastern'), '2026-03-08T07:30:00Z');
  t.is(utc('2026-03-08 03:00', 'US/Eastern'), '2026-03-08T07:00:00Z');
});

test('changes of half an hour and of a whole day are known too', t => {
  t.is(utc('2026-04-05 01:45', 'Australia/Lord_Howe'), '2026-04-04T14:45:00Z');
  t.is(utc('2026-04-05 01:45', 'Australia/Lord_Howe', '2026-04-04T14:45:00Z'), '2026-04-04T15:15:00Z');
  t.is(utc('2026-10-04 02:15', 'Australia/Lord_Howe'), '2026-10-03T15:45:00Z');
  t.is(utc('2011-12-31 12:00', 'Pacific/Apia'), '2011-12-30T22:00:00Z');
});

test('what is no wall time is undefined', t => {
  for (const text of [
    '',
    '2024-02-30',
    '2024-13-01',
    '2024-06-04 24:00',
    '2024-06-04 9:30',
    '2024-06-04 09:60',
    '04.06.2024',
    '2024-06-04 09:30Z',
  ]) {
    t.is(zonedToUtcMs(text, 'UTC'), undefined, text);
  }
});

test('a zone is one that the platform knows', t => {
  t.true(isZone('US/Eastern'));
  for (const name of ['', 'Mars/Olympus', 'UTC-04', '+05:00', 'x'.repeat(1000)]) t.false(isZone(name), name);
  t.throws(() => zonedToUtcMs('2024-06-04', 'Mars/Olympus'), { instanceOf: RangeError });
});

test('the date of an instant is that of the zone', t => {
  t.is(utcToZonedDate(Date.parse('2024-06-05T03:59:59Z'), 'US/Eastern'), '2024-06-04');
  t.is(utcToZonedDate(Date.parse('2024-06-05T04:00:00Z'), 'US/Eastern'), '2024-06-05');
  t.is(utcToZonedDate(Date.parse('2026-11-02T04:59:00Z'), 'US/Eastern'), '2026-11-01');
});

test('every quarter of an hour of two years comes back from its wall time', t => {
  for (const zone of ['US/Eastern', 'Europe/London', 'Australia/Lord_Howe']) {
    const wall = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
    let afterMs = Number.NEGATIVE_INFINITY;
    const start = Date.parse('2025-01-01T00:00:00Z');
    for (let ms = start; ms < start + 730 * 86_400_000; ms += 900_000) {
      const back = zonedToUtcMs(wall.format(ms), zone, afterMs);
      if (back !== ms) t.fail(`${zone} ${wall.format(ms)} ${isoInstant(ms)}`);
      afterMs = ms;
    }
  }
  t.pass();
});
