import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { toBlock } from '../../../src/batch/inspect/to-block.js';
import { yamlText } from '../../../src/config/yaml-text.js';
import { inspect, mapFile, proposed, sum, throughConfig } from './inspecting.js';

const files = fileURLToPath(new URL('../../../../test/batch/files/', import.meta.url));
const goldens = fileURLToPath(new URL('../../../../test/batch/inspect/goldens/', import.meta.url));

for (const name of readdirSync(files).filter(one => /\.(?:csv|parquet)$/.test(one))) {
  test(`the proposal for ${name} is as written down, and the configuration takes it as it is`, async t => {
    const proposal = await inspect(files + name);
    const found = proposal.findings.map(
      ({ about, detail, isAssumed }) => `# ${about}: ${isAssumed ? 'ASSUMED: ' : ''}${detail}\n`,
    );
    const block = proposal.ok
      ? yamlText({ [proposal.dataset.name]: toBlock(proposal.dataset) })
      : `${proposal.reason}\n`;
    const answer = `${found.join('')}${block}`;
    const golden = `${goldens}${name}.txt`;
    // The one way to write these files; what it wrote is read by a person before it is kept.
    if (process.env.UPDATE_GOLDENS) writeFileSync(golden, answer);
    t.true(existsSync(golden), `${golden} is missing`);
    t.is(answer, readFileSync(golden, 'utf8'));
    if (proposal.ok) t.deepEqual(throughConfig(proposal.dataset), proposal.dataset);
  });
}

test('by its proposal as it is, each file gives the rows, sums and ends that it is known for', async t => {
  const by = async (name: string) => mapFile(files + name, await proposed(files + name));
  const ea = await by('yahoo-EA-15m.csv');
  t.is(ea.records.length, 319);
  t.is(sum(ea.records, 'volume'), 8_343_638);
  t.is(sum(ea.records, 'dividend'), 0.19);
  t.deepEqual([ea.records[0]!.time, ea.records.at(-1)!.time], ['2026-05-26T08:00:00Z', '2026-06-03T18:15:00Z']);
  t.is(ea.records[0]!.symbol, 'EA');

  const tokyo = await by('yahoo-4063-T-1d-split.csv');
  t.is(tokyo.records.length, 22);
  t.like(tokyo.records[0], { symbol: '4063-T', date: '2023-04-14', interval: '1d' });

  const bitcoin = await by('binance-BTCUSDT-banner.csv');
  t.is(bitcoin.records.length, 1106);
  t.is(sum(bitcoin.records, 'close').toFixed(1), '8707087.2');

  const apple = await by('plotly-apple.csv');
  t.is(apple.records.length, 506);
  t.is(sum(apple.records, 'volume'), 21_848_281_000);

  const made = await by('made-semicolon-bom.csv');
  t.deepEqual([made.records.length, sum(made.records, 'volume'), sum(made.records, 'dividend')], [5, 693_919, 0.7]);

  t.is((await by('financelake-dummy.csv')).records.length, 6);
  t.is((await by('sp500.csv')).records.length, 503);
  t.is((await by('decimal.parquet')).records.length, 24);
  t.is((await by('delta-nulls.parquet')).records.length, 100);
  t.is((await by('int96-snappy.parquet')).records.length, 2);

  const floats = await by('byte-stream-split-zstd.parquet');
  const values = floats.records.map(({ columns }) => Number((columns as { f64: string }).f64));
  t.is(
    values.reduce((total, value) => total + value, 0),
    -41.22919022747558,
  );
});

test('the same bars have the same ids from CSV and from Parquet', async t => {
  const name = 'same';
  const csv = await mapFile(`${files}yahoo-EA-15m.csv`, { ...(await proposed(`${files}yahoo-EA-15m.csv`)), name });
  const parquet = await proposed(`${files}made-EA-15m-zstd.parquet`);
  const typed = await mapFile(`${files}made-EA-15m-zstd.parquet`, { ...parquet, name });
  t.is(typed.records.length, 319);
  const prices = ({ open, high, low, close, volume, time }: Record<string, unknown>) => [
    time,
    ...[open, high, low, close, volume].map(Number),
  ];
  t.deepEqual(typed.records.map(prices), csv.records.map(prices));
});
