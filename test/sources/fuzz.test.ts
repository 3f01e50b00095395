import test from 'ava';
import { isDecimal } from '../../src/records/decimal.js';
import { type Golden, goldens, parsed } from './goldens.js';

/**
 * Seeded mutations of every golden. The long form: `npx ava build/test/sources/fuzz.test.js -- 300000 7` (count, seed).
 */
const [count = 3000, seed = 20_240_604] = process.argv.slice(2).map(Number).filter(Number.isFinite);

/** mulberry32: small, and the same on every machine. */
function random(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const canary = 'CANARYKEY0123456';
const oddValues: readonly unknown[] = [
  null, true, 0, -1, 1e308, '', 'None', '-', '.', 'NaN', 'Infinity', '1e400', '-0', '1,5', '9'.repeat(70), canary, `x ${canary} y`, [], {}, [[]], [canary],
  { [canary]: canary }, 'success', '2026-03-08 02:30:00', '2024-02-30', '0000-00-00', '+275760-09-13', 'US/Eastern', 'Mars/Olympus', '\u0000', '\ud800', '<html>',
]; // biome-ignore format: a list of odd values is read as a block
const oddTexts = [
  '{',
  '}',
  '[',
  '"',
  '\\',
  ',',
  ':',
  '\r\n',
  '\0',
  '\ufeff',
  '1e400',
  'NaN',
  canary,
  '__proto__',
  '<',
  '-',
  '2024',
  '%',
];

type Chance = () => number;
const pick = <T>(chance: Chance, from: readonly T[]): T => from[Math.floor(chance() * from.length)]!;

/** Replaces, removes, renames or doubles one value somewhere in a JSON tree. */
function mutateTree(chance: Chance, value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null || (depth > 0 && chance() < 0.15)) return pick(chance, oddValues);
  if (Array.isArray(value)) {
    if (value.length === 0 || chance() < 0.1) return [...(value as unknown[]), pick(chance, oddValues)];
    const at = Math.floor(chance() * value.length);
    return (value as unknown[]).map((one, index) => (index === at ? mutateTree(chance, one, depth + 1) : one));
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return { [pick(chance, oddTexts)]: pick(chance, oddValues) };
  const at = Math.floor(chance() * entries.length);
  const how = chance();
  const changed = entries.flatMap(([key, one], index): [string, unknown][] => {
    if (index !== at) return [[key, one]];
    if (how < 0.1) return [];
    if (how < 0.2) return [[key + pick(chance, oddTexts), one]];
    if (how < 0.25) return [['__proto__', one]];
    if (how < 0.3)
      return [
        [canary, one],
        [key, one],
      ];
    return [[key, mutateTree(chance, one, depth + 1)]];
  });
  return Object.fromEntries(changed);
}

function mutateBytes(chance: Chance, body: Uint8Array): Uint8Array {
  const at = Math.floor(chance() * (body.length + 1));
  const to = Math.min(body.length, at + Math.floor(chance() * 40));
  const middle = chance() < 0.5 ? Buffer.from(pick(chance, oddTexts)) : Buffer.from([Math.floor(chance() * 256)]);
  return chance() < 0.2 ? body.subarray(0, at) : Buffer.concat([body.subarray(0, at), middle, body.subarray(to)]);
}

function mutated(chance: Chance, { answer }: Golden): Uint8Array {
  let { body } = answer;
  const rounds = 1 + Math.floor(chance() * 3);
  for (let round = 0; round < rounds; round += 1) {
    let tree: unknown;
    try {
      tree = chance() < 0.6 ? JSON.parse(Buffer.from(body).toString()) : undefined;
    } catch {
      tree = undefined;
    }
    body = tree === undefined ? mutateBytes(chance, body) : Buffer.from(JSON.stringify(mutateTree(chance, tree)));
  }
  return body;
}

const statuses = [200, 200, 200, 200, 200, 200, 204, 301, 400, 401, 403, 404, 418, 429, 500, 503, 520];
const waits = ['', '5', '-5', '1e9', 'never', 'Tue, 04 Jun 2024 20:01:00 GMT', '9'.repeat(400)];
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z$/;
const numbers = [
  'open',
  'high',
  'low',
  'close',
  'price',
  'volume',
  'bid',
  'ask',
  'previousClose',
  'adjustedClose',
  'dividend',
  'splitFactor',
];

/** One line that says what is wrong with an outcome; undefined when it keeps every promise. */
function fault(outcome: ReturnType<typeof parsed>, golden: Golden): string | undefined {
  if (outcome.kind === 'listing')
    return outcome.listed.some(({ symbol }) => symbol === '') ? 'an empty symbol' : undefined;
  const texts =
    outcome.kind === 'records' ? [outcome.warning ?? '', ...(outcome.rejected ?? []).map(({ detail }) => detail)] : [];
  if ('detail' in outcome) texts.push(outcome.detail);
  if (texts.some(text => text.length > 200 || /[\r\n]/.test(text))) return 'a detail is no short line';
  const rows = outcome.kind === 'records' ? (outcome.rejected ?? []).map(({ row }) => row) : [];
  if (rows.some(row => row.length > 2000)) return 'a row is too long';
  if ([...texts, ...rows].some(text => text.toUpperCase().includes(canary))) return 'the key is shown';
  if ('retryAfterMs' in outcome && !(Number.isFinite(outcome.retryAfterMs) && outcome.retryAfterMs! >= 0))
    return 'no wait';
  if (outcome.kind !== 'records') return undefined;
  let before = '';
  for (const one of outcome.observations) {
    if (!golden.work!.symbols.includes(one.symbol)) return `a symbol that was not asked for: ${one.symbol}`;
    if (!time.test(one.time) || Number.isNaN(Date.parse(one.time)) || !/^\d{4}-\d\d-\d\d$/.test(one.date))
      return `time ${one.time} ${one.date}`;
    const values = Object.entries(one).filter(([name]) => numbers.includes(name));
    if (values.some(([, value]) => !isDecimal(value as string) || !Number.isFinite(Number(value))))
      return JSON.stringify(one);
    if (one.kind === 'bar' && one.time <= before) return `${one.time} is not later than ${before}`;
    before = one.time;
  }
  return undefined;
}

test('no answer makes a parser throw, hang, show the key or publish what is no number or time', t => {
  const chance = random(seed);
  const small = goldens.filter(({ answer }) => answer.body.length < 5000);
  let records = 0;
  for (let run = 0; run < count; run += 1) {
    const golden = pick(chance, chance() < 0.02 ? goldens : small);
    const headers = { 'retry-after': pick(chance, waits) };
    const answer = { status: pick(chance, statuses), headers, body: mutated(chance, golden) };
    const started = performance.now();
    const outcome = parsed({ ...golden, options: { ...golden.options, apiKey: canary } }, answer);
    const wrong = fault(outcome, golden);
    if (outcome.kind === 'records') records += 1;
    if (wrong !== undefined || performance.now() - started > 1000) {
      t.fail(
        `run ${run} of seed ${seed}, ${golden.name}: ${wrong ?? 'took over a second'}\n${Buffer.from(answer.body).toString().slice(0, 2000)}`,
      );
      return;
    }
  }
  t.true(records > count / 50, `${records} of ${count} mutations still hold records`);
});

test('bodies made to be slow are read in time that grows with their length', t => {
  const million = 1_000_000;
  const daily = goldens.find(({ name }) => name === 'alpha-vantage/daily')!;
  const bodies = [
    '['.repeat(million),
    '{"a":'.repeat(million / 5),
    `{"Time Series (Daily)":${'['.repeat(million / 2)}${']'.repeat(million / 2)}}`,
    `{"Time Series (Daily)":{"2024-06-04":{"1. open":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}}}`,
    `{"a":"${'\\"'.repeat(million / 2)}`,
    `"${'\\'.repeat(million)}`,
    `{"Information":"${'API key as '.repeat(million / 20)}"}`,
    `{"Information":"${' '.repeat(million)}"}`,
    `{"Information":"${'This API function '.repeat(million / 20)}"}`,
    `{${' '.repeat(million)}`,
    '1'.repeat(million),
    `{"a":${'1'.repeat(million)}}`,
    `timestamp,open,high,low,close\r\n${'"'.repeat(million)}`,
    `timestamp,open,high,low,close${',x'.repeat(million / 2)}\r\n1`,
    `timestamp,open,high,low,close\r\n${'\r\n'.repeat(million / 2)}`,
    `{"Time Series (Daily)":{${Array.from({ length: 30_000 }, (_, row) => `"${row}":{"1. open":"x"}`).join(',')}}}`,
  ];
  for (const text of bodies) {
    const started = performance.now();
    const outcome = parsed(daily, { status: 200, headers: {}, body: Buffer.from(text) });
    const elapsedMs = performance.now() - started;
    t.is(outcome.kind === 'records' ? outcome.observations.length : 0, 0, text.slice(0, 60));
    t.true(elapsedMs < 1500, `${text.slice(0, 60)} took ${elapsedMs} ms`);
  }
});
