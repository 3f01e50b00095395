import test from 'ava';
import fc from 'fast-check';
import type { Asked } from '../../../src/batch/inspect/proposal.js';
import { toBlock } from '../../../src/batch/inspect/to-block.js';
import { runs } from '../../property-runs.js';
import { fileOf, inspect, inspectText, mapFile, throughConfig } from './inspecting.js';

/** The block of a proposal, or why there is none. */
async function answer(
  content: string,
  { name = 'AAPL.csv', ...asked }: Asked & { readonly name?: string } = {},
): Promise<Record<string, unknown> | string> {
  const proposal = await inspectText(name, content, asked);
  return proposal.ok ? toBlock(proposal.dataset) : proposal.reason;
}

/** Why there is no proposal. */
async function refusal(content: string, asked: Asked = {}): Promise<string> {
  const proposal = await inspectText('AAPL.csv', content, asked);
  return proposal.ok ? `none: ${JSON.stringify(toBlock(proposal.dataset))}` : proposal.reason;
}

const bars = (head: string, dates: readonly string[], row = '1,2,0.5,1.5,100'): string =>
  `${head}\n${dates.map(date => `${date},${row}\n`).join('')}`;
const ohlcv = 'Open,High,Low,Close,Volume';

test('the order of day and month is decided by a day above 12', async t => {
  t.like(await answer(bars(`Date,${ohlcv}`, ['11/03/2024', '12/03/2024', '13/03/2024'])), {
    kind: 'bar',
    interval: '1d',
    columns: { time: { column: 'Date', format: 'DD/MM/YYYY' } },
  });
  t.like(await answer(bars(`Date,${ohlcv}`, ['03/12/2024', '03/13/2024'])), {
    columns: { time: { format: 'MM/DD/YYYY' } },
  });
  t.like(await answer(bars(`Date,${ohlcv}`, ['1/2/2024', '13/2/2024'])), { columns: { time: { format: 'D/M/YYYY' } } });
});

test('or by the order of the rows; where nothing tells there is no proposal until it is said', async t => {
  t.like(await answer(bars(`Date,${ohlcv}`, ['11/01/2024', '12/01/2024', '01/02/2024', '02/02/2024'])), {
    columns: { time: { format: 'DD/MM/YYYY' } },
  });
  const content = bars(`Date,${ohlcv}`, ['01/02/2024', '02/03/2024']);
  t.regex(
    await refusal(content),
    /no row tells; say it with --dates dmy \(DD\/MM\/YYYY\) or --dates mdy \(MM\/DD\/YYYY\)/,
  );
  t.like(await answer(content, { dates: 'mdy' }), { columns: { time: { format: 'MM/DD/YYYY' } } });
});

test('times are found in the ways that vendors write them', async t => {
  const cases: [string, string, string, Record<string, unknown>][] = [
    [
      'Gmt time',
      '13.03.2024 00:00:00.000',
      '13.03.2024 00:05:00.000',
      { format: 'DD.MM.YYYY H:mm:ss.SSS', zone: 'UTC' },
    ],
    ['date', 'Mar 1 2024', 'Mar 4 2024', { format: 'MMM D YYYY' }],
    ['date', '"Mar 01, 2024"', '"Mar 04, 2024"', { format: 'MMM D, YYYY' }],
    ['date', '1-Mar-24', '4-Mar-24', { format: 'D-MMM-YY' }],
    ['date', '20240301', '20240304', {}],
    ['timestamp', '1709280000', '1709366400', { format: 'epoch-s' }],
    ['timestamp', '1709280000000', '1709366400000', { format: 'epoch-ms' }],
    ['open_time', '1709280000000000', '1709366400000000', { format: 'epoch-us' }],
    ['t', '1709280000000000000', '1709366400000000000', { format: 'epoch-ns' }],
    ['Date', '3/1/2024 4:00 PM', '3/14/2024 4:00 PM', { format: 'M/D/YYYY h:mm A' }],
  ];
  for (const [head, first, second, time] of cases) {
    const block = await answer(bars(`${head},${ohlcv}`, [first, second]), { kind: 'bar', name: 'AAPL_1d.csv' });
    if (typeof block === 'string') return t.fail(`${first}: ${block}`);
    const { columns } = block as { columns: { time: unknown } };
    const own = Object.keys(time).length === 0 ? head : { column: head, ...time };
    t.deepEqual(columns.time, own, first);
  }
});

test('date and time in two columns, with and without heads', async t => {
  const head = await answer(
    'Date,Time,Open,High,Low,Close\n2024.03.01,00:00,1,2,0.5,1.5\n2024.03.01,00:01,1,2,0.5,1.5\n',
    { name: 'EURUSD.csv' },
  );
  t.like(head, { kind: 'bar', interval: '1m', columns: { time: { column: 'Date', and: 'Time', zone: 'UTC' } } });
  const block = await answer('2024.03.01,00:00,1.10,1.20,1.05,1.15,7\n2024.03.01,00:01,1.15,1.16,1.11,1.12,9\n', {
    name: 'EURUSD1.csv',
    zone: 'Europe/Athens',
  });
  t.like(block, {
    kind: 'bar',
    interval: '1m',
    text: { delimiter: ',', header: false },
    columns: {
      symbol: { name: 'symbol' },
      time: { position: 1, and: '2', zone: 'Europe/Athens' },
      open: { position: 3 },
      close: { position: 6 },
      volume: { position: 7 },
    },
  });
});

test('a local time without a zone is taken as UTC, and says that it was assumed', async t => {
  const proposal = await inspectText('AAPL.csv', bars(`time,${ohlcv}`, ['2024-03-01 09:30', '2024-03-01 09:31']));
  t.true(proposal.ok);
  t.deepEqual(
    proposal.findings.filter(({ isAssumed }) => isAssumed).map(({ about }) => about),
    ['zone'],
  );
  t.like(await answer(bars(`time,${ohlcv}`, ['2024-03-01 09:30', '2024-03-01 09:31']), { zone: 'America/New_York' }), {
    columns: { time: { column: 'time', zone: 'America/New_York' } },
  });
});

test('the decimal sign is decided by a cell that has only one reading', async t => {
  const with_ = (cell: string) =>
    `Date;Open;High;Low;Close\n2024-03-01;${cell};${cell};${cell};${cell}\n2024-03-04;${cell};${cell};${cell};${cell}\n`;
  t.like(await answer(with_('12,5')), { numbers: { decimal: ',' } });
  t.like(await answer(with_('1.234,50')), { numbers: { decimal: ',', thousands: '.' } });
  t.like(await answer(with_('1,234.50')), { numbers: { thousands: ',' } });
  t.like(await answer(with_("1'234.50")), { numbers: { thousands: "'" } });
  t.regex(await refusal(with_('1,234')), /decimal comma or a thousands mark, and no row tells; say it with --decimal/);
  t.like(await answer(with_('1,234'), { decimal: ',' }), { numbers: { decimal: ',' } });
  t.like(await answer(with_('1,234'), { decimal: '.' }), { numbers: { thousands: ',' } });
});

test('the interval is the most frequent distance of two rows of one symbol', async t => {
  const block = await answer(
    `ticker,date,open,high,low,close\n${['A', 'B'].flatMap(symbol => ['2024-01-05', '2024-01-12', '2024-01-19'].map(date => `${symbol},${date},1,2,0.5,1.5\n`)).join('')}`,
  );
  t.like(block, { interval: '1w', columns: { symbol: 'ticker' } });
  t.like(await answer(bars(`Date,${ohlcv}`, ['2024-01-01', '2024-02-01', '2024-03-01'])), { interval: '1mo' });
  t.like(await answer(bars(`Date,${ohlcv}`, ['2024-01-01']), { name: 'AAPL_daily.csv' }), { interval: '1d' });
  t.like(await answer(bars(`Date,${ohlcv}`, ['2024-01-01T00:00Z', '2024-01-01T04:00Z', '2024-01-01T08:00Z'])), {
    kind: 'row',
  });
  t.regex(await refusal(bars(`Date,${ohlcv}`, ['2024-01-01']), { kind: 'bar' }), /do not make a bar/);
});

test('the symbol is a column, in the heads, in the name of the file, or said', async t => {
  const two = bars(`Date,${ohlcv}`, ['2024-01-01', '2024-01-02']);
  t.like(await answer(two, { name: 'AAPL_1min (1).csv' }), {
    fileName: '^(?<symbol>[A-Z0-9.^=]+)_1min \\(1\\)',
    match: '*_1min ?1?.csv',
    columns: { symbol: { name: 'symbol' } },
  });
  t.like(await answer(two, { name: '600104.SHH.csv' }), { fileName: '^(?<symbol>[A-Z0-9.^=-]+)\\.csv' });
  t.like(await answer(two, { symbol: 'IBM' }), { match: 'AAPL.csv', columns: { symbol: { value: 'IBM' } } });
  const many =
    'Date,AAPL_Open,AAPL_High,AAPL_Low,AAPL_Close,MSFT_Open,MSFT_High,MSFT_Low,MSFT_Close\n2024-01-01,1,2,0.5,1.5,10,20,5,15\n2024-01-02,1,2,0.5,1.5,10,20,5,15\n';
  const path = fileOf('many.csv', many);
  const proposal = await inspect(path);
  t.true(proposal.ok);
  if (!proposal.ok) return;
  const { records } = await mapFile(path, throughConfig(proposal.dataset));
  t.deepEqual(
    records.map(({ symbol, open }) => `${String(symbol)} ${String(open)}`),
    ['AAPL 1', 'MSFT 10', 'AAPL 1', 'MSFT 10'],
  );
});

test('one price column a symbol is a wide file of quotes', async t => {
  const block = await answer('Date,AAPL,BRK.B,MSFT\n2024-01-01,190,350,400\n2024-01-02,191,,401\n', {
    name: 'closes.csv',
  });
  t.deepEqual(block, {
    match: 'closes.csv',
    kind: 'quote',
    text: { delimiter: ',' },
    columns: { time: 'Date' },
    wide: { field: 'price' },
  });
  t.like(
    await answer('DATE,DGS10\n2024-01-01,.\n2024-01-02,4.05\n2024-01-03,4.10\n2024-01-04,4.11\n2024-01-05,4.12\n', {
      name: 'DGS10.csv',
    }),
    { kind: 'quote', numbers: { nulls: ['null', 'none', 'nan', 'na', 'n/a', '#n/a', '-', '.'] } },
  );
});

test('prices without bars are quotes, anything else rows with the types that all cells agree on', async t => {
  t.like(await answer('symbol,timestamp,last,bid,ask\nA,2024-01-01T10:00:00Z,1,0.9,1.1\n'), {
    kind: 'quote',
    columns: { symbol: 'symbol', time: 'timestamp', price: 'last', bid: 'bid', ask: 'ask' },
  });
  t.like(
    await answer('Ticker,Sector,Listed,Active,Code,Weight\nA,x,2024-01-01,true,007,1.5\nB,y,2024-01-02,false,010,2\n'),
    {
      kind: 'row',
      columns: {
        symbol: 'Ticker',
        Sector: 'Sector',
        Listed: { type: 'date' },
        Active: { type: 'boolean' },
        Code: 'Code',
        Weight: { type: 'decimal' },
      },
    },
  );
});

test('a proposal that would reject the rows it was made from is none', async t => {
  const content = bars(`Date,${ohlcv}`, ['2024-01-01', '2024-01-02'], '1,0.5,2,1.5,100');
  t.regex(await refusal(content), /2 of 2 rows would be rejected: row 1: open 1 high 0\.5/);
  t.regex(await refusal('a,b\n'), /no row/);
});

interface Bar {
  readonly day: number;
  readonly cents: number;
  readonly up: number;
  readonly down: number;
  readonly volume: number;
}

const pad = (value: number): string => String(value).padStart(2, '0');

const dialects = fc.record({
  delimiter: fc.constantFrom(',', ';', '\t', '|'),
  decimal: fc.constantFrom('.', ','),
  date: fc.constantFrom(
    (d: Date) => d.toISOString().slice(0, 10),
    (d: Date) => d.toISOString().slice(0, 10).replaceAll('-', ''),
    (d: Date) => `${pad(d.getUTCDate())}/${pad(d.getUTCMonth() + 1)}/${d.getUTCFullYear()}`,
    (d: Date) => `${d.getUTCMonth() + 1}/${d.getUTCDate()}/${d.getUTCFullYear()}`,
    (d: Date) => `${pad(d.getUTCDate())}.${pad(d.getUTCMonth() + 1)}.${d.getUTCFullYear()}`,
    (d: Date) => String(d.getTime() / 1000),
    (d: Date) => String(d.getTime()),
  ),
  heads: fc.constantFrom(
    ['Date', 'Open', 'High', 'Low', 'Close', 'Volume'],
    ['<DATE>', '<OPEN>', '<HIGH>', '<LOW>', '<CLOSE>', '<VOL>'],
    ['timestamp', 'o', 'h', 'l', 'c', 'v'],
    ['', '1. open', '2. high', '3. low', '4. close', '5. volume'],
  ),
  newestFirst: fc.boolean(),
  lineEnd: fc.constantFrom('\n', '\r\n'),
  bom: fc.constantFrom('', '\ufeff'),
});

const series: fc.Arbitrary<readonly Bar[]> = fc.array(
  fc.record({
    day: fc.constant(0),
    cents: fc.integer({ min: 101, max: 99_999 }),
    up: fc.nat(100),
    down: fc.nat(100),
    volume: fc.nat(10_000_000),
  }),
  { minLength: 40, maxLength: 60 },
);

test('bars that were written in any dialect come back as they were, by the proposal alone', async t => {
  await fc.assert(
    fc.asyncProperty(
      series,
      dialects,
      async (given, { delimiter, decimal, date, heads, newestFirst, lineEnd, bom }) => {
        const money = (cents: number): string => `${Math.floor(cents / 100)}.${pad(cents % 100)}`;
        const truth = given.map(({ cents, up, down, volume }, index) => ({
          date: new Date(Date.UTC(2024, 0, 2 + index)),
          prices: [cents, cents + up, cents - down, cents - down + Math.floor((up + down) / 2)].map(money),
          volume: String(volume),
        }));
        const isClash = delimiter === ',' && decimal === ',';
        const sign = isClash ? '.' : decimal;
        const rows = truth.map(({ date: day, prices, volume }) =>
          [date(day), ...prices.map(price => price.replace('.', sign)), volume].join(delimiter),
        );
        const content = bom + [heads.join(delimiter), ...(newestFirst ? rows.toReversed() : rows)].join(lineEnd);
        const path = fileOf('AAPL.csv', content);
        const proposal = await inspect(path);
        if (!proposal.ok) return t.fail(`${proposal.reason}\n${content.slice(0, 300)}`);
        const { records, rejected } = await mapFile(path, throughConfig(proposal.dataset));
        t.is(rejected, 0);
        const found = (newestFirst ? records.toReversed() : records).map(one => [
          one.date,
          one.open,
          one.high,
          one.low,
          one.close,
          one.volume,
          one.symbol,
          one.interval,
        ]);
        t.deepEqual(
          found,
          truth.map(({ date: day, prices, volume }) => [
            day.toISOString().slice(0, 10),
            ...prices,
            volume,
            'AAPL',
            '1d',
          ]),
        );
      },
    ),
    runs(60),
  );
});
