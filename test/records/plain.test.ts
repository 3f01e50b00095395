import test from 'ava';
import fc from 'fast-check';
import { canonicalDecimal, compareDecimals, decimalValue, isDecimal } from '../../src/records/decimal.js';
import { recordId, recordUuid } from '../../src/records/identity.js';
import { instantMs, isoDate, isoInstant, wallMs } from '../../src/records/instant.js';
import type { Bar, Quote } from '../../src/records/observation.js';
import { encodeRecords } from '../../src/records/record.js';
import { runs } from '../property-runs.js';
import {
  plainCanonical,
  plainId,
  plainInstant,
  plainIsDecimal,
  plainRecordText,
  plainUuid,
  plainWallMs,
} from './plain.js';

/** Of digits in every spelling, and of what is nearly a number. */
const digits = fc.string({ unit: fc.constantFrom(...'00123456789'.split('')), maxLength: 20 });
const numberText = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('', '', '-', '+'),
      digits,
      fc.constantFrom('', '.'),
      digits,
      fc.constantFrom('', '', 'e3', 'E-7', 'e+12'),
    )
    .map(parts => parts.join('')),
  fc.string({ unit: fc.constantFrom(...'0123456789.eE+- ,x'.split('')), maxLength: 12 }),
  digits.map(text => text.padEnd(66, '7')),
);

test('decimals are told, spelled and valued as by the plain way', t => {
  fc.assert(
    fc.property(numberText, text => {
      const isOne = plainIsDecimal(text);
      t.is(isDecimal(text), isOne, text);
      t.true(Object.is(decimalValue(text), isOne ? Number(text) : Number.NaN), text);
      if (isOne) t.is(canonicalDecimal(text), plainCanonical(text), text);
      else t.throws(() => canonicalDecimal(text), { instanceOf: RangeError }, text);
    }),
    runs(2000),
  );
});

test('the order of decimals is that of their digits, however close they are', t => {
  const close = fc.tuple(fc.bigInt(1n, 10n ** 20n), fc.integer({ min: -2, max: 2 }), fc.integer({ min: 0, max: 19 }));
  const spell = (units: bigint, places: number): string => {
    const text = units.toString().padStart(places + 1, '0');
    return places === 0 ? text : `${text.slice(0, -places)}.${text.slice(-places)}`;
  };
  fc.assert(
    fc.property(close, ([units, more, places]) => {
      const other = units + BigInt(more) < 0n ? 0n : units + BigInt(more);
      t.is(
        Math.sign(compareDecimals(spell(units, places), spell(other, places))),
        units < other ? -1 : units > other ? 1 : 0,
      );
    }),
    runs(2000),
  );
});

test('ids are those of a hash object, for names of any length and script', t => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.integer({ min: 0, max: 30 }), (text, times) => {
      const name = text.repeat(times);
      t.is(recordUuid(name), plainUuid(name));
    }),
    runs(100),
  );
});

const millisecond = fc.oneof(
  fc.integer({ min: Date.UTC(1899, 0, 1), max: Date.UTC(2101, 0, 1) }),
  fc.integer({ min: -62_167_219_200_000 - 1e9, max: 253_402_300_799_999 + 1e9 }),
  fc.integer({ min: -8.64e15, max: 8.64e15 }),
  fc.double({ min: -8.64e15, max: 8.64e15, noNaN: true }),
  fc.integer({ min: -30_000_000, max: 60_000_000 }).map(minute => minute * 60_000),
);

test('instants are spelled and read as by Date', t => {
  fc.assert(
    fc.property(millisecond, ms => {
      const text = plainInstant(ms);
      t.is(isoInstant(ms), text);
      t.is(instantMs(text), Date.parse(text), text);
      if (/^\d/.test(text)) t.is(isoDate(Math.floor(ms)), plainInstant(Math.floor(ms)).slice(0, 10));
    }),
    runs(2000),
  );
  for (const none of [Number.NaN, Number.POSITIVE_INFINITY, 9e15])
    t.throws(() => isoInstant(none), { instanceOf: RangeError });
});

test('wall times are read as by pattern and Date, broken ones too', t => {
  const two = fc.integer({ min: 0, max: 62 }).map(value => String(value).padStart(2, '0'));
  const parts = fc.tuple(
    fc.integer({ min: 0, max: 9999 }).map(year => String(year).padStart(4, '0')),
    fc.integer({ min: 0, max: 13 }).map(month => String(month).padStart(2, '0')),
    fc.integer({ min: 0, max: 32 }).map(date => String(date).padStart(2, '0')),
    fc.constantFrom(' ', 'T', ' ', 'x'),
    two,
    two,
    two,
    fc.string({ unit: fc.constantFrom(...'0123456789x'.split('')), maxLength: 10 }),
  );
  const wallText = parts.chain(([y, m, d, between, hh, mm, ss, fraction]) => {
    const whole = `${y}-${m}-${d}${between}${hh}:${mm}:${ss}.${fraction}`;
    return fc.oneof(
      fc.constantFrom(10, 16, 19).map(end => whole.slice(0, end)),
      fc.integer({ min: 0, max: whole.length }).map(end => whole.slice(0, end)),
      fc
        .tuple(fc.integer({ min: 0, max: 18 }), fc.constantFrom('x', '', ' ', '-', '1'))
        .map(([at, other]) => whole.slice(0, at) + other + whole.slice(at + 1)),
    );
  });
  fc.assert(
    fc.property(wallText, text => {
      t.is(wallMs(text), plainWallMs(text), text);
      t.is(instantMs(`${text}Z`), Date.parse(`${text}Z`), text);
    }),
    runs(5000),
  );
  for (let day = Date.UTC(1896, 0, 1); day < Date.UTC(2105, 0, 1); day += 86_400_000)
    if (wallMs(isoDate(day)) !== day) t.fail(new Date(day).toISOString());
});

const odd = fc.string({ unit: 'binary', maxLength: 8 });
const plainSymbol = fc.constantFrom('AAPL', 'BRK.B', 'EUR/USD', '^GSPC');
const name = fc.oneof(plainSymbol, odd);
const value = fc.oneof(
  fc.constantFrom('190.50', '0.0042', '1000000', '+1e3', '007'),
  numberText.filter(plainIsDecimal),
);
const maybe = fc.option(value, { nil: undefined });
const defined = <T extends object>(given: T): T =>
  Object.fromEntries(Object.entries(given).filter(([, one]) => one !== undefined)) as T;
const when = {
  time: fc.oneof(fc.constant('2024-06-03T14:30:00Z'), odd),
  date: fc.oneof(fc.constant('2024-06-03'), odd),
};
const bar = fc
  .record({
    kind: fc.constant('bar' as const),
    symbol: name,
    interval: fc.constantFrom('1m' as const, '1d' as const),
    adjusted: fc.boolean(),
    ...when,
    open: value,
    high: value,
    low: value,
    close: value,
    volume: maybe,
    adjustedClose: maybe,
    dividend: maybe,
    splitFactor: maybe,
    currency: fc.option(name, { nil: undefined }),
  })
  .map(given => defined<Bar>(given as Bar));
const quote = fc
  .record({
    kind: fc.constant('quote' as const),
    symbol: name,
    ...when,
    price: value,
    open: maybe,
    high: maybe,
    low: maybe,
    previousClose: maybe,
    volume: maybe,
    bid: maybe,
    ask: maybe,
  })
  .map(given => defined<Quote>(given as Quote));
const stamp = fc.record({ id: name, source: name, seenAt: odd, revision: fc.nat(), final: fc.boolean() });

test('records are JSON.stringify to the byte, one or a few dozen at once', t => {
  const stamped = fc.record({ observation: fc.oneof(bar, quote), stamp });
  fc.assert(
    fc.property(
      fc.array(stamped, { maxLength: 70 }),
      fc.constantFrom('string' as const, 'number' as const),
      (all, how) => {
        const texts = all.map(one => plainRecordText(one.observation, one.stamp, how));
        t.deepEqual(
          encodeRecords(all, how).map(bytes => Buffer.from(bytes)),
          texts.map(text => Buffer.from(text)),
        );
      },
    ),
    runs(200),
  );
});

test('a record is identified by its content as the plain way spells it', t => {
  fc.assert(
    fc.property(name, fc.oneof(bar, quote), fc.nat(), (source, one, revision) => {
      t.is(recordId(source, one, revision), plainId(source, one, revision));
    }),
    runs(1000),
  );
});
