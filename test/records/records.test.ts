import test from 'ava';
import fc from 'fast-check';
import { canonicalDecimal, compareDecimals, isDecimal } from '../../src/records/decimal.js';
import { recordId, recordUuid } from '../../src/records/identity.js';
import { isoInstant } from '../../src/records/instant.js';
import type { Bar, Quote } from '../../src/records/observation.js';
import { type Decimals, encodeRecords, type Stamp } from '../../src/records/record.js';
import { runs } from '../property-runs.js';

const bar: Bar = {
  kind: 'bar',
  symbol: 'AAPL',
  interval: '1d',
  adjusted: false,
  time: '2024-06-03T00:00:00Z',
  date: '2024-06-03',
  open: '190.0',
  high: '192.00',
  low: '0189.5',
  close: '1.915e2',
  volume: '1000000',
};

test('the canonical spelling has no exponent, no plus and no needless zeros', t => {
  const pairs = [
    ['190.0', '190'],
    ['0190.50', '190.5'],
    ['1e-3', '0.001'],
    ['+1.5E2', '150'],
    ['-0.0', '0'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['12345678901234567890.10', '12345678901234567890.1'],
    ['1e20', '100000000000000000000'],
    ['-0.00420', '-0.0042'],
  ] as const;
  for (const [text, expected] of pairs) t.is(canonicalDecimal(text), expected, text);
});

test('what is no finite number is no decimal', t => {
  for (const text of ['', ' ', '1,5', 'NaN', 'Infinity', '1e9999', '0x10', '1 ', '--1', '.', '1'.repeat(65)])
    t.false(isDecimal(text), text);
});

const decimal = fc
  .tuple(fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }), fc.integer({ min: 0, max: 12 }))
  .map(([units, places]) => ({ units, places, text: spell(units, places) }));

function spell(units: bigint, places: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(places + 1, '0');
  const text = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
  return units < 0n ? `-${text}` : text;
}

test('canonical spelling is idempotent and keeps the value, comparison is exact', t => {
  fc.assert(
    fc.property(decimal, decimal, (a, b) => {
      const canonical = canonicalDecimal(a.text);
      t.is(canonicalDecimal(canonical), canonical);
      const exact = a.units * 10n ** BigInt(b.places) - b.units * 10n ** BigInt(a.places);
      t.is(Math.sign(compareDecimals(a.text, b.text)), exact < 0n ? -1 : exact > 0n ? 1 : 0, `${a.text} ${b.text}`);
    }),
    runs(100),
  );
  t.true(compareDecimals('12345678901234567890.1', '12345678901234567890.2') < 0);
});

test('a record id is the UUIDv5 of its content as the contract spells it', t => {
  // python3: uuid.uuid5(uuid.UUID('820b754b-c737-5a38-95ff-009d8b59798b'), name)
  t.is(recordUuid('x'), '3a0bbe08-7ec6-54d8-888a-e9940f1eea8e');
  const name = 'alpha-vantage|AAPL|bar|1d|false|2024-06-03T00:00:00Z|0|190,192,189.5,191.5,1000000';
  t.is(recordId('alpha-vantage', bar, 0), recordUuid(name));
  const adjusted: Bar = { ...bar, dividend: '0.0' };
  t.is(recordId('alpha-vantage', adjusted, 0), recordUuid(`${name},,0,`));
  const quote: Quote = { kind: 'quote', symbol: 'IBM', time: bar.time, date: bar.date, price: '121.7400', volume: '5' };
  t.is(recordId('alpha-vantage', quote, 2), recordUuid('alpha-vantage|IBM|quote|||2024-06-03T00:00:00Z|2|121.74,5,,'));
});

const recordText = (one: Bar, stamp: Stamp, decimals: Decimals): string =>
  Buffer.from(encodeRecords([{ observation: one, stamp }], decimals)[0]!).toString();

test('a record is one JSON object with the digits that the source sent', t => {
  const stamp = { id: 'i', source: 'alpha-vantage', seenAt: '2024-06-03T21:00:00.000Z', revision: 1, final: true };
  const text = recordText(bar, stamp, 'string');
  t.is(
    text,
    '{"id":"i","kind":"bar","source":"alpha-vantage","symbol":"AAPL","interval":"1d","adjusted":false,"time":"2024-06-03T00:00:00Z","date":"2024-06-03","open":"190.0","high":"192.00","low":"0189.5","close":"1.915e2","volume":"1000000","final":true,"seenAt":"2024-06-03T21:00:00.000Z","revision":1}',
  );
});

test('instants carry milliseconds only where there are any', t => {
  t.is(isoInstant(Date.UTC(2017, 11, 18, 19, 56)), '2017-12-18T19:56:00Z');
  t.is(isoInstant(Date.UTC(2017, 11, 18, 19, 56, 0, 5)), '2017-12-18T19:56:00.005Z');
});

test('as numbers, decimals keep their digits and their place, and texts that look like fields stay texts', t => {
  const stamp = { id: 'x', source: 'test', seenAt: '2026-03-10T00:00:00.000Z', revision: 0, final: true };
  const odd: Bar = {
    ...bar,
    symbol: 'A","open":"1',
    open: '0190.50',
    high: '+.5',
    low: '-1e-3',
    close: '12345678901234567890.10',
  };
  const text = recordText(odd, stamp, 'number');
  t.true(text.includes(',"open":190.5,"high":0.5,"low":-1e-3,"close":12345678901234567890.10,'), text);
  t.is((JSON.parse(text) as Bar).symbol, odd.symbol);
  t.deepEqual(Object.keys(JSON.parse(text) as Bar), Object.keys(JSON.parse(recordText(odd, stamp, 'string')) as Bar));
});
