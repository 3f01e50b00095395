import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import type { JsonSchema } from '../../src/config/kind.js';
import { loadConfig } from '../../src/config/load-config.js';
import { jsonSchema, options } from '../../src/config/options.js';
import { optionsMarkdown } from '../../src/config/options-markdown.js';
import { editDistance, nearest } from '../../src/config/spelling.js';
import { starter, starterSources } from '../../src/config/starter.js';
import { guessDuration, guessSize, parseDuration, parseSize, showDuration, showSize } from '../../src/config/units.js';
import { walk } from '../../src/config/walk.js';
import { runs } from '../property-runs.js';
import { bad, good, load } from './loading.js';
import { schemaErrors } from './schema-check.js';

const root = new URL('../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const examples = readdirSync(new URL('examples/', root)).filter(name => name.endsWith('.yaml'));
const env = { ALPHAVANTAGE_API_KEY: 'k' };

/** One of everything: every option that this version has, and some value for it. */
const everything = {
  sources: {
    av: {
      type: 'alpha-vantage',
      apiKey: '${ALPHAVANTAGE_API_KEY}',
      baseUrl: 'http://10.0.0.1:9000/x',
      allowPrivate: true,
      limits: [{ requests: 25, per: '1d', resetsAt: '00:00', zone: 'America/New_York' }],
      concurrency: 4,
      deadline: '10s',
      maxBytes: '1MiB',
      format: 'csv',
      entitlement: 'delayed',
    },
  },
  symbols: {
    fixed: { from: 'static', list: ['A', 'B'], maxShrink: 0.1 },
    file: { from: 'file', path: './symbols.csv', column: 'Symbol', refresh: '1m' },
    listing: { from: 'listing', source: 'av', exchange: ['NYSE', 'NASDAQ'], assetType: 'Stock', refresh: '1d' },
    web: {
      from: 'http-csv',
      preset: 'nasdaq-listed',
      url: 'https://example.com/list.txt',
      column: 'Symbol',
      delimiter: '|',
      where: { 'Test Issue': 'N', ETF: ['Y', 'N'] },
      footer: 'File Creation Time',
      refresh: '6h',
    },
  },
  feeds: {
    minutes: {
      source: 'av',
      symbols: ['fixed', 'web'],
      data: 'bars/1m',
      every: '1m',
      calendar: 'XNAS',
      topic: 'my.bars',
      adjusted: true,
      assetClass: 'equity',
      month: '2026-04',
      extendedHours: true,
      restateWindow: 10,
      checks: { maxJump: 0.5, maxFuture: '1h', maxAge: '7d' },
    },
    quotes: { source: 'av', symbols: 'listing', data: 'quotes', every: '5m', bulk: true },
  },
  log: {
    kind: 'embedded',
    path: './log',
    retain: '2GiB',
    maxBytes: '8GiB',
    partitions: 12,
    topics: { 'my.bars': { decimals: 'number' } },
    kafka: {
      brokers: ['localhost:9092'],
      client: 'kafkajs',
      tls: { ca: './ca.pem', cert: './cert.pem', key: './key.pem' },
      sasl: { mechanism: 'plain', username: 'me', password: '${ALPHAVANTAGE_API_KEY}' },
      compression: 'gzip',
      requestTimeout: '10s',
      connectTimeout: '1s',
      group: { id: 'desk', sessionTimeout: '10s' },
      topicDefaults: { partitions: 3, replication: 3 },
    },
  },
  topics: { symbols: 'a', cursors: 'b', deadLetters: 'c', units: 'd', files: 'e' },
  http: { host: 'localhost', port: 0, token: '${ALPHAVANTAGE_API_KEY}', readOnly: true },
  drain: { deadline: '1s' },
  logging: { level: 'debug', format: 'json' },
  simulator: { port: 0, seed: 7, scenario: 'storm', speed: 60, symbols: 100 },
  scale: 'one',
  batch: {
    engine: 'embedded',
    inbox: './inbox',
    parallel: 4,
    stableFor: '5s',
    datasets: {
      bars: {
        match: ['*.csv', 'vendor/**/*.csv.gz'],
        kind: 'bar',
        interval: '1m',
        adjusted: true,
        topic: 'my.bars',
        format: 'csv',
        text: { delimiter: ';', encoding: 'latin1', skip: 2, header: true, footer: '^Total' },
        fileName: '^(?<ticker>[A-Z]+)_',
        columns: {
          symbol: { name: 'ticker' },
          time: { column: ['Date', 'Day'], and: 'Time', format: 'DD/MM/YYYY HH:mm', zone: 'Europe/London' },
          open: 'Open',
          high: ['High', 'Max'],
          low: { position: 5 },
          close: { column: 'Close', factor: '0.01' },
          currency: { value: 'GBP' },
        },
        numbers: { decimal: ',', thousands: '.', nulls: ['null', '-'] },
        where: { Type: ['A', 'B'], State: 'ok' },
        maxErrors: 0.05,
      },
      closes: { match: '*.tsv', kind: 'quote', columns: { date: 'Date' }, wide: { except: ['Note'], field: 'price' } },
      many: {
        match: '*',
        kind: 'bar',
        interval: '1d',
        columns: { date: 'Date', open: 'Open', high: 'High', low: 'Low', close: 'Close' },
        wide: { heads: '^(?<symbol>.+)[.](?<field>.+)$' },
      },
      rows: { match: '*.parquet', kind: 'row', columns: { cik: { column: 'CIK', type: 'integer' } } },
    },
  },
};

/** What cannot stand beside what `everything` has. */
const instead = { log: { kafka: { sasl: { mechanism: 'oauthbearer', tokenFile: './token' } } } };

/** Declared for later; `validate` names each as `not-yet`. */
const later = {
  http: { tls: { cert: './cert.pem', key: './key.pem' } },
  batch: {
    engine: 'nifi',
    nifi: { url: 'https://nifi:8443', username: 'me', password: '${ALPHAVANTAGE_API_KEY}', ca: './ca.pem' },
  },
  lake: {
    path: './lake',
    vacuum: { retention: '7d' },
    tables: { bars: { topic: 'market.bars', partitionBy: ['date'] } },
  },
};

test('one of everything is valid, and what is declared for later is named as such', t => {
  good(stringify(everything), { env });
  const kafka = { ...everything.log.kafka, ...instead.log.kafka };
  good(stringify({ ...everything, log: { ...everything.log, kafka } }), { env });
  const problems = bad(stringify(later), { env });
  t.deepEqual(
    problems.map(({ code, path }) => `${code} ${path}`),
    ['not-yet http.tls', 'not-yet batch.engine', 'not-yet batch.nifi', 'not-yet lake'],
  );
});

test('the sample of everything leaves out no option', t => {
  const declared = new Set([...walk(options)].map(step => step.path));
  const used = new Set([...pathsOf(everything), ...pathsOf(instead), ...pathsOf(later)]);
  t.deepEqual(
    [...declared].filter(path => !used.has(path)),
    [],
  );
});

/** Paths as `walk` writes them. */
function pathsOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap(item => pathsOf(item, `${path}[]`));
  if (typeof value !== 'object' || value === null) return [];
  const named = /^(?:sources|symbols|feeds|log\.topics|batch\.datasets(?:\.NAME\.columns)?|lake\.tables)$/.test(path);
  return Object.entries(value).flatMap(([key, inner]) => {
    const here = path === '' ? key : `${path}.${named ? 'NAME' : key}`;
    return [here, ...pathsOf(inner, here)];
  });
}

// JSON Schema

for (const name of examples) {
  test(`the example ${name} is valid, for the parser and for the schema`, t => {
    const cwd = fileURLToPath(new URL('examples/', root));
    const loaded = loadConfig({ file: name, env, cwd });
    t.deepEqual(loaded.ok ? [] : loaded.problems, []);
    t.deepEqual(schemaErrors(jsonSchema(), parse(read(`examples/${name}`))), []);
  });
}

test('the schema takes one of everything, and its keys are those of the parser', t => {
  t.deepEqual(
    schemaErrors(jsonSchema(), {
      ...everything,
      ...later,
      http: { ...everything.http, ...later.http },
      batch: { ...everything.batch, ...later.batch },
    }),
    [],
  );
  const declared = [...new Set([...walk(options)].map(step => step.path))].toSorted();
  t.deepEqual([...new Set(schemaPaths(jsonSchema()))].toSorted(), declared);
});

function schemaPaths(schema: JsonSchema, path = ''): string[] {
  const branches = [schema.anyOf, schema.oneOf].flatMap(some => (some as JsonSchema[] | undefined) ?? []);
  const properties = Object.entries((schema.properties as Record<string, JsonSchema> | undefined) ?? {});
  const values = schema.additionalProperties as JsonSchema | false | undefined;
  const items = schema.items as JsonSchema | undefined;
  return [
    ...branches.flatMap(branch => schemaPaths(branch, path)),
    ...properties.flatMap(([key, inner]) => {
      const here = path === '' ? key : `${path}.${key}`;
      return [here, ...schemaPaths(inner, here)];
    }),
    ...(values ? schemaPaths(values, `${path}.NAME`) : []),
    ...(items ? schemaPaths(items, `${path}[]`) : []),
  ];
}

test('the schema refuses what the parser refuses for its shape', t => {
  const refused = [
    { sorces: {} },
    { http: { port: 'eighty' } },
    { http: { port: 65_536 } },
    { log: { retain: 1024 } },
    { sources: { a: { type: 'krakn' } } },
    { sources: { a: {} } },
    { sources: { 'a b': { type: 'kraken' } } },
    { symbols: { a: { from: 'static', list: 'A' } } },
    { symbols: { a: { from: 'static', list: ['A'], refresh: '1d' } } },
    { sources: { a: { type: 'kraken', limits: [] } } },
  ];
  for (const value of refused) {
    t.not(schemaErrors(jsonSchema(), value).length, 0, JSON.stringify(value));
    t.false(load(stringify(value)).ok, JSON.stringify(value));
  }
});

test('every default of the schema is a value that the schema takes', t => {
  let seen = 0;
  const visit = (schema: unknown): void => {
    if (typeof schema !== 'object' || schema === null) return;
    if ('default' in schema && 'description' in schema) {
      seen += 1;
      t.deepEqual(schemaErrors(schema as JsonSchema, schema.default), []);
    }
    for (const inner of Object.values(schema) as unknown[]) visit(inner);
  };
  visit(jsonSchema());
  t.true(seen > 30, String(seen));
});

// Documentation

test('docs/configuration.md holds the table that follows from the declaration', t => {
  const url = new URL('docs/configuration.md', root);
  const marks = /(<!-- options -->\n)[\s\S]*(<!-- \/options -->)/;
  if (process.env.UPDATE_GOLDENS)
    writeFileSync(
      url,
      read('docs/configuration.md').replace(
        marks,
        (_, begin: string, end: string) => `${begin}\n${optionsMarkdown()}\n${end}`,
      ),
    );
  t.true(read('docs/configuration.md').includes(optionsMarkdown()), 'UPDATE_GOLDENS=1 writes it anew');
});

test('every option has a description that is a sentence', t => {
  for (const { path, field } of walk(options)) t.regex(field.doc, /^[A-Z`].*[.]$/, path);
});

test('the YAML in docs/configuration.md is valid', t => {
  const [, sample = ''] = /```yaml\n([\s\S]*?)```/.exec(read('docs/configuration.md')) ?? [];
  t.deepEqual(Object.keys(good(sample, { env }).feeds), ['daily']);
});

// Starter

for (const source of starterSources) {
  test(`the starter for ${source} is valid, and so is each of its options when its comment is taken away`, t => {
    const text = starter(source);
    good(text, { env });
    const hidden = text.match(/^ {2}# \w+: .*$/gm) ?? [];
    t.true(hidden.length >= 8);
    for (const line of hidden)
      t.deepEqual(good(text.replace(line, line.replace('# ', '')), { env }).log.retain, 1024 ** 3, line);
    t.deepEqual(schemaErrors(jsonSchema(), parse(text)), []);
  });
}

// Spelling

const maps = (value: unknown, path: string[] = []): string[][] => {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.entries(value).flatMap(([key, item]) => maps(item, [...path, key]));
  return Array.isArray(value) ? inner : [path, ...inner];
};
/** Where names are free, any key is a new name. */
const isFree = (path: readonly string[]): boolean =>
  ['sources', 'symbols', 'feeds', 'log.topics', 'batch.datasets', 'batch.datasets.rows.columns'].includes(
    path.join('.'),
  ) || path.at(-1) === 'where';
const places = maps(everything).filter(path => !isFree(path));
const inside = (value: unknown, path: readonly string[]): Record<string, unknown> =>
  path.reduce<unknown>((object, key) => (object as Record<string, unknown>)[key], value) as Record<string, unknown>;

const letter = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyzABCXYZ_'.split(''));
const edit = (key: string): fc.Arbitrary<string> =>
  fc.oneof(
    fc.tuple(fc.nat(key.length), letter).map(([at, put]) => key.slice(0, at) + put + key.slice(at)),
    fc.nat(key.length - 1).map(at => key.slice(0, at) + key.slice(at + 1)),
    fc.tuple(fc.nat(key.length - 1), letter).map(([at, put]) => key.slice(0, at) + put + key.slice(at + 1)),
    fc
      .nat(Math.max(0, key.length - 2))
      .map(at => key.slice(0, at) + key.slice(at + 1, at + 2) + key.slice(at, at + 1) + key.slice(at + 2)),
  );

const slip = fc
  .constantFrom(...places)
  .chain(path =>
    fc
      .constantFrom(...Object.keys(inside(everything, path)))
      .chain(key => edit(key).map(wrong => ({ path, key, wrong }))),
  );

test('any option that is misspelled by one edit is reported at its place, with what was meant', t => {
  fc.assert(
    fc.property(slip, ({ path, key, wrong }) => {
      const beside = inside(everything, path);
      fc.pre(!(wrong in beside) && wrong !== '');
      const config = structuredClone(everything);
      const target = inside(config, path);
      const entries = Object.entries(target).map(([name, value]) => [name === key ? wrong : name, value] as const);
      for (const name of Object.keys(target)) delete target[name];
      Object.assign(target, Object.fromEntries(entries));
      const place = [...path, wrong].join('.').replaceAll(/\.(\d+)(?=\.)/g, '[$1]');
      const problem = bad(stringify(config), { env }).find(
        ({ code, path: at }) => code === 'unknown-key' && at === place,
      );
      t.truthy(problem, `${place} is not reported`);
      t.regex(problem!.mend, new RegExp(`^Did you mean .*\`${key}\``), place);
    }),
    runs(200),
  );
});

test('the edit distance counts one for each insertion, deletion, replacement and swap', t => {
  const cases: [string, string, number][] = [
    ['', '', 0],
    ['abc', 'abc', 0],
    ['', 'abc', 3],
    ['retian', 'retain', 1],
    ['kitten', 'sitting', 3],
    ['type', 'tpye', 1],
  ];
  for (const [a, b, edits] of cases) t.is(editDistance(a, b), edits, `${a} ${b}`);
  t.deepEqual(nearest('api_key', ['type', 'apiKey']), ['apiKey']);
  t.deepEqual(nearest('zz', ['type', 'apiKey', 'per']), []);
  t.deepEqual(nearest('pet', ['per', 'let', 'type']), ['per', 'let']);
});

// Units

test('durations and sizes are read in every unit, and shown in the shortest exact one', t => {
  const durations = { '500ms': 500, '30s': 30_000, '1.5h': 5_400_000, '1d': 86_400_000, '5m': 300_000 };
  for (const [text, ms] of Object.entries(durations)) t.is(parseDuration(text), ms);
  for (const text of ['5', '5 s', '5S', '-5s', '1w', '5m30s', '', 's', '1e3s'])
    t.is(parseDuration(text), undefined, text);
  const sizes = { '64MiB': 67_108_864, '1kB': 1_000, '2GB': 2e9, '1KiB': 1_024, '7B': 7 };
  for (const [text, bytes] of Object.entries(sizes)) t.is(parseSize(text), bytes);
  for (const text of ['64', '64Mib', '64 MiB', '64M', 'MiB']) t.is(parseSize(text), undefined, text);
  t.deepEqual(
    [showDuration(90_000), showDuration(3_600_000), showSize(1024 ** 3), showSize(1_500)],
    ['90s', '1h', '1GiB', '1500B'],
  );
  t.deepEqual(
    [guessDuration('5 min'), guessDuration('10'), guessDuration('2 Hours'), guessDuration('1mo')],
    ['5m', '10s', '2h', undefined],
  );
  t.deepEqual(
    [guessSize('4 GB'), guessSize('512M'), guessSize('64mi'), guessSize('12')],
    ['4GB', '512MB', '64MiB', undefined],
  );
});

test('whatever is shown of a duration or a size is read back as the same', t => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 45 }), value => {
      t.is(parseDuration(showDuration(value)), value);
      t.is(parseSize(showSize(value)), value);
    }),
    runs(100),
  );
});
