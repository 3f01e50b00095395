import { readFileSync } from 'node:fs';
import test from 'ava';
import { parse } from 'csv-parse/sync';
import type { Dataset } from '../../../src/batch/dataset.js';
import { createMapping } from '../../../src/batch/mapping/mapping.js';
import { FileFault } from '../../../src/batch/table.js';
import { recordId, recordUuid } from '../../../src/records/identity.js';
import {
  columns,
  dataset,
  file,
  idsOf,
  keysOf,
  mapAll,
  numbers,
  ohlc,
  originsOf,
  recordsOf,
  rejections,
} from './fixture.js';

const read = (name: string, { delimiter = ',', skip = 0 } = {}): { heads: string[]; rows: string[][] } => {
  const text = readFileSync(new URL(`../../../../test/batch/files/${name}`, import.meta.url), 'utf8');
  const [heads = [], ...rows] = parse(text, { bom: true, delimiter, from_line: skip + 1 });
  return { heads, rows };
};

const sum = (records: readonly Record<string, unknown>[], field: string): number =>
  records.reduce((total, record) => total + Number(record[field]), 0);

const yahoo: Dataset['columns'] = {
  symbol: { name: 'symbol' },
  time: { column: ['Datetime', 'Date'] },
  ...ohlc,
  volume: { column: ['volume'] },
  adjustedClose: { column: ['adj close'] },
  dividend: { column: ['Dividends'] },
};

test('the sample of the project: three symbols in one file, trailing blank and all', t => {
  const mapped = mapAll(
    dataset({ columns: { ...columns('symbol', 'date', 'volume'), ...ohlc } }),
    read('financelake-dummy.csv'),
  );
  const records = recordsOf(mapped);
  t.deepEqual(keysOf(mapped), ['AAPL', 'AAPL', 'TSLA', 'TSLA', 'GOOG', 'GOOG']);
  t.is(records.length, 6);
  const { id, ...first } = records[0]!;
  t.deepEqual(first, {
    kind: 'bar',
    source: 'prices',
    symbol: 'AAPL',
    interval: '1d',
    adjusted: false,
    time: '2024-06-01T00:00:00Z',
    date: '2024-06-01',
    open: '190.0',
    high: '192.0',
    low: '189.5',
    close: '191.5',
    volume: '1000000',
    final: true,
    seenAt: file.seenAt,
    revision: 0,
  });
  t.is(id, recordId('prices', { ...first, kind: 'bar' } as never, 0));
  t.deepEqual(idsOf(mapped)[0], id);
  t.deepEqual([mapped.rows, mapped.skipped, originsOf(mapped)], [6, 0, [1, 2, 3, 4, 5, 6]]);
  t.is(Number(records.at(-1)!.volume), Number(read('financelake-dummy.csv').rows.at(-1)!.at(-1)));
});

test('intraday stamps with an offset become UTC, the symbol comes from the name of the file', t => {
  const of = dataset({ interval: '15m', columns: yahoo, fileName: '^yahoo-(?<symbol>[A-Z]+)-' });
  const mapped = mapAll(of, { ...read('yahoo-EA-15m.csv'), file: { name: 'yahoo-EA-15m.csv' } });
  const records = recordsOf(mapped);
  t.deepEqual(rejections(mapped), []);
  t.is(records.length, 319);
  t.deepEqual([records[0]!.time, records.at(-1)!.time], ['2026-05-26T08:00:00Z', '2026-06-03T18:15:00Z']);
  t.is(sum(records, 'volume'), 8_343_638);
  t.is(sum(records, 'dividend'), 0.19);
  t.true(records.every(({ symbol }) => symbol === 'EA'));
});

test('a day is that of the exchange, not that of UTC', t => {
  const of = dataset({ columns: yahoo, fileName: '^yahoo-(?<symbol>\\d+-T)-' });
  const mapped = mapAll(of, { ...read('yahoo-4063-T-1d-split.csv'), file: { name: 'yahoo-4063-T-1d-split.csv' } });
  const records = recordsOf(mapped);
  t.is(records.length, 22);
  t.like(records[0], { symbol: '4063-T', date: '2023-04-14', time: '2023-04-14T00:00:00Z', close: '4129' });
  t.deepEqual(rejections(mapped), []);
});

test('seconds as floats, columns that are named for the asset', t => {
  const of = dataset({
    columns: {
      ...columns('symbol', 'open', 'high', 'low', 'close'),
      time: { column: ['Unix Timestamp'] },
      volume: { column: ['Volume BTC'] },
    },
  });
  const records = recordsOf(mapAll(of, read('binance-BTCUSDT-banner.csv', { skip: 1 })));
  t.is(records.length, 1106);
  t.is(sum(records, 'close').toFixed(1), '8707087.2');
  t.like(records[0], { symbol: 'BTCUSDT', time: '2020-09-07T00:00:00Z', volume: '11301.16' });
});

test('columns of one symbol among others', t => {
  const own = Object.fromEntries(
    ['open', 'high', 'low', 'close', 'volume'].map(name => [name, { column: [`AAPL.${name}`] }]),
  );
  const of = dataset({
    columns: {
      ...own,
      symbol: { value: 'AAPL' },
      date: { column: ['Date'] },
      adjustedClose: { column: ['AAPL.Adjusted'] },
    },
  });
  const mapped = mapAll(of, read('plotly-apple.csv'));
  t.is(recordsOf(mapped).length, 506);
  t.is(sum(recordsOf(mapped), 'volume'), 21_848_281_000);
});

test('several columns a symbol: the heads say whose and what', t => {
  const of = dataset({
    columns: {
      ...columns('open', 'high', 'low', 'close', 'volume'),
      date: { column: ['Date'] },
      adjustedClose: { column: ['Adjusted'] },
    },
    wide: { except: [], field: 'close', heads: '^(?<symbol>[^.]+)[.](?<field>.+)$' },
  });
  const mapped = mapAll(of, read('plotly-apple.csv'));
  t.deepEqual(new Set(keysOf(mapped)), new Set(['AAPL']));
  t.is(sum(recordsOf(mapped), 'volume'), 21_848_281_000);
});

test('decimal commas, semicolons and a BOM', t => {
  const of = dataset({ columns: yahoo, fileName: '(?<symbol>made)', numbers: { ...numbers, decimal: ',' } });
  const mapped = mapAll(of, {
    ...read('made-semicolon-bom.csv', { delimiter: ';' }),
    file: { name: 'made-semicolon-bom.csv' },
  });
  const records = recordsOf(mapped);
  t.is(sum(records, 'volume'), 693_919);
  t.is(sum(records, 'dividend'), 0.7);
  t.like(records[0], { date: '2023-05-30', open: '19.59000015258789' });
});

test('a list of symbols as rows: texts stay texts', t => {
  const of = dataset({
    kind: 'row',
    topic: 'market.companies',
    columns: {
      symbol: { column: ['Symbol'] },
      name: { column: ['Security'] },
      cik: { column: ['CIK'], type: 'integer' },
      founded: { column: ['Founded'] },
      added: { column: ['Date added'], type: 'date' },
    },
  });
  const mapped = mapAll(of, read('sp500.csv'));
  const records = recordsOf(mapped) as { symbol: string; columns: Record<string, unknown> }[];
  t.is(records.length, 503);
  t.deepEqual(rejections(mapped), []);
  for (const symbol of ['T', 'F', 'ON', 'BRK.B', 'BF.B']) t.true(keysOf(mapped).includes(symbol), symbol);
  t.true(records.some(({ columns: { founded } }) => founded === '2013 (1888)'));
  t.deepEqual(records[0]!.columns, { symbol: 'MMM', name: '3M', cik: 66_740, founded: '1902', added: '1957-03-04' });
  t.is(idsOf(mapped)[7], recordUuid(`${file.sha256}|8`));
});

test('a row without a symbol goes by its id, and missing values are null', t => {
  const of = dataset({
    kind: 'row',
    columns: { n: { column: ['n'], type: 'decimal' }, yes: { column: ['yes'], type: 'boolean' } },
  });
  const mapped = mapAll(of, {
    heads: ['n', 'yes'],
    rows: [
      ['1.50', 'Y'],
      ['', null],
    ],
  });
  t.deepEqual(keysOf(mapped), idsOf(mapped));
  t.deepEqual(
    recordsOf(mapped).map(({ columns: values }) => values),
    [
      { n: '1.50', yes: true },
      { n: null, yes: null },
    ],
  );
  const asNumber = mapAll({ ...of, decimals: 'number' }, { heads: ['n', 'yes'], rows: [['1.50', 'no']] });
  t.is(Buffer.from(asNumber.runs[0]!.bytes).includes('"columns":{"n":1.50,"yes":false}'), true);
});

test('without columns a row has all of the file, as the file declares them', t => {
  const of = dataset({ kind: 'row' });
  const heads = ['a', 'b.c', 'at'];
  t.deepEqual(recordsOf(mapAll(of, { heads, rows: [['1', 'x', '2024-01-01']] }))[0]!.columns, {
    a: '1',
    'b.c': 'x',
    at: '2024-01-01',
  });
  const types = ['INTEGER', 'VARCHAR', 'TIMESTAMP'];
  t.deepEqual(recordsOf(mapAll(of, { heads, types, rows: [['1', 'x', '2024-01-01T10:00:00']] }))[0]!.columns, {
    a: 1,
    'b.c': 'x',
    at: '2024-01-01T10:00:00',
  });
});

test('an integer that JSON readers would round is refused', t => {
  const of = dataset({ kind: 'row', columns: { n: { column: ['n'], type: 'integer' } } });
  const mapped = mapAll(of, { heads: ['n'], rows: [['9007199254740993'], ['9007199254740991'], ['5.0'], ['5.5']] });
  t.deepEqual(rejections(mapped), [
    '1 bad-number n: `9007199254740993` is too large for an integer: use `type: decimal`',
    '4 bad-number n: `5.5` is no whole number',
  ]);
  t.deepEqual(originsOf(mapped), [2, 3]);
});

const plain = dataset({ columns: { ...columns('symbol', 'date', 'volume'), ...ohlc } });
const heads = ['Symbol', 'Date', 'Open', 'High', 'Low', 'Close', 'Volume'];
const good = ['A', '2024-06-03', '1', '2', '0.5', '1.5', '100'];
const but = (...changes: readonly [number, string | null][]): (string | null)[] =>
  good.map(
    (cell, index) => changes.find(([at]) => at === index)?.[1] ?? (changes.some(([at]) => at === index) ? null : cell),
  );

test('a bad row is named with number, column, value and reason, and its neighbours are published', t => {
  const rows = [
    good,
    but([2, 'x']),
    but([3, '1.2']),
    but([5, '0']),
    but([6, '-1']),
    but([1, '2024-02-30']),
    but([0, '']),
    but([4, null]),
    but([1, '2026-06-12']),
    but([0, 'A B']),
    good,
  ];
  const mapped = mapAll(plain, { heads, rows, firstRow: 11, broken: new Map([[10, '9 cells, the header has 7']]) });
  t.deepEqual(originsOf(mapped), [11]);
  t.deepEqual(rejections(mapped), [
    '12 bad-number Open: `x` is not a number',
    '13 ohlc-order: open 1 high 1.2 low 0.5 close 1.5',
    '14 zero-price: close is zero',
    '15 negative: volume -1 is negative',
    '16 bad-time Date: `2024-02-30` is no time with the year first, and no number of seconds since 1970',
    '17 missing Symbol: there is no symbol',
    '18 missing Low: there is no low',
    '19 future: time 2026-06-12T00:00:00Z lies in the future',
    '20 bad-symbol Symbol: `A B` is no symbol: 1 to 64 characters without blanks, commas and quotes',
    '21 broken-row: 9 cells, the header has 7',
  ]);
  t.deepEqual(JSON.parse(mapped.rejected[0]!.cells), {
    Symbol: 'A',
    Date: '2024-06-03',
    Open: 'x',
    High: '2',
    Low: '0.5',
    Close: '1.5',
    Volume: '100',
  });
});

test('a bar is final when its period has ended by the clock', t => {
  const rows = [but([1, '2026-06-08']), but([1, '2026-06-09']), but([1, '2026-06-10'])];
  t.deepEqual(
    recordsOf(mapAll(plain, { heads, rows })).map(({ final }) => final),
    [true, true, false],
  );
});

test('an intraday bar is final at its end', t => {
  const of = dataset({
    interval: '15m',
    columns: { ...columns('symbol', 'volume'), ...ohlc, time: { column: ['Date'] } },
  });
  const rows = [but([1, '2026-06-10T11:45:00Z']), but([1, '2026-06-10T11:45:01Z'])];
  t.deepEqual(
    recordsOf(mapAll(of, { heads, rows })).map(({ final }) => final),
    [true, false],
  );
});

test('rows stay that have one of the values of every filter', t => {
  const of = { ...plain, where: { symbol: ['A', 'B'], Volume: ['100'] } };
  const mapped = mapAll(of, { heads, rows: [good, but([0, ' B ']), but([0, 'C']), but([6, '99']), but([6, null])] });
  t.deepEqual([keysOf(mapped), mapped.skipped, mapped.rejected.length], [['A', 'B'], 3, 0]);
});

test('a column that is not there is named with what there is', t => {
  const refused = (of: Dataset, given = heads): string => {
    const fault = t.throws(() => createMapping(of, file, { columns: given }), { instanceOf: FileFault });
    t.is(fault.code, 'mapping');
    return fault.message;
  };
  t.is(
    refused(plain, ['Symbol', 'Date', 'Opem', 'High']),
    'there is no column `open` for `open`. Did you mean `Opem`?',
  );
  t.is(
    refused(plain, ['Symbol', 'Date', 'First', 'High']),
    'there is no column `open` for `open`. Known columns: Symbol, Date, First, High.',
  );
  t.regex(refused(plain, [...heads, 'open ']), /2 columns `open`/);
  t.regex(refused({ ...plain, where: { Typ: ['x'] } }), /no column `Typ` for `where`/);
  t.regex(
    refused({ ...plain, columns: { ...plain.columns, open: { position: 8 } } }),
    /no column 8 for `open`: the file has 7/,
  );
  t.regex(
    refused({ ...plain, columns: { ...plain.columns, symbol: { name: 'symbol' } }, fileName: '^(?<symbol>x)' }),
    /does not tell `symbol`/,
  );
  t.notThrows(() => createMapping(plain, file, { columns: heads.slice(0, 6) }), 'volume may be missing');
  t.notThrows(() => createMapping(plain, file, { columns: [...heads, 'symbol'] }), 'the exact head comes first');
});

test('only the columns that are needed are read', t => {
  const { columns: read } = createMapping(plain, file, { columns: ['Other', ...heads, 'More'] });
  t.deepEqual(
    [...read].toSorted((a, b) => a - b),
    [1, 2, 3, 4, 5, 6, 7],
  );
});

test('date and time in two columns, by position and by alternatives', t => {
  const of = dataset({
    interval: '1m',
    columns: {
      ...ohlc,
      symbol: { value: 'EUR/USD' },
      time: { column: ['Day', 'Date'], and: ['Clock', 'Time'], format: 'YYYYMMDD HHmmss', zone: 'America/New_York' },
      open: { position: 3 },
    },
  });
  const mapped = mapAll(of, {
    heads: ['Date', 'Time', 'First', 'high', 'low', 'close'],
    rows: [['20240603', '093000', '1', '2', '1', '2']],
  });
  t.like(recordsOf(mapped)[0], { symbol: 'EUR/USD', time: '2024-06-03T13:30:00Z', date: '2024-06-03', open: '1' });
});

test('one price column a symbol: each cell is a quote, an empty one is none, a bad one is rejected alone', t => {
  const of = dataset({
    kind: 'quote',
    columns: { date: { column: ['Date'] } },
    wide: { except: ['Note'], field: 'price' },
  });
  const mapped = mapAll(of, {
    heads: ['Date', 'AAPL', 'MSFT', 'Note'],
    rows: [
      ['2024-06-03', '190', '400', 'x'],
      ['2024-06-04', '', 'oops', ''],
      ['2024-06-05', 'NaN', '402', ''],
    ],
  });
  t.deepEqual(keysOf(mapped), ['AAPL', 'MSFT', 'MSFT']);
  t.deepEqual(originsOf(mapped), [1, 1, 3]);
  t.deepEqual(rejections(mapped), ['2 bad-number MSFT: `oops` is not a number']);
  t.is(mapped.rejected[0]!.cells, '{"Date":"2024-06-04","MSFT":"oops"}');
  t.like(recordsOf(mapped)[2], {
    kind: 'quote',
    symbol: 'MSFT',
    time: '2024-06-05T00:00:00Z',
    date: '2024-06-05',
    price: '402',
  });
  t.throws(() => createMapping(of, file, { columns: ['Date', 'S&P 500'] }), {
    message: /is no symbol: name it under `wide.except`/,
  });
  t.throws(() => createMapping(of, file, { columns: ['Date', 'A', 'A'] }), {
    message: /two columns hold `price` of `A`/,
  });
});

test('wide rows have an id for each symbol', t => {
  const of = dataset({
    kind: 'row',
    columns: { date: { column: ['Date'], type: 'date' } },
    wide: { except: [], field: 'value' },
  });
  const mapped = mapAll(of, {
    heads: ['Date', 'DGS10', 'DGS2'],
    rows: [
      ['2024-06-03', '4.4', ''],
      ['2024-06-04', '4.3', '4.8'],
    ],
  });
  t.deepEqual(
    recordsOf(mapped).map(({ columns: values }) => values),
    [
      { date: '2024-06-03', value: '4.4', symbol: 'DGS10' },
      { date: '2024-06-04', value: '4.3', symbol: 'DGS10' },
      { date: '2024-06-04', value: '4.8', symbol: 'DGS2' },
    ],
  );
  t.is(new Set(idsOf(mapped)).size, 3);
});

test('pence become pounds exactly, and typed columns are read as numbers whatever the style of texts', t => {
  const of = dataset({
    columns: { ...plain.columns, close: { column: ['Close'], factor: '0.01' } },
    numbers: { decimal: ',', thousands: '.', nulls: [] },
  });
  const types = ['VARCHAR', 'DATE', 'DOUBLE', 'DOUBLE', 'DOUBLE', 'DOUBLE', 'BIGINT'];
  const mapped = mapAll(of, { heads, types, rows: [['A', '2024-06-03', '1.234', '2.5', '0.5', '150.55', '1000']] });
  t.like(recordsOf(mapped)[0], { open: '1.234', close: '1.5055', volume: '1000' });
});

test('the same bar has the same id from a text and from a typed column, wherever reading begins', t => {
  const text = mapAll(plain, { heads, rows: [good, ['A', '20240604', '1.10', '2.00', '1.00', '1.50', '1e2']] });
  const types = ['VARCHAR', 'DATE', 'DOUBLE', 'DOUBLE', 'DOUBLE', 'DOUBLE', 'BIGINT'];
  const typed = mapAll(plain, {
    heads,
    types,
    firstRow: 2,
    rows: [['A', '2024-06-04', '1.1', '2', '1', '1.5', '100']],
  });
  t.is(idsOf(typed)[0], idsOf(text)[1]);
});

test('texts beyond ASCII keep their place among the bytes', t => {
  const mapped = mapAll(plain, { heads, rows: [but([0, 'ÆØ']), but([0, '東京']), good] });
  t.deepEqual(
    recordsOf(mapped).map(({ symbol }) => symbol),
    ['ÆØ', '東京', 'A'],
  );
});

test('a chunk of a wide file is mapped in parts that follow each other, none of them large', t => {
  const symbols = Array.from({ length: 3_000 }, (_, index) => `S${index}`);
  const of = dataset({ kind: 'quote', columns: { date: { column: ['Date'] } }, wide: { except: [], field: 'price' } });
  const mapping = createMapping(of, file, { columns: ['Date', ...symbols] });
  const dates = ['2024-06-03', '2024-06-04', '2024-06-05', 'never'];
  const cells = mapping.columns.map(column => dates.map(date => (column === 0 ? date : '1')));
  const parts = Array.from(mapping.map({ firstRow: 7, rows: dates.length, columns: cells, progress: 1 }));
  t.deepEqual(
    parts.map(({ firstRow, rows, records }) => [firstRow, rows, records]),
    [
      [7, 1, 3_000],
      [8, 1, 3_000],
      [9, 1, 3_000],
      [10, 1, 0],
    ],
  );
  // What all records of a row share is rejected once, and shows no cells of others.
  t.deepEqual(
    parts[3]!.rejected.map(({ row, column, cells: shown }) => [row, column, shown]),
    [[10, 'Date', '{"Date":"never"}']],
  );
});

test('a record that no log takes is a rejected row, and those beside it are there', t => {
  const of = dataset({ kind: 'row', topic: 'rows' });
  const long = 'x'.repeat(2 ** 20);
  const rows = [
    ['A', 'fine'],
    ['B', long],
    ['k'.repeat(1025), 'fine'],
    ['A', 'fine'],
    ['k'.repeat(1024), 'fine'],
  ];
  const mapped = mapAll(of, { heads: ['symbol', 'text'], rows });
  t.deepEqual(originsOf(mapped), [1, 4, 5]);
  t.deepEqual(
    mapped.rejected.map(({ row, code }) => [row, code]),
    [
      [2, 'too-large'],
      [3, 'too-large'],
    ],
  );
  t.regex(mapped.rejected[1]!.detail, /key has 1025 bytes, more than 1024/);
});
