import { join } from 'node:path';
import test from 'ava';
import { createMarket } from '../../src/simulator/market.js';
import { scenarios } from '../../src/simulator/scenarios.js';
import { createSimulator } from '../../src/simulator/simulator.js';
import { realTime } from '../../src/streams/time.js';
import { root, scratch, start, tail } from './program.js';

const bodies = join(root, 'test/simulator/bodies');

const config = (url: string) => `
sources:
  av: { type: alpha-vantage, baseUrl: "${url}", apiKey: one, limits: [{ requests: 100, per: 1s }] }
  spent: { type: alpha-vantage, baseUrl: "${url}", apiKey: two, concurrency: 1, limits: [{ requests: 100, per: 1s }] }
  hasty: { type: alpha-vantage, baseUrl: "${url}", apiKey: three, limits: [{ requests: 100, per: 1s }] }
symbols:
  msft: { from: static, list: [MSFT] }
  ibm: { from: static, list: [IBM] }
  note: { from: static, list: [NOTE, OTHER] }
  burst: { from: static, list: [BURST] }
  daily: { from: static, list: [IBM] }
  nope: { from: static, list: [NOPE] }
  eth: { from: static, list: [ETH/USD] }
  jpy: { from: static, list: [USD/JPY] }
feeds:
  minutes: { source: av, symbols: msft, data: bars/1m, every: 1m }
  quotes: { source: av, symbols: ibm, data: quotes, every: 1m }
  refused: { source: spent, symbols: note, data: quotes, every: 1m }
  hurried: { source: hasty, symbols: burst, data: quotes, every: 1m }
  adjusted: { source: av, symbols: daily, data: bars/1d, adjusted: true, every: 1d, topic: market.adjusted }
  unknown: { source: av, symbols: nope, data: bars/1d, every: 1d }
  crypto: { source: av, symbols: eth, data: bars/5m, every: 5m, topic: market.crypto }
  fx: { source: av, symbols: jpy, data: quotes, every: 1m }
  bulk: { source: av, symbols: msft, data: quotes, bulk: true, every: 1m, topic: market.bulk }
log: { path: ./log }
http: { port: 0 }
`;

test('recorded answers of the vendor arrive digit for digit and right in UTC, and refusals and artificial rows give no record', async t => {
  const scenario = { ...scenarios.calm, bodies, plan: 'unlimited' as const, latencyMs: [0, 0] as const };
  const market = createMarket({ seed: 1, startMs: Date.now(), scenario });
  const simulator = await createSimulator({ market, scenario, time: realTime, port: 0, host: '127.0.0.1' });
  t.teardown(() => simulator.stop());
  const cwd = scratch(t, { 'financelake.yaml': config(simulator.url) });

  const run = start(t, ['run', '--once'], { cwd });
  t.is(await run.ended, 1, 'refused and failed work gives exit 1');
  for (const named of [
    'refused NOTE: refused',
    'refused: 1 symbols were not asked for',
    'hurried BURST: refused',
    'unknown NOPE: unknown-symbol',
    'bulk MSFT: denied',
  ])
    t.true(run.err().includes(named), named);

  const bars = await tail(t, cwd, 'market.bars');
  t.is(bars.length, 100);
  const times = bars.map(line => String(line.value.time)).sort();
  t.is(times[0], '2017-12-18T18:17:00Z');
  t.is(times.at(-1), '2017-12-18T19:56:00Z');
  t.is(
    bars.reduce((sum, line) => sum + Number(line.value.volume), 0),
    2_608_133,
  );
  const newest = bars.find(line => line.value.time === '2017-12-18T19:56:00Z')!.value;
  t.like(newest, {
    open: '86.4900',
    high: '86.5000',
    low: '86.4750',
    close: '86.5000',
    volume: '10494',
    symbol: 'MSFT',
  });
  t.like(newest, {
    date: '2017-12-18',
    interval: '1m',
    kind: 'bar',
    source: 'alpha-vantage',
    final: true,
    revision: 0,
  });

  const quotes = await tail(t, cwd, 'market.quotes');
  const bySymbol = new Map(quotes.map(line => [line.key, line.value]));
  t.is(bySymbol.size, 2);
  t.like(bySymbol.get('IBM'), { price: '121.7400', open: '122.6700', volume: '2528814', time: '2020-05-08T00:00:00Z' });
  t.like(bySymbol.get('USD/JPY'), { price: '106.89000000', time: '2020-05-03T20:50:48Z' });
  t.false('bid' in bySymbol.get('USD/JPY')!);

  const adjusted = await tail(t, cwd, 'market.adjusted');
  t.is(adjusted.length, 2);
  const may8 = adjusted.find(line => line.value.date === '2020-05-08')!.value;
  t.like(may8, {
    open: '122.6700',
    close: '121.8050',
    adjustedClose: '121.8050',
    dividend: '0.0000',
    splitFactor: '1.0000',
  });
  t.like(may8, { time: '2020-05-08T00:00:00Z', adjusted: false, volume: '2542577' });

  const crypto = await tail(t, cwd, 'market.crypto');
  t.deepEqual(
    crypto.map(line => line.value.volume),
    ['341', '510', '636'],
  );
  t.deepEqual(await tail(t, cwd, 'market.bulk'), []);
  t.is(new Set([...bars, ...quotes, ...adjusted, ...crypto].map(line => line.value.id)).size, 107);
});
