import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import { openTable } from '../../../src/batch/formats/formats.js';
import { canonicalDecimal } from '../../../src/records/decimal.js';
import { anyTable, cellsOf, filePath, outcomeOf, type Read, readTable, sumOf } from './reading.js';

const read = async (path: string): Promise<Read> => readTable(await openTable(path, anyTable));

interface Figures {
  readonly file: string;
  readonly rows: number;
  /** Of one column, with points for commas. */
  readonly sums?: Readonly<Record<string, string>>;
  readonly first?: Readonly<Record<string, string>>;
  readonly last?: Readonly<Record<string, string>>;
}

const figures: readonly Figures[] = [
  {
    file: 'financelake-dummy.csv',
    rows: 6,
    first: { symbol: 'AAPL', date: '2024-06-01', volume: '1000000' },
    last: { symbol: 'GOOG', close: '2525.0', volume: '1550000' },
  },
  {
    file: 'yahoo-EA-15m.csv',
    rows: 319,
    sums: { Volume: '8343638', Dividends: '0.19' },
    first: { Datetime: '2026-05-26 04:00:00-04:00' },
    last: { Datetime: '2026-06-03 14:15:00-04:00' },
  },
  {
    file: 'yahoo-4063-T-1d-split.csv',
    rows: 22,
    first: { Date: '2023-04-14 00:00:00+09:00', Open: '4126' },
    last: { Open: '20170' },
  },
  {
    file: 'binance-BTCUSDT-banner.csv',
    rows: 1106,
    sums: { Close: '8707087.2' },
    first: { 'Unix Timestamp': '1599436800.0', 'Volume USDT': '115200105.71' },
    last: { Date: '2017-08-17' },
  },
  { file: 'plotly-apple.csv', rows: 506, sums: { 'AAPL.Volume': '21848281000' }, first: { direction: 'Increasing' } },
  { file: 'sp500.csv', rows: 503, first: { Symbol: 'MMM', 'Headquarters Location': 'Saint Paul, Minnesota' } },
  {
    file: 'made-semicolon-bom.csv',
    rows: 5,
    sums: { Volume: '693919', Dividends: '0.7' },
    first: { Open: '19,59000015258789' },
  },
  {
    file: 'made-EA-15m-zstd.parquet',
    rows: 319,
    sums: { Volume: '8343638' },
    first: { Datetime: '2026-05-26T08:00:00Z', Open: '170.0712' },
    last: { Datetime: '2026-06-03T18:15:00Z', Close: '202.770004272461' },
  },
  {
    file: 'int96-snappy.parquet',
    rows: 2,
    first: { timestamp_col: '2009-04-01T00:00:00', date_string_col: '04/01/09', bool_col: 'true', float_col: '0' },
    last: { timestamp_col: '2009-04-01T00:01:00', float_col: '1.1', double_col: '10.1', bigint_col: '10' },
  },
  { file: 'byte-stream-split-zstd.parquet', rows: 300, first: { f32: '1.7640524', f64: '-1.3065268517353166' } },
  { file: 'datapage-v2-snappy.parquet', rows: 5, first: { a: 'abc', d: 'true', e: '[1,2,3]' } },
  { file: 'decimal.parquet', rows: 24, sums: { value: '300' }, first: { value: '1.00' }, last: { value: '24.00' } },
  { file: 'delta-nulls.parquet', rows: 100 },
  { file: 'delta-nulls.expect.csv', rows: 100 },
];

const directory = mkdtempSync(join(tmpdir(), 'formats-'));
test.after.always(() => rmSync(directory, { recursive: true, force: true }));

for (const { file, rows, sums = {}, first = {}, last = {} } of figures)
  test(`${file} has the rows, sums, first and last values that it is known for, packed or not`, async t => {
    const packed = join(directory, `${file}.gz`);
    writeFileSync(packed, gzipSync(readFileSync(filePath(file))));
    for (const path of [filePath(file), packed]) {
      const got = await read(path);
      t.is(got.rows.length, rows);
      t.true(got.rows.every(row => typeof row !== 'string'));
      for (const [head, sum] of Object.entries(sums))
        t.is(sumOf(cellsOf(got, head).map(cell => cell?.replace(',', '.') ?? null)), sum, head);
      for (const [head, cell] of Object.entries(first)) t.is(cellsOf(got, head)[0], cell, head);
      for (const [head, cell] of Object.entries(last)) t.is(cellsOf(got, head).at(-1), cell, head);
    }
  });

test('a table packed by Zstandard is the table', async t => {
  t.deepEqual(await read(filePath('made-plotly-apple.csv.zst')), await read(filePath('plotly-apple.csv')));
});

test('symbols that look like words of other types, and letters beyond ASCII, stay text', async t => {
  const got = await read(filePath('sp500.csv'));
  const symbols = cellsOf(got, 'Symbol');
  for (const symbol of ['T', 'F', 'ON', 'BRK.B', 'BF.B']) t.true(symbols.includes(symbol), symbol);
  t.is(cellsOf(got, 'Security').filter(name => /[^\p{ASCII}]/u.test(name!)).length, 3);
  t.true(cellsOf(got, 'Founded').includes('2013 (1888)'));
});

test('the sum of doubles is that of the doubles', async t => {
  let sum = 0;
  for (const cell of cellsOf(await read(filePath('byte-stream-split-zstd.parquet')), 'f64')) sum += Number(cell);
  t.is(sum, -41.22919022747558);
});

test('a Parquet file whose pages are broken is refused', async t => {
  t.is(await outcomeOf(() => openTable(filePath('broken-stream.parquet'), anyTable)), 'structure');
});

test('Parquet with nulls has the cells that its makers expect', async t => {
  const parquet = await read(filePath('delta-nulls.parquet'));
  const csv = await read(filePath('delta-nulls.expect.csv'));
  t.deepEqual(parquet.heads, csv.heads);
  t.true(parquet.rows.flat().filter(cell => cell === null).length > 10);
  t.deepEqual(
    parquet.rows.map(row => (row as string[]).map(cell => cell ?? '')),
    csv.rows,
  );
});

test('the same bars from CSV and from Parquet have the same stamps and numbers', async t => {
  const [csv, parquet] = await Promise.all(
    ['yahoo-EA-15m.csv', 'made-EA-15m-zstd.parquet'].map(f => read(filePath(f))),
  );
  const stamps = cellsOf(csv!, 'Datetime').map(text => new Date(text!).toISOString().replace('.000Z', 'Z'));
  t.deepEqual(cellsOf(parquet!, 'Datetime'), stamps);
  for (const head of ['Open', 'High', 'Low', 'Close', 'Adj Close', 'Volume'])
    t.deepEqual(
      cellsOf(parquet!, head).map(cell => canonicalDecimal(cell!)),
      cellsOf(csv!, head).map(cell => canonicalDecimal(cell!)),
      head,
    );
});

test('a file is opened by its format, else by its name, which may be any', async t => {
  for (const name of ["o'clock [1]*?.parquet", 'date=2024-01-01.PARQUET', 'bars.dat']) {
    const path = join(directory, name);
    copyFileSync(filePath('decimal.parquet'), path);
    const got = await readTable(
      await openTable(path, { ...anyTable, ...(name.endsWith('dat') && { format: 'parquet' }) }),
    );
    t.deepEqual([got.heads, got.rows.length], [['value'], 24]);
  }
  t.is(await outcomeOf(() => openTable(join(directory, 'bars.dat'), anyTable)), 'unsupported');
});
