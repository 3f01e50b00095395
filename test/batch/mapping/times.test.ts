import test from 'ava';
import fc from 'fast-check';
import { createTimeReaders } from '../../../src/batch/mapping/times.js';
import { FileFault } from '../../../src/batch/table.js';
import { timeFormatFault } from '../../../src/records/time-format.js';
import { runs } from '../../property-runs.js';

interface How {
  readonly format?: string;
  readonly zone?: string;
}

const readers = (how: How): ReturnType<typeof createTimeReaders> =>
  createTimeReaders({ head: 'Date', nulls: ['null'], ...how });

const instant = (cell: string, how: How = {}): string | null => {
  const { instant: reader } = readers(how);
  const value = reader.read(cell);
  return value === undefined ? `! ${reader.why()}` : value;
};

const date = (cell: string, how: How = {}): string | null | undefined => readers(how).date.read(cell);

const ny = 'America/New_York';

test('times with the year first and numbers since 1970 need no format', t => {
  const cases: [string, string][] = [
    ['2024-06-01', '2024-06-01T00:00:00Z'],
    ['20240601', '2024-06-01T00:00:00Z'],
    ['2024/6/1', '2024-06-01T00:00:00Z'],
    ['2026-05-26 04:00:00-04:00', '2026-05-26T08:00:00Z'],
    ['2023-04-14 00:00:00+09:00', '2023-04-13T15:00:00Z'],
    ['2024-06-01T09:30Z', '2024-06-01T09:30:00Z'],
    ['2024-06-01T09:30:15.5+0200', '2024-06-01T07:30:15.500Z'],
    ['2024-06-01 09:30:15 UTC', '2024-06-01T09:30:15Z'],
    ['2024-06-01 09:30:15.000+00', '2024-06-01T09:30:15Z'],
    ['20240601T093015Z', '2024-06-01T09:30:15Z'],
    ['20240601093015Z', '2024-06-01T09:30:15Z'],
    ['2024.06.01 9:30 Z', '2024-06-01T09:30:00Z'],
    ['2024-06-01T09:30:15.123456Z', '2024-06-01T09:30:15.123456Z'],
    ['2024-06-01T09:30:15.123456789+05:30', '2024-06-01T04:00:15.123456789Z'],
    ['2024-06-01T09:30:15.120000000Z', '2024-06-01T09:30:15.120Z'],
    ['1599436800', '2020-09-07T00:00:00Z'],
    ['1599436800.0', '2020-09-07T00:00:00Z'],
    ['1.5994368e9', '2020-09-07T00:00:00Z'],
    ['1599436800.25', '2020-09-07T00:00:00.250Z'],
    ['1599436800123', '2020-09-07T00:00:00.123Z'],
    ['1599436800123456', '2020-09-07T00:00:00.123456Z'],
    ['1599436800123456789', '2020-09-07T00:00:00.123456789Z'],
    [' 2024-06-01 ', '2024-06-01T00:00:00Z'],
  ];
  for (const [cell, value] of cases) t.is(instant(cell), value, cell);
});

test('formats say how a time is written', t => {
  const cases: [string, string, string][] = [
    ['31/12/2023', 'DD/MM/YYYY', '2023-12-31T00:00:00Z'],
    ['12/31/2023', 'MM/DD/YYYY', '2023-12-31T00:00:00Z'],
    ['1/2/2023', 'D/M/YYYY', '2023-02-01T00:00:00Z'],
    ['31.12.2023', 'DD.MM.YYYY', '2023-12-31T00:00:00Z'],
    ['31.12.69', 'DD.MM.YY', '2069-12-31T00:00:00Z'],
    ['31.12.70', 'DD.MM.YY', '1970-12-31T00:00:00Z'],
    ['Jan 5, 2024', 'MMM D, YYYY', '2024-01-05T00:00:00Z'],
    ['September 5, 2024', 'MMM D, YYYY', '2024-09-05T00:00:00Z'],
    ['05-Sept-2024', 'DD-MMM-YYYY', '2024-09-05T00:00:00Z'],
    ['Thu Aug 20 2015', 'ddd MMM DD YYYY', '2015-08-20T00:00:00Z'],
    ['01.02.2020 00:00:00.000 GMT+0100', 'DD.MM.YYYY HH:mm:ss.SSS [GMT]Z', '2020-01-31T23:00:00Z'],
    ['02/01/2020 12:05 AM Z', 'MM/DD/YYYY hh:mm A Z', '2020-02-01T00:05:00Z'],
    ['02/01/2020 12:05 p.m. Z', 'MM/DD/YYYY hh:mm A Z', '2020-02-01T12:05:00Z'],
    ['20200101 093015123456 Z', 'YYYYMMDD HHmmssSSSSSS Z', '2020-01-01T09:30:15.123456Z'],
    ['-1', 'epoch-s', '1969-12-31T23:59:59Z'],
    ['-0.0000005', 'epoch-s', '1969-12-31T23:59:59.999999500Z'],
    ['86400000', 'epoch-ms', '1970-01-02T00:00:00Z'],
    ['1599436800123456.7', 'epoch-us', '2020-09-07T00:00:00.123456700Z'],
    ['5', 'epoch-ns', '1970-01-01T00:00:00.000000005Z'],
  ];
  for (const [cell, format, value] of cases) t.is(instant(cell, { format }), value, `${cell} by ${format}`);
});

test('what is no such time is refused', t => {
  const cases: [string, How][] = [
    ['2024-02-30', {}],
    ['2023-13-01', {}],
    ['2024-06-01 24:00:00', {}],
    ['2024-06-01 12:60', {}],
    ['2024-06-01Z', {}],
    ['2024-06-01T12:00:00+25:00', {}],
    ['12345', {}],
    ['yesterday', {}],
    ['13/13/2023', { format: 'DD/MM/YYYY' }],
    ['1/2/2023', { format: 'DD/MM/YYYY' }],
    ['31/12/2023 ', { format: 'MM/DD/YYYY' }],
    ['01/01/2020 13:05 PM', { format: 'MM/DD/YYYY hh:mm A' }],
    ['01/01/2020x', { format: 'MM/DD/YYYY' }],
    ['Foo 5, 2024', { format: 'MMM D, YYYY' }],
    ['1e30', { format: 'epoch-s' }],
    ['ten', { format: 'epoch-s' }],
  ];
  for (const [cell, how] of cases) t.regex(instant(cell, how) ?? 'null', /^! /, cell);
});

test('dates whose day and month may be swapped stop the file until their format is said', t => {
  for (const cell of ['03/04/2020', '31/12/2023', '3.4.20', 'Jan 5, 2024', '5-Jan-2024', '03/04/2020 09:30'])
    t.throws(() => instant(cell), { instanceOf: FileFault, message: /say how it is written/ }, cell);
});

test('local times are those of their zone, by its clocks on that day', t => {
  t.is(instant('2024-01-02 09:30', { zone: ny }), '2024-01-02T14:30:00Z');
  t.is(instant('2024-07-02 09:30', { zone: ny }), '2024-07-02T13:30:00Z');
  t.is(instant('2024-03-10 03:00', { zone: ny }), '2024-03-10T07:00:00Z');
  t.is(instant('2024-11-03 00:59:59', { zone: ny }), '2024-11-03T04:59:59Z');
  t.is(instant('2024-11-03 02:00', { zone: ny }), '2024-11-03T07:00:00Z');
  t.is(instant('2024-07-02 09:30:00.0000005', { zone: ny }), '2024-07-02T13:30:00.000000500Z');
});

test('a wall time that the clocks skip or repeat is refused: nothing in the row says which one is meant', t => {
  for (const cell of ['2024-03-10 02:00', '2024-03-10 02:59:59', '2024-11-03 01:00', '2024-11-03 01:59:59'])
    t.regex(instant(cell, { zone: ny }) ?? '', /^! the clocks of America\/New_York show .* twice or not at all/, cell);
});

test('a local time without a zone stops the file', t => {
  t.throws(() => instant('2024-01-02 09:30'), { instanceOf: FileFault, message: /zone: America\/New_York/ });
});

test('the date is as written, or of the zone that is named', t => {
  t.is(date('2023-04-14 00:00:00+09:00'), '2023-04-14');
  t.is(date('2023-04-14 00:00:00+09:00', { zone: 'UTC' }), '2023-04-13');
  t.is(date('2024-06-01T01:00:00Z', { zone: ny }), '2024-05-31');
  t.is(date('2024-06-01', { zone: ny }), '2024-06-01');
  t.is(date('2024-06-01 23:59'), '2024-06-01');
  t.is(date('1599436800', { zone: ny }), '2020-09-06');
  t.is(date('null'), null);
});

test('a date alone is no time of an intraday bar', t => {
  const { timeOfDay } = readers({ zone: ny });
  t.is(timeOfDay.read('2024-06-03'), undefined);
  t.regex(timeOfDay.why(), /no time of day/);
  t.is(timeOfDay.read('2024-06-03 10:00'), '2024-06-03T14:00:00Z');
});

test('a reader answers the same however often and in whatever order it is asked', t => {
  const cells = [
    '2024-01-02 09:30',
    'bad',
    '2024-01-02 09:30',
    '',
    '2024-11-03 01:30',
    '2024-01-02 09:30',
    '2024-11-03 01:30',
  ];
  const { instant: one, date: other } = readers({ zone: ny });
  for (const cell of cells) {
    const fresh = readers({ zone: ny });
    t.is(one.read(cell), fresh.instant.read(cell), cell);
    t.is(other.read(cell), fresh.date.read(cell), cell);
  }
});

const formats = [
  ['YYYY-MM-DD HH:mm:ss', (p: Parts) => `${p.year}-${p.month}-${p.day} ${p.hour}:${p.minute}:${p.second}`],
  ['DD/MM/YYYY HH:mm:ss', (p: Parts) => `${p.day}/${p.month}/${p.year} ${p.hour}:${p.minute}:${p.second}`],
  ['M/D/YYYY H:mm:ss', (p: Parts) => `${+p.month}/${+p.day}/${p.year} ${+p.hour}:${p.minute}:${p.second}`],
  ['YYYYMMDDHHmmss', (p: Parts) => `${p.year}${p.month}${p.day}${p.hour}${p.minute}${p.second}`],
  ['iso', (p: Parts) => `${p.year}-${p.month}-${p.day}T${p.hour}:${p.minute}:${p.second}`],
  [undefined, (p: Parts) => `${p.year}-${p.month}-${p.day} ${p.hour}:${p.minute}:${p.second}`],
] as const;

interface Parts {
  readonly year: string;
  readonly month: string;
  readonly day: string;
  readonly hour: string;
  readonly minute: string;
  readonly second: string;
}

/** By the platform's calendar alone. */
function wallParts(ms: number, zone: string): Parts {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  return Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, value])) as unknown as Parts;
}

const sameWall = (a: Parts, b: Parts): boolean => JSON.stringify(a) === JSON.stringify(b);

test('what any clock of the world shows is read back as that instant in every format, unless the clock shows it twice', t => {
  const zones = fc.constantFrom(ny, 'Europe/London', 'Asia/Tokyo', 'Australia/Lord_Howe', 'America/Sao_Paulo', 'UTC');
  const seconds = fc.integer({ min: 0, max: 2_000_000_000 });
  fc.assert(
    fc.property(seconds, zones, fc.constantFrom(...formats), (second, zone, [format, write]) => {
      const ms = second * 1000;
      const parts = wallParts(ms, zone);
      const cell = write(parts);
      const read = instant(cell, { zone, ...(format !== undefined && { format }) });
      const isTwice = [1_800_000, 3_600_000].some(
        by => sameWall(wallParts(ms - by, zone), parts) || sameWall(wallParts(ms + by, zone), parts),
      );
      if (isTwice) t.regex(read ?? '', /^! /, `${cell} ${zone}`);
      else t.is(read, new Date(ms).toISOString().replace('.000Z', 'Z'), `${cell} ${zone}`);
      t.is(date(cell, { zone, ...(format !== undefined && { format }) }), `${parts.year}-${parts.month}-${parts.day}`);
    }),
    runs(500),
  );
});

test('a number since 1970 is exact to the nanosecond in every unit, before and after', t => {
  const units = fc.constantFrom(['epoch-s', 9], ['epoch-ms', 6], ['epoch-us', 3], ['epoch-ns', 0] as const);
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 18n), max: 4n * 10n ** 18n }), units, (nanos, [format, places]) => {
      const size = (nanos < 0n ? -nanos : nanos).toString().padStart(Number(places) + 1, '0');
      const cut = size.length - Number(places);
      const cell = `${nanos < 0n ? '-' : ''}${size.slice(0, cut)}${places === 0 ? '' : `.${size.slice(cut)}`}`;
      const second = (nanos - (((nanos % 10n ** 9n) + 10n ** 9n) % 10n ** 9n)) / 10n ** 9n;
      const rest = (nanos - second * 10n ** 9n)
        .toString()
        .padStart(9, '0')
        .replace(/(?:000)+$/, '');
      const expected = `${new Date(Number(second) * 1000).toISOString().slice(0, 19)}${rest && `.${rest}`}Z`;
      t.is(instant(cell, { format: String(format) }), expected, cell);
    }),
    runs(500),
  );
});

test('a format that cannot be one is named with its mend', t => {
  for (const format of [
    'iso',
    'epoch-us',
    'DD/MM/YYYY',
    'MMM D, YYYY h:mm A',
    'YYYYMMDD HHmmss',
    '[at] YYYY-MM-DDTHH:mm:ss.SSSZ',
  ])
    t.is(timeFormatFault(format), undefined, format);
  const cases: [string, RegExp][] = [
    ['%d/%m/%Y', /YYYY-MM-DD HH:mm:ss/],
    ['yyyy-MM-dd', /`y` has no meaning/],
    ['epoch', /no meaning/],
    ['MM/YYYY', /each stand in it once/],
    ['DD/MM/MM/YYYY', /each stand in it once/],
    ['HH:mm', /each stand in it once/],
    ['DD/MM/YYYY hh:mm', /AM or PM/],
    ['DD/MM/YYYY HH', /hours \(HH\), minutes/],
    ['DD/MM/YYYY HH:mm HH', /Each part stands in it once/],
  ];
  for (const [format, mend] of cases) t.regex(timeFormatFault(format) ?? '', mend, format);
});
