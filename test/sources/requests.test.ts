import test from 'ava';
import { alphaVantage } from '../../src/sources/alpha-vantage.js';
import { kraken } from '../../src/sources/kraken.js';
import type { SourceOptions, Wanted, Work } from '../../src/sources/source.js';
import { vendorOf, vendors } from '../../src/sources/vendors.js';

const options: SourceOptions = { apiKey: 'KEY', baseUrl: 'http://127.0.0.1:9000/av', format: 'json' };
const nowMs = Date.parse('2024-06-04T20:00:00Z');

const bars = (interval: (Wanted & { data: 'bars' })['interval'], more: object = {}): Wanted => ({
  data: 'bars',
  interval,
  adjusted: false,
  ...more,
});
const quotes = (bulk: boolean): Wanted => ({ data: 'quotes', bulk });
const work = (wanted: Wanted, symbols: readonly string[], newest?: string, shallow = false): Work => ({
  shallow,
  wanted,
  symbols,
  newestMs: newest === undefined ? undefined : Date.parse(newest),
  nowMs,
});
const asked = (wanted: Wanted, symbols: readonly string[], more: Partial<SourceOptions> = {}) => {
  const { url, query } = alphaVantage.request(work(wanted, symbols), { ...options, ...more });
  const { apikey, ...rest } = query!;
  return { url, apikey, query: new URLSearchParams(rest).toString() };
};

test('each kind of data has its function of Alpha Vantage', t => {
  const adjusted = { adjusted: true };
  const table: readonly (readonly [Wanted, string, string])[] = [
    [bars('1m'), 'IBM', 'function=TIME_SERIES_INTRADAY&symbol=IBM&interval=1min&adjusted=false&outputsize=compact'],
    [
      bars('1h', { ...adjusted, extendedHours: false }),
      'IBM',
      'function=TIME_SERIES_INTRADAY&symbol=IBM&interval=60min&adjusted=true&extended_hours=false&outputsize=compact',
    ],
    [
      bars('5m', { month: '2009-01', extendedHours: true }),
      'IBM',
      'function=TIME_SERIES_INTRADAY&symbol=IBM&interval=5min&adjusted=false&extended_hours=true&month=2009-01&outputsize=full',
    ],
    [bars('1d'), 'IBM', 'function=TIME_SERIES_DAILY&symbol=IBM&outputsize=compact'],
    [bars('1d', adjusted), 'IBM', 'function=TIME_SERIES_DAILY_ADJUSTED&symbol=IBM&outputsize=compact'],
    [bars('1w'), 'IBM', 'function=TIME_SERIES_WEEKLY&symbol=IBM'],
    [bars('1w', adjusted), 'IBM', 'function=TIME_SERIES_WEEKLY_ADJUSTED&symbol=IBM'],
    [bars('1mo'), 'IBM', 'function=TIME_SERIES_MONTHLY&symbol=IBM'],
    [bars('1mo', adjusted), 'IBM', 'function=TIME_SERIES_MONTHLY_ADJUSTED&symbol=IBM'],
    [bars('15m'), 'EUR/USD', 'function=FX_INTRADAY&from_symbol=EUR&to_symbol=USD&interval=15min&outputsize=compact'],
    [bars('1d'), 'eur/usd', 'function=FX_DAILY&from_symbol=EUR&to_symbol=USD&outputsize=compact'],
    [bars('1w'), 'EUR/USD', 'function=FX_WEEKLY&from_symbol=EUR&to_symbol=USD'],
    [bars('30m'), 'BTC/USD', 'function=CRYPTO_INTRADAY&symbol=BTC&market=USD&interval=30min&outputsize=compact'],
    [bars('1d'), 'BTC/EUR', 'function=DIGITAL_CURRENCY_DAILY&symbol=BTC&market=EUR'],
    [bars('1d', { assetClass: 'crypto' }), 'NEW/USD', 'function=DIGITAL_CURRENCY_DAILY&symbol=NEW&market=USD'],
    [quotes(false), 'IBM', 'function=GLOBAL_QUOTE&symbol=IBM'],
    [quotes(false), 'BTC/EUR', 'function=CURRENCY_EXCHANGE_RATE&from_currency=BTC&to_currency=EUR'],
  ];
  for (const [wanted, symbol, query] of table) {
    t.deepEqual(asked(wanted, [symbol]), { url: 'http://127.0.0.1:9000/av/query', apikey: 'KEY', query });
  }
  t.is(asked(quotes(true), ['IBM', 'BRK.B']).query, 'function=REALTIME_BULK_QUOTES&symbol=IBM%2CBRK-B');
});

test('share classes, preferred stocks and warrants are asked for in the spelling of the listing, foreign suffixes stay', t => {
  const spelled = (symbol: string) => alphaVantage.request(work(quotes(false), [symbol]), options).query?.symbol;
  t.deepEqual(['BRK.B', 'brk.b', 'BRK-B', 'ABR$D', 'AACT.WS', 'TSCO.LON', '600104.SHH', 'BC/PA'].map(spelled), [
    'BRK-B',
    'BRK-B',
    'BRK-B',
    'ABR-P-D',
    'AACT-WS',
    'TSCO.LON',
    '600104.SHH',
    'BC/PA',
  ]);
});

test('CSV and an entitlement are asked for only where they exist', t => {
  const more = { format: 'csv', entitlement: 'delayed' } as const;
  t.is(asked(quotes(false), ['IBM'], more).query, 'function=GLOBAL_QUOTE&symbol=IBM&datatype=csv&entitlement=delayed');
  t.is(asked(bars('1w'), ['IBM'], more).query, 'function=TIME_SERIES_WEEKLY&symbol=IBM&datatype=csv');
  t.is(asked(quotes(true), ['IBM'], more).query, 'function=REALTIME_BULK_QUOTES&symbol=IBM');
  t.notRegex(asked(quotes(false), ['EUR/USD'], more).query, /datatype|entitlement/);
});

test('the full series is asked for only when a hundred bars do not reach back to the newest known one', t => {
  const size = (wanted: Wanted, symbol: string, newest?: string, now = '2024-06-04T20:00:00Z') => {
    const { query } = alphaVantage.request({ ...work(wanted, [symbol], newest), nowMs: Date.parse(now) }, options);
    return query?.outputsize;
  };
  t.is(size(bars('1m'), 'IBM'), 'compact');
  t.is(size(bars('1m'), 'IBM', '2024-06-04T18:31:00Z'), 'compact');
  t.is(size(bars('1m'), 'IBM', '2024-06-04T18:29:00Z'), 'full');
  // Friday's last minute to Monday's first: ten minutes of trading.
  t.is(size(bars('1m'), 'IBM', '2024-05-31T23:59:00Z', '2024-06-03T08:10:00Z'), 'compact');
  t.is(size(bars('1m'), 'BTC/USD', '2024-05-31T23:59:00Z', '2024-06-03T08:10:00Z'), 'full');
  // 6.5 hours a day: 90 half hours are almost seven days.
  t.is(size(bars('30m', { extendedHours: false }), 'IBM', '2024-05-28T20:00:00Z'), 'compact');
  t.is(size(bars('30m', { extendedHours: true }), 'IBM', '2024-05-28T20:00:00Z'), 'full');
  t.is(size(bars('1h'), 'IBM', '1999-01-01T00:00:00Z'), 'full');
  t.is(size(bars('1d'), 'IBM', '2024-01-20T00:00:00Z'), 'compact');
  t.is(size(bars('1d'), 'IBM', '2024-01-05T00:00:00Z'), 'full');
});

test('what a vendor lacks is refused in one line, what it has is not', t => {
  const refused: readonly (readonly [Wanted, string | undefined, RegExp])[] = [
    [bars('1d', { adjusted: true }), 'EUR/USD', /stocks only/],
    [bars('1d', { assetClass: 'crypto' }), 'BTC', /pair/],
    [bars('1d', { month: '2024-01' }), 'IBM', /intraday/],
    [bars('1m', { month: '2024-13' }), 'IBM', /YYYY-MM/],
    [quotes(true), 'EUR/USD', /US stocks/],
    [quotes(true), 'IBM,MSFT', /commas/],
  ];
  for (const [wanted, symbol, why] of refused) t.regex(alphaVantage.refuses(wanted, symbol) ?? '', why);
  t.is(alphaVantage.refuses(bars('1m', { month: '2024-01' }), 'BRK.B'), undefined);
  t.is(alphaVantage.refuses(bars('1d', { assetClass: 'fx' })), undefined);
  t.regex(kraken.refuses(bars('1mo')) ?? '', /1w/);
  t.regex(kraken.refuses(bars('1d', { adjusted: true })) ?? '', /adjusted/);
  t.regex(kraken.refuses(bars('1d', { month: '2024-01' })) ?? '', /months/);
  t.regex(kraken.refuses(bars('1d'), 'XBTUSD') ?? '', /BTC\/USD/);
  t.is(kraken.refuses(quotes(true), 'BTC/USD'), undefined);
});

test('Kraken is asked by its own codes, each pair once, several only in bulk', t => {
  const query = (wanted: Wanted, ...symbols: string[]) => kraken.request(work(wanted, symbols), options);
  t.deepEqual(query(bars('1d'), 'btc/usd'), {
    url: 'http://127.0.0.1:9000/av/0/public/OHLC',
    query: { pair: 'XBTUSD', interval: '1440' },
  });
  t.deepEqual(query(quotes(true), 'BTC/USD', 'XBT/USD', 'DOGE/BTC').query, { pair: 'XBTUSD,XDGXBT' });
  t.deepEqual(
    [quotes(true), quotes(false), bars('1m')].map(wanted => kraken.maxSymbols(wanted)),
    [20, 1, 1],
  );
  t.deepEqual(
    [quotes(true), quotes(false), bars('1m')].map(wanted => alphaVantage.maxSymbols(wanted)),
    [100, 1, 1],
  );
});

test('listings are asked for at their own addresses', t => {
  t.deepEqual(alphaVantage.listing?.request(options), {
    url: 'http://127.0.0.1:9000/av/query',
    query: { function: 'LISTING_STATUS', apikey: 'KEY' },
  });
  t.deepEqual(kraken.listing?.request(options), { url: 'http://127.0.0.1:9000/av/0/public/AssetPairs' });
});

test('a vendor is found by its type, which is no other vendor’s', t => {
  t.is(vendorOf('kraken'), kraken);
  t.is(vendorOf('toString'), undefined);
  t.is(new Set(vendors.map(({ type }) => type)).size, vendors.length);
});
