import { readFileSync } from 'node:fs';
import test from 'ava';
import { makeDatasets } from '../../src/commands/make-datasets.js';
import { good } from '../config/loading.js';

test('datasets keep the order of the configuration and get what their topic and kind say', t => {
  const datasets = makeDatasets(
    good(`
log: { topics: { market.bars: { decimals: number } } }
batch:
  datasets:
    zebra: { match: "*.csv", kind: bar, interval: 1d, columns: { symbol: S, date: [D, Day], open: o, high: h, low: l, close: { column: c, factor: 0.01 } } }
    apple: { match: ["a*", "b*"], kind: quote, columns: { date: d }, numbers: { decimal: ",", thousands: " " }, wide: {} }
    rows: { match: "*", kind: row, wide: { field: rate }, where: { T: x } }
`),
  );
  t.deepEqual(
    datasets.map(({ name }) => name),
    ['zebra', 'apple', 'rows'],
  );
  t.deepEqual(datasets[0], {
    name: 'zebra',
    match: ['*.csv'],
    kind: 'bar',
    interval: '1d',
    adjusted: false,
    topic: 'market.bars',
    decimals: 'number',
    text: { skip: 0, header: true },
    columns: {
      symbol: { column: ['S'] },
      date: { column: ['D', 'Day'] },
      open: { column: ['o'] },
      high: { column: ['h'] },
      low: { column: ['l'] },
      close: { column: ['c'], factor: '0.01' },
    },
    numbers: { decimal: '.', thousands: '', nulls: ['null', 'none', 'nan', 'na', 'n/a', '#n/a', '-'] },
    where: {},
    maxErrors: 0.1,
  });
  t.like(datasets[1], {
    topic: 'market.quotes',
    decimals: 'string',
    match: ['a*', 'b*'],
    wide: { except: [], field: 'price' },
  });
  t.like(datasets[1]!.numbers, { decimal: ',', thousands: ' ' });
  t.like(datasets[2], { topic: 'market.rows', wide: { field: 'rate' }, where: { T: ['x'] } });
});

test('without the block there are none', t => {
  t.deepEqual(makeDatasets(good('{}')), []);
});

test('the datasets in docs/datasets.md are valid', t => {
  const text = readFileSync(new URL('../../../docs/datasets.md', import.meta.url), 'utf8');
  const [, sample = ''] = /```yaml\n(batch:[\s\S]*?)```/.exec(text) ?? [];
  t.deepEqual(
    makeDatasets(good(sample)).map(({ name }) => name),
    ['intraday', 'london', 'closes', 'companies'],
  );
});
