import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import type { RecordedBody } from '../../src/simulator/recorded.js';
import { artificialRows } from '../../src/simulator/refusals.js';
import { started } from './started.js';

type Json = Record<string, unknown>;

const bodies = fileURLToPath(new URL('../../../test/simulator/bodies/', import.meta.url));
const index = JSON.parse(readFileSync(`${bodies}bodies.json`, 'utf8')) as RecordedBody[];

const queryOf = ({ function: name, symbol, interval }: RecordedBody): string => {
  const [base = '', market] = symbol === '*' ? ['MSFT,AAPL,IBM'] : symbol.split('/');
  const names = name === 'CURRENCY_EXCHANGE_RATE' ? ['from_currency', 'to_currency'] : ['symbol', 'market'];
  return `function=${name}&${names[0]}=${base}${market ? `&${names[1]}=${market}` : ''}${interval ? `&interval=${interval}` : ''}`;
};

/** The keys of an answer in their order, with the types of its values; of a map of bars and of a list only the first entry. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return [shapeOf(value[0])];
  if (typeof value !== 'object' || value === null) return typeof value;
  const entries = Object.entries(value);
  const first = entries[0];
  if (first && /^\d{4}-/.test(first[0])) return { [first[0].replace(/\d/g, '9')]: shapeOf(first[1]) };
  return entries.map(([name, one]) => [name, shapeOf(one)]);
}

for (const entry of index.filter(({ file }) => !/note|info|error/.test(file))) {
  test(`${entry.function} has the keys, their order and the types of the recorded ${entry.file}`, async t => {
    const { text } = await started(t);
    const real: unknown = JSON.parse(readFileSync(bodies + entry.file, 'utf8'));
    const made: unknown = JSON.parse(await text(queryOf(entry)));
    t.deepEqual(shapeOf(made), shapeOf(real));
  });
}

test('recorded bodies are served byte for byte where the scenario names them, the rest is made', async t => {
  const { text, simulator } = await started(t, { bodies });
  for (const entry of index) t.is(await text(queryOf(entry)), readFileSync(bodies + entry.file, 'utf8'), entry.file);
  t.is(simulator.served()[0]!.recorded, index[0]!.file);
  t.regex(await text('function=GLOBAL_QUOTE&symbol=AAPL'), /"01. symbol": "AAPL"/);
});

const everything = [
  'function=TIME_SERIES_INTRADAY&symbol=AAPL&interval=1min',
  'function=TIME_SERIES_INTRADAY&symbol=AAPL&interval=60min&outputsize=full',
  'function=TIME_SERIES_DAILY&symbol=AAPL',
  'function=TIME_SERIES_DAILY_ADJUSTED&symbol=AAPL&outputsize=full',
  'function=TIME_SERIES_WEEKLY&symbol=AAPL',
  'function=TIME_SERIES_WEEKLY_ADJUSTED&symbol=AAPL',
  'function=TIME_SERIES_MONTHLY&symbol=AAPL',
  'function=TIME_SERIES_MONTHLY_ADJUSTED&symbol=AAPL',
  'function=FX_INTRADAY&from_symbol=EUR&to_symbol=USD&interval=5min',
  'function=FX_DAILY&from_symbol=EUR&to_symbol=USD',
  'function=CRYPTO_INTRADAY&symbol=ETH&market=USD&interval=15min',
  'function=DIGITAL_CURRENCY_DAILY&symbol=ETH&market=USD',
];

test('the same seed gives the same bytes from two servers, another seed others', async t => {
  const [one, two, other] = [await started(t), await started(t), await started(t, {}, 8)];
  await two.text('function=TIME_SERIES_DAILY&symbol=IBM&outputsize=full');
  for (const query of [...everything, 'function=GLOBAL_QUOTE&symbol=IBM', 'function=LISTING_STATUS']) {
    const bytes = await one.text(query);
    t.is(bytes, await two.text(query));
    if (!query.includes('LISTING')) t.not(bytes, await other.text(query));
  }
});

for (const query of everything) {
  test(`CSV and JSON say the same, newest first: ${query}`, async t => {
    const { get, text } = await started(t);
    const [block = {}] = Object.values(JSON.parse(await text(query)) as Record<string, Record<string, Json>>).slice(1);
    const csv = await get(`${query}&datatype=csv`);
    t.is(csv.headers.get('content-type'), 'application/x-download');
    t.regex(csv.headers.get('content-disposition')!, /^attachment; filename=\w+\.csv$/);
    const [header = '', ...rows] = (await csv.text()).trimEnd().split('\r\n');
    const fromJson = Object.entries(block).map(([stamp, bar]) => [stamp, ...Object.values(bar)].join(','));
    t.deepEqual(rows, fromJson);
    t.is(header.split(',').length, rows[0]!.split(',').length);
    t.deepEqual(rows, rows.toSorted().toReversed());
  });
}

test('compact is the newest 100 finished bars, the growing one among them only where the scenario shows it', async t => {
  const query = 'function=TIME_SERIES_INTRADAY&symbol=AAPL&interval=1min';
  const stamps = async (body: Promise<string>) =>
    Object.keys((JSON.parse(await body) as Record<string, Json>)['Time Series (1min)']!);
  const finished = await stamps((await started(t)).text(query));
  t.is(finished.length, 100);
  t.is(finished[0], '2026-03-11 10:59:00');
  const growing = await stamps((await started(t, { unfinishedBars: true })).text(query));
  t.is(growing.length, 100);
  t.is(growing[0], '2026-03-11 11:00:00');
  const { text } = await started(t);
  const quarters = async (more: string) => {
    const body = await text(`function=TIME_SERIES_INTRADAY&symbol=AAPL&interval=15min&outputsize=full${more}`);
    return Object.keys((JSON.parse(body) as Record<string, Json>)['Time Series (15min)']!);
  };
  t.is((await quarters('')).length, 30 * 96 - 1);
  const month = await quarters('&month=2026-02');
  t.deepEqual([month.length, month.at(-1), month[0]], [28 * 96, '2026-02-01 00:00:00', '2026-02-28 23:45:00']);
});

test('an answer shows its instant: a restatement changes one bar, a minute adds one, and going back shows the old ones', async t => {
  const minuteMs = 60_000;
  const { text, time, simulator, startMs } = await started(t, {
    restatements: { probability: 1, minDelayMs: 90_000, maxDelayMs: 90_000 },
  });
  const query = 'function=TIME_SERIES_INTRADAY&symbol=AAPL&interval=1min';
  const closes = async () => {
    const body = JSON.parse(await text(query)) as Record<string, Record<string, Record<string, string>>>;
    return Object.fromEntries(
      Object.entries(body['Time Series (1min)']!).map(([stamp, bar]) => [stamp, bar['5. volume']]),
    );
  };
  const first = await closes();
  t.deepEqual(await closes(), first);
  time.set(startMs + 23_000);
  const second = await closes();
  // The minute of 10:58 ended at 10:59:00 and changes at 11:00:30.
  t.deepEqual(
    Object.keys(first).filter(stamp => first[stamp] !== second[stamp]),
    ['2026-03-11 10:58:00'],
  );
  time.set(startMs + minuteMs);
  t.is(Object.keys(await closes())[0], '2026-03-11 11:00:00');
  time.set(startMs);
  t.deepEqual(await closes(), first);
  const served = simulator.served().at(-1)!;
  const truth = simulator.truth.barsAt('AAPL', '1m', { asOfMs: served.asOfMs, count: 100, finished: true });
  t.deepEqual(truth.map(bar => bar.volume).toReversed(), Object.values(first));
});

test('quotes: bulk has a stamp and takes 100, unknown symbols are left out or empty, delayed data are 15 minutes old', async t => {
  const { text, simulator, startMs } = await started(t);
  const bulk = JSON.parse(await text('function=REALTIME_BULK_QUOTES&symbol=AAPL,NOPE,ibm')) as {
    message: string;
    data: Json[];
  };
  t.is(bulk.message, 'success');
  t.deepEqual(
    bulk.data.map(row => [row.symbol, row.timestamp]),
    [
      ['AAPL', '2026-03-11 11:00:05.000'],
      ['IBM', '2026-03-11 11:00:05.000'],
    ],
  );
  const many = Array.from({ length: 100 }, (_, i) => `X${i}`);
  t.deepEqual(
    (JSON.parse(await text(`function=REALTIME_BULK_QUOTES&symbol=${[...many, 'AAPL'].join(',')}`)) as { data: Json[] })
      .data,
    [],
  );
  t.deepEqual(JSON.parse(await text('function=GLOBAL_QUOTE&symbol=NOPE')), { 'Global Quote': {} });
  const delayed = JSON.parse(await text('function=GLOBAL_QUOTE&symbol=AAPL&entitlement=delayed')) as Record<
    string,
    Json
  >;
  const quote = delayed['Global Quote - DATA DELAYED BY 15 MINUTES']!;
  t.is(quote['05. price'], simulator.truth.quoteAt('AAPL', startMs - 15 * 60_000)!.price);
  const csv = await text('function=GLOBAL_QUOTE&symbol=AAPL&datatype=csv');
  const plain = JSON.parse(await text('function=GLOBAL_QUOTE&symbol=AAPL')) as Record<string, Json>;
  t.is(csv.split('\r\n')[1], Object.values(plain['Global Quote']!).join(','));
});

test('bad calls are answered as the vendor does, with HTTP 200', async t => {
  const { text, get } = await started(t);
  const error = async (query: string) => (JSON.parse(await text(query)) as Json)['Error Message'];
  const docs =
    'Invalid API call. Please retry or visit the documentation (https://www.alphavantage.co/documentation/) for';
  t.is(await error('function=TIME_SERIES_DAILY&symbol=NOPE'), `${docs} TIME_SERIES_DAILY.`);
  t.is(await error('function=TIME_SERIES_INTRADAY&symbol=AAPL&interval=2min'), `${docs} TIME_SERIES_INTRADAY.`);
  t.is(await error('function=FX_DAILY&from_symbol=EUR&to_symbol=EUR'), `${docs} FX_DAILY.`);
  t.is(await error('function=TIME_SERIES_DAILY&symbol=EUR/USD'), `${docs} TIME_SERIES_DAILY.`);
  t.is(await error('function=NOPE'), 'This API function (NOPE) does not exist.');
  t.is(await error('function=__proto__'), 'This API function (__PROTO__) does not exist.');
  t.is((await get('function=NOPE')).status, 200);
});

test('a key is any text, unless the scenario says otherwise; data for payers are not for all', async t => {
  const { text, simulator } = await started(t, {
    keys: { wrong: 'invalid', demo: 'demo', poor: 'not-premium', slow: { perDay: 1 } },
  });
  const quote = 'function=GLOBAL_QUOTE&symbol=AAPL&apikey=';
  t.regex(await text(`${quote}anything at all`), /"05. price"/);
  t.regex(await text(quote), /apikey is invalid or missing/);
  t.regex(await text(`${quote}wrong`), /apikey is invalid or missing/);
  t.regex(await text(`${quote}demo`), /\*\*demo\*\* API key is for demo purposes only/);
  t.regex(await text(`${quote}slow`), /"05. price"/);
  t.regex(
    await text(`${quote}slow`),
    /detected your API key as slow and our standard API rate limit is 1 requests per day/,
  );
  t.is(simulator.counts().keyless, 3);
  t.regex(await text('function=TIME_SERIES_DAILY_ADJUSTED&symbol=IBM&apikey=poor'), /This is a premium endpoint/);
  t.regex(await text(`${quote}poor&entitlement=realtime`), /This is a premium endpoint/);
  t.regex(
    await text('function=TIME_SERIES_DAILY&symbol=IBM&outputsize=full&apikey=poor'),
    /outputsize=full parameter value is a premium feature/,
  );
  const trap = JSON.parse(await text('function=REALTIME_BULK_QUOTES&symbol=AAPL,IBM&apikey=poor')) as Json;
  t.is(trap.message, artificialRows);
  t.is((trap.data as Json[]).length, 2);
  const real = JSON.parse(readFileSync(`${bodies}av-bulk-quotes-artificial.json`, 'utf8')) as Json;
  t.is(trap.message, real.message);
});

test('what was served is told with the instant of its truth, and the control routes say the same to other processes', async t => {
  const { text, simulator, startMs } = await started(t, { faults: { 'malformed-json': 0.3 } });
  const query = 'function=TIME_SERIES_INTRADAY&symbol=AAPL&interval=5min';
  let readable = 0;
  for (let i = 0; i < 20; i++) {
    if ((await text(query)).endsWith('}')) readable++;
  }
  t.true(readable > 5 && readable < 20);
  t.is(simulator.served().length, readable);
  const served = simulator.served().at(-1)!;
  const { seq, function: name, symbols, interval, bars, asOfMs } = served;
  t.deepEqual(
    { seq, name, symbols, interval, bars, asOfMs },
    { seq: readable - 1, name: 'TIME_SERIES_INTRADAY', symbols: ['AAPL'], interval: '5m', bars: 100, asOfMs: startMs },
  );
  const control = async (path: string) => (await (await fetch(`${simulator.url}/__truth/${path}`)).json()) as Json;
  const shown = await control(
    `bars?symbol=AAPL&interval=5m&asOf=${asOfMs}&from=${served.oldestMs}&to=${served.newest!.startMs}`,
  );
  const truth = simulator.truth.barsAt('AAPL', '5m', { asOfMs, count: 100, finished: true });
  t.deepEqual(shown.bars, truth);
  t.deepEqual(truth.at(-1), served.newest);
  t.deepEqual((await control(`served?since=${seq}`)).served, JSON.parse(JSON.stringify([served])));
  t.deepEqual((await control(`quote?symbol=AAPL&asOf=${asOfMs}`)).quote, simulator.truth.quoteAt('AAPL', asOfMs));
  t.is((await control('bars?symbol=AAPL&interval=2m')).error, 'interval must be one of 1m 5m 15m 30m 1h 1d 1w 1mo');
  t.deepEqual(await control('counts'), JSON.parse(JSON.stringify(simulator.counts())));
  t.is(simulator.counts().calls, 20);
});

test('600 calls for 40 symbols from 30 connections are all answered and all counted', async t => {
  const { text, simulator } = await started(t, { symbols: 40, unfinishedBars: true });
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < 600) {
      const symbol = `SYM${String(next++ % 40).padStart(3, '0')}`;
      const body = await text(`function=TIME_SERIES_INTRADAY&symbol=${symbol}&interval=1min`);
      if (!body.includes(`"2. Symbol": "${symbol}"`)) t.fail(body.slice(0, 200));
    }
  };
  await Promise.all(Array.from({ length: 30 }, work));
  t.is(simulator.counts().calls, 600);
  t.is(simulator.counts().served, 600);
});
