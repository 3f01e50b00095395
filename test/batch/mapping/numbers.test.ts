import test from 'ava';
import fc from 'fast-check';
import type { NumberStyle } from '../../../src/batch/dataset.js';
import { createNumberReader, multiplier } from '../../../src/batch/mapping/numbers.js';
import { canonicalDecimal } from '../../../src/records/decimal.js';
import { runs } from '../../property-runs.js';

const style = (decimal: '.' | ',', thousands = ''): NumberStyle => ({
  decimal,
  thousands,
  nulls: ['null', 'n/a', '-'],
});

const reading = (cell: string, by: NumberStyle, factor?: string): string | null => {
  const reader = createNumberReader(by, factor);
  const value = reader.read(cell);
  return value === undefined ? `! ${reader.why()}` : value;
};

test('numbers keep the digits of the file', t => {
  const cases: [string, NumberStyle, string | null][] = [
    ['190.0', style('.'), '190.0'],
    [' 1000000 ', style('.'), '1000000'],
    ['+1.5', style('.'), '+1.5'],
    ['-.5', style('.'), '-.5'],
    ['1.5994368E9', style('.'), '1599436800'],
    ['1e-7', style('.'), '0.0000001'],
    ['19,59000015258789', style(','), '19.59000015258789'],
    ['1.234.567,89', style(',', '.'), '1234567.89'],
    ['1234567,89', style(',', '.'), '1234567.89'],
    ['-12,345.60', style('.', ','), '-12345.60'],
    ["1'234'567.5", style('.', "'"), '1234567.5'],
    ['1 234 567,5', style(',', ' '), '1234567.5'],
    ['1\u00a0234\u202f567,5', style(',', ' '), '1234567.5'],
    ['', style('.'), null],
    ['  ', style('.'), null],
    ['NULL', style('.'), null],
    ['-', style('.'), null],
  ];
  for (const [cell, by, value] of cases) t.is(reading(cell, by), value, cell);
});

test('what is no number in the style of the file is refused with the reason', t => {
  const cases: [string, NumberStyle, RegExp][] = [
    ['1,5', style('.'), /no number with `\.` as decimal sign and no thousands marks/],
    ['1,234,567', style('.'), /no thousands marks/],
    ['1.5', style(','), /no number with `,` as decimal sign/],
    ['1,23', style('.', ','), /groups of three/],
    ['12,34,567', style('.', ','), /groups of three/],
    ['1234,567', style('.', ','), /groups of three/],
    [',123', style('.', ','), /groups of three/],
    ['1.5,000', style('.', ','), /groups of three/],
    ['1.234,567.8', style(',', '.'), /groups of three/],
    ['12.5%', style('.'), /percentage/],
    ['$12.5', style('.'), /currency/],
    ['12.5 USD', style('.'), /currency/],
    ['€ 3', style('.'), /currency/],
    ['NaN', style('.'), /no finite number/],
    ['-Infinity', style('.'), /no finite number/],
    ['1.2M', style('.'), /magnitude/],
    ['0x1F', style('.'), /is not a number/],
    ['1 2', style('.'), /groups of three/],
    ['--1', style('.'), /is not a number/],
    ['1e400000', style('.'), /is not a number/],
    ['1e99', style('.'), /more than 64 digits/],
  ];
  for (const [cell, by, why] of cases) t.regex(reading(cell, by) ?? 'null', new RegExp(`^! .*${why.source}`), cell);
});

test('a factor is exact', t => {
  const cases: [string, string, string][] = [
    ['1234', '0.01', '12.34'],
    ['0.1', '3', '0.3'],
    ['-5', '0.001', '-0.005'],
    ['1', '0.01', '0.01'],
    ['12.50', '1e3', '12500.00'],
    ['9007199254740993', '1.1', '9907919180215092.3'],
    ['-.5', '2', '-1.0'],
    ['+.5', '-2', '-1.0'],
  ];
  for (const [cell, factor, value] of cases) t.is(reading(cell, style('.'), factor), value, `${cell} × ${factor}`);
});

const digits = (length: number): fc.Arbitrary<string> =>
  fc.array(fc.nat(9), { minLength: 1, maxLength: length }).map(all => all.join(''));

const decimal = fc.record({
  sign: fc.constantFrom('', '-'),
  whole: digits(18),
  fraction: fc.option(digits(12), { nil: '' }),
});

test('a number that is written in any style is read back as it was', t => {
  const styles = fc.constantFrom(
    style('.'),
    style(','),
    style('.', ','),
    style(',', '.'),
    style('.', ' '),
    style(',', "'"),
  );
  fc.assert(
    fc.property(decimal, styles, ({ sign, whole, fraction }, by) => {
      const grouped = by.thousands === '' ? whole : whole.replaceAll(/\B(?=(?:\d{3})+$)/g, by.thousands);
      const cell = sign + grouped + (fraction && by.decimal + fraction);
      t.is(reading(cell, by), sign + whole + (fraction && `.${fraction}`));
    }),
    runs(500),
  );
});

test('a product is that of whole numbers, whatever the places', t => {
  fc.assert(
    fc.property(decimal, decimal, (a, b) => {
      const text = ({ sign, whole, fraction }: typeof a): string => sign + whole + (fraction && `.${fraction}`);
      const units = ({ sign, whole, fraction }: typeof a): bigint =>
        BigInt(whole + fraction) * (sign === '-' ? -1n : 1n);
      const places = a.fraction.length + b.fraction.length;
      const product = canonicalDecimal(multiplier(text(b))(text(a)));
      const [whole = '', fraction = ''] = product.split('.');
      t.is(BigInt(whole + fraction.padEnd(places, '0')), units(a) * units(b));
    }),
    runs(500),
  );
});
