import test from 'ava';
import fc from 'fast-check';
import type { Asked } from '../../../src/batch/inspect/proposal.js';
import { runs } from '../../property-runs.js';
import { fileOf, inspect, inspectText, mapFile, throughConfig } from './inspecting.js';

interface Case {
  readonly name: string;
  readonly content: string;
  readonly asked?: Asked;
  readonly records: number;
  readonly first: Record<string, unknown>;
}

/** As data of these vendors lies around; the first lines, shortened. */
const cases: readonly Case[] = [
  {
    name: 'BTCUSDT-1m-2024-01.csv',
    content:
      '1704067200000,42283.58,42298.62,42261.02,42298.61,35.92724,1704067259999,1519032.6,1327,23.18766,980394.1,0\n1704067260000,42298.62,42320.00,42298.61,42320.00,21.16779,1704067319999,895580.7,1348,13.68029,578798.3,0\n1704067320000,42319.99,42331.54,42319.99,42325.50,21.60391,1704067379999,914371.2,1019,11.21801,474797.1,0\n',
    records: 3,
    first: {
      kind: 'bar',
      interval: '1m',
      symbol: 'BTCUSDT',
      time: '2024-01-01T00:00:00Z',
      open: '42283.58',
      volume: '35.92724',
    },
  },
  {
    name: 'XBTUSD_60.csv',
    content:
      '1704067200,42283.6,42554.6,42175.6,42503.1,93.4,1200\n1704070800,42503.1,42800.0,42500.0,42663.5,120.1,1400\n',
    records: 2,
    first: { kind: 'bar', interval: '1h', symbol: 'XBTUSD', time: '2024-01-01T00:00:00Z' },
  },
  {
    name: 'aapl.us.txt',
    content:
      '<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>\nAAPL.US,D,20240102,000000,187.15,188.44,183.885,185.64,82488700,0\nAAPL.US,D,20240103,000000,184.22,185.88,183.43,184.25,58414500,0\n',
    records: 2,
    first: { kind: 'bar', interval: '1d', symbol: 'AAPL.US', date: '2024-01-02', high: '188.44', volume: '82488700' },
  },
  {
    name: 'DAT_ASCII_EURUSD_M1_202401.csv',
    content:
      '20240101 170000;1.104270;1.104290;1.104250;1.104290;0\n20240101 170100;1.104300;1.104300;1.104260;1.104280;0\n',
    asked: { zone: 'Etc/GMT+5' },
    records: 2,
    first: { kind: 'bar', interval: '1m', symbol: 'EURUSD', time: '2024-01-01T22:00:00Z', open: '1.104270' },
  },
  {
    name: 'EURUSD_Candlestick_5_M_BID.csv',
    content:
      'Gmt time,Open,High,Low,Close,Volume\n01.01.2024 22:00:00.000,1.10427,1.10429,1.10425,1.10429,60.1\n01.01.2024 22:05:00.000,1.10429,1.1043,1.10426,1.10428,60\n31.01.2024 22:10:00.000,1.1,1.2,1,1.1,1\n31.01.2024 22:15:00.000,1.1,1.2,1,1.1,1\n',
    records: 4,
    first: { kind: 'bar', interval: '5m', symbol: 'EURUSD', time: '2024-01-01T22:00:00Z', volume: '60.1' },
  },
  {
    name: 'AAPL Historical Data.csv',
    content:
      '"Date","Price","Open","High","Low","Vol.","Change %"\n"01/31/2024","1,184.40","1,187.04","1,187.10","1,184.35","55.47M","-1.94%"\n"01/30/2024","1,188.04","1,190.94","1,191.80","1,187.47","55.86M","-1.92%"\n',
    records: 2,
    first: { kind: 'bar', interval: '1d', symbol: 'AAPL', date: '2024-01-31', close: '1184.40', open: '1187.04' },
  },
  {
    name: 'wkn_710000_historic.csv',
    content:
      'Datum;Eröffnung;Hoch;Tief;Schlusskurs;Stücke;Volumen\n31.01.2024;1.062,50;1.063,10;1.062,20;1.062,84;1.234;77.000\n30.01.2024;62,00;62,90;61,80;62,60;2.345;146.000\n',
    asked: { symbol: 'MBG' },
    records: 2,
    first: { kind: 'bar', interval: '1d', symbol: 'MBG', date: '2024-01-31', open: '1062.50' },
  },
  {
    name: 'day_aggs.csv',
    content:
      'ticker,volume,open,close,high,low,window_start,transactions\nA,1532110,138.1,138.75,139.8,136.75,1704171600000000000,25000\nA,1500000,137,136.5,138,136,1704258000000000000,24000\n',
    records: 2,
    first: { kind: 'bar', interval: '1d', symbol: 'A', date: '2024-01-02', close: '138.75' },
  },
  {
    name: 'SPY_yf.csv',
    content:
      'Price,Close,High,Low,Open,Volume\nTicker,SPY,SPY,SPY,SPY,SPY\nDate,,,,,\n2024-01-02,472.65,473.67,470.49,472.16,123623700\n2024-01-03,468.79,471.19,468.17,470.43,103585900\n',
    records: 2,
    first: { kind: 'bar', interval: '1d', symbol: 'SPY', date: '2024-01-02', open: '472.16', close: '472.65' },
  },
  {
    name: 'prices.csv',
    content:
      ',Open,High,Low,Close,Volume\n2024-01-02,187.15,188.44,183.89,185.64,82488700\n2024-01-03,184.22,185.88,183.43,184.25,58414500\n',
    asked: { symbol: 'AAPL' },
    records: 2,
    first: { kind: 'bar', date: '2024-01-02', open: '187.15' },
  },
  {
    name: 'cm02JAN2024bhav.csv',
    content:
      'SYMBOL,SERIES,OPEN,HIGH,LOW,CLOSE,LAST,PREVCLOSE,TOTTRDQTY,TOTTRDVAL,TIMESTAMP,TOTALTRADES,ISIN\nABB,EQ,4680,4704.95,4602.1,4618.3,4625,4676.4,101216,470.2,02-JAN-2024,18211,INE117A01022\nACC,EQ,2220,2290,2215,2280.1,2280,2209.85,812344,1840.1,02-JAN-2024,41211,INE012A01025\n',
    asked: { kind: 'quote' },
    records: 2,
    first: { kind: 'quote', symbol: 'ABB', time: '2024-01-02T00:00:00Z', previousClose: '4676.4' },
  },
  {
    name: 'eurofxref-hist.csv',
    content: 'Date,USD,JPY,BGN,CYP,\n2024-01-03,1.0919,156.16,1.9558,N/A,\n2024-01-02,1.0956,155.88,1.9558,N/A,\n',
    records: 6,
    first: { kind: 'quote', symbol: 'USD', date: '2024-01-03', price: '1.0919' },
  },
  {
    name: 'btc-usd-max.csv',
    content:
      'snapped_at,price,market_cap,total_volume\n2013-04-28 00:00:00 UTC,135.3,1500517590.0,0.0\n2013-04-29 00:00:00 UTC,141.96,1575032004.0,0.0\n',
    asked: { symbol: 'BTC/USD' },
    records: 2,
    first: { kind: 'quote', symbol: 'BTC/USD', price: '135.3', volume: '0.0' },
  },
  {
    name: 'trades.ndjson',
    content:
      '{"sym":"A","ts":"2024-01-02T14:30:00.123456Z","price":138.10,"bid":138.0,"ask":138.2}\n{"sym":"B","ts":"2024-01-02T14:30:01Z","price":1.5e2,"bid":null,"ask":151}\n',
    records: 2,
    first: { kind: 'quote', symbol: 'A', time: '2024-01-02T14:30:00.123456Z', price: '138.10', ask: '138.2' },
  },
];

for (const { name, content, asked = {}, records: count, first } of cases)
  test(`${name} is understood by its evidence alone`, async t => {
    const path = fileOf(name, content);
    const proposal = await inspect(path, asked);
    if (!proposal.ok) return t.fail(proposal.reason);
    const { records, rejected } = await mapFile(path, throughConfig(proposal.dataset));
    t.deepEqual([records.length, rejected], [count, 0]);
    t.like(records[0], first);
  });

test('a few bad rows among many neither hide what the others are nor become words for no value', async t => {
  const rows = Array.from({ length: 200 }, (_, index) => {
    const date = new Date(Date.UTC(2023, 0, 1 + index)).toISOString().slice(0, 10).split('-').toReversed().join('/');
    if (index === 0) return 'total,1,2,0.5,1.5,100';
    if (index === 50) return `${date},abc,2,0.5,1.5,100`;
    if (index === 90) return `13/13/2023,1,2,0.5,1.5,oops`;
    return `${date},1,2,0.5,1.5,100`;
  });
  const path = fileOf('AAPL.csv', `Date,Open,High,Low,Close,Volume\n${rows.join('\n')}\n`);
  const proposal = await inspect(path);
  if (!proposal.ok) return t.fail(proposal.reason);
  t.like(proposal.dataset, { kind: 'bar', interval: '1d', columns: { time: { format: 'DD/MM/YYYY' } } });
  t.false(proposal.dataset.numbers.nulls.includes('abc'));
  const { records, rejected } = await mapFile(path, proposal.dataset);
  t.deepEqual([records.length, rejected], [197, 3]);
});

const cell = fc.oneof(
  fc.constantFrom(
    '',
    '1',
    '-2.5',
    '1,5',
    '2024-01-02',
    '03/04/2020',
    'AAPL',
    'NaN',
    '"',
    '\u0000',
    '1e400',
    '99999999999999999999',
    '12:30',
    '__proto__',
    '\ufeff',
  ),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
);
const head = fc.oneof(
  fc.constantFrom(
    'Date',
    'Open',
    'High',
    'Low',
    'Close',
    'symbol',
    'AAPL.Open',
    'MSFT',
    '',
    'time',
    '__proto__',
    'constructor',
  ),
  cell,
);

test('whatever a file holds, there is a proposal that the configuration takes, or a reason', async t => {
  const table = fc
    .integer({ min: 1, max: 7 })
    .chain(width =>
      fc.tuple(
        fc.array(head, { minLength: width, maxLength: width }),
        fc.array(fc.array(cell, { minLength: width, maxLength: width }), { maxLength: 6 }),
        fc.constantFrom(',', ';', '\t'),
        fc.constantFrom('x.csv', 'AAPL[1].csv', '2024.csv', 'ü ö.tsv', '__proto__.csv'),
      ),
    );
  await fc.assert(
    fc.asyncProperty(table, async ([heads, rows, delimiter, name]) => {
      const content = [heads, ...rows].map(line => line.join(delimiter)).join('\n');
      const proposal = await inspectText(name, content);
      if (proposal.ok) t.deepEqual(throughConfig(proposal.dataset), proposal.dataset);
      else t.not(proposal.reason, '');
    }),
    runs(300),
  );
});

test('thousands of columns take no longer than their cells', async t => {
  const width = 5_000;
  const symbols = Array.from({ length: width }, (_, index) => `S${index}`);
  const line = (day: number): string => `2024-01-0${day},${symbols.map((_, index) => String(index + day)).join(',')}`;
  const started = performance.now();
  const proposal = await inspectText('wide.csv', `Date,${symbols.join(',')}\n${[1, 2, 3].map(line).join('\n')}\n`);
  t.true(proposal.ok && proposal.dataset.kind === 'quote');
  t.true(performance.now() - started < 10_000, String(performance.now() - started));
});
