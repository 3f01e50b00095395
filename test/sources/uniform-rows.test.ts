import test from 'ava';
import fc from 'fast-check';
import { blockKey, callOf } from '../../src/sources/alpha-vantage-call.js';
import { jsonOutcome } from '../../src/sources/alpha-vantage-json.js';
import { exactJson } from '../../src/sources/exact-json.js';
import type { Outcome } from '../../src/sources/outcome.js';
import type { Work } from '../../src/sources/source.js';
import { UniformRows, uniformJson } from '../../src/sources/uniform-rows.js';
import { runs } from '../property-runs.js';
import { goldens } from './goldens.js';

const redact = (text: string): string => text.slice(0, 200);

const daily: Work = {
  wanted: { data: 'bars', interval: '1d', adjusted: true },
  symbols: ['IBM'],
  newestMs: undefined,
  nowMs: 0,
  shallow: false,
};
const minutes: Work = { ...daily, wanted: { data: 'bars', interval: '1m', adjusted: false } };

/** What the plain way makes of a text: every row an object, built by JSON.parse. */
function plainly(text: string, work: Work): Outcome | undefined {
  try {
    return jsonOutcome(exactJson(text), work, redact);
  } catch {
    return undefined;
  }
}

const keys = [
  '1. open',
  '2. high',
  '3. low',
  '4. close',
  '5. adjusted close',
  '6. volume',
  '7. dividend amount',
  'close',
  '__proto__',
];
const oddKeys = fc.constantFrom([], [], [], ['8. x"y'], ['7'], ['1. open']);
const cell = fc.oneof(
  { weight: 100, arbitrary: fc.constantFrom('10.50', '11', '9.9900', '1e1', '10', '0.0000') },
  { weight: 1, arbitrary: fc.constantFrom('', '-', 'None', '1,5', 'x"y', 'é\u2028', '1.0 ', '\\') },
);
const day = (index: number): string =>
  new Date(Date.UTC(2024, 2, 1) + index * 3_600_000 * 7).toISOString().slice(0, 19).replace('T', ' ');

/** A series as text: most are uniform, in either order, here and there with a key missing, a stamp twice, a bare number. */
const body = fc
  .record({
    names: fc.subarray(keys, { minLength: 3 }),
    oddNames: oddKeys,
    rows: fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.array(cell, { minLength: 11, maxLength: 11 })), {
      selector: ([at]) => (at % 17 === 0 ? at % 34 : at),
      minLength: 1,
      maxLength: 12,
    }),
    order: fc.constantFrom(1, -1, -1, -1, 0),
    isDaily: fc.boolean(),
    indent: fc.constantFrom(0, 1, 4),
    odd: fc.constantFrom('', '', '', '', '', '', '', '', 'number', 'missing', 'meta last', 'meta twice'),
  })
  .map(({ names: usual, oddNames, rows, order, isDaily, indent, odd }) => {
    const names = [...usual, ...oddNames];
    const stamped = rows.map(([at, cells]) => [day(at).slice(0, isDaily ? 10 : 19), cells] as const);
    if (order !== 0) stamped.sort(([a], [b]) => (a < b ? -order : order));
    const texts = stamped.map(([stamp, cells], index) => {
      const own = names.slice(0, odd === 'missing' && index === 1 ? -1 : undefined);
      const values = own.map(
        (name, at) => `${JSON.stringify(name)}: ${odd === 'number' && at === 0 ? '5' : JSON.stringify(cells[at])}`,
      );
      return `"${stamp}":${' '.repeat(indent)}{${values.join(`,${'\n'.repeat(indent)}`)}}`;
    });
    const block = `"Time Series (${isDaily ? 'Daily' : '1min'})": {${texts.join(',\n')}}`;
    const meta = `"Meta Data": {"2. Symbol": "IBM", "6. Time Zone": "US/Eastern"}`;
    const parts = odd === 'meta last' ? [block, meta] : odd === 'meta twice' ? [meta, block, meta] : [meta, block];
    return { text: `{${parts.join(', ')}}`, work: isDaily ? daily : minutes };
  });

const marks = [
  '"',
  '\\',
  '{',
  '}',
  '[',
  ',',
  ':',
  '0',
  'x',
  ' ',
  '\n',
  '\u0001',
  '"Time Series (Daily)": {}',
  '}}',
  '"2024-03-05": {"1. open": "1"}',
  '\\u0031',
];
/** Near a mark of the grammar, where a change is most likely to make other JSON of it. */
const cut = fc.record({
  near: fc.constantFrom('"', ',', '}', '{', ':', ' ', '0'),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  shift: fc.constantFrom(0, 1),
  length: fc.constantFrom(0, 0, 0, 1, 2),
  mark: fc.oneof(fc.constantFrom(' ', '\n', '0', '.', '1', 'x'), fc.constantFrom('', ...marks)),
});

function changedBy(
  text: string,
  { near, at, shift, length, mark }: { near: string; at: number; shift: number; length: number; mark: string },
): string {
  const from = Math.max(0, text.indexOf(near, Math.floor(at * text.length))) + shift;
  return text.slice(0, from) + mark + text.slice(from + length);
}

test('rows that are read off the text come to what JSON.parse and objects come to, wherever the text is changed', t => {
  let uniform = 0;
  let changed = 0;
  fc.assert(
    fc.property(body, fc.oneof(fc.constant([]), fc.array(cut, { maxLength: 2 })), ({ text, work }, cuts) => {
      const shown = cuts.reduce(changedBy, text);
      const read = uniformJson(shown, blockKey(callOf(work)));
      if (read === undefined) return;
      uniform++;
      if (shown !== text) changed++;
      t.deepEqual(jsonOutcome(read, work, redact), plainly(shown, work), shown);
    }),
    runs(1500),
  );
  t.true(uniform > 150, `${uniform} uniform`);
  t.true(changed > 8, `${changed} changed and still uniform`);
});

test('series as vendors send them are read off the text', t => {
  let read = 0;
  for (const { name, work, answer, outcome } of goldens) {
    if (work?.wanted.data !== 'bars' || outcome.kind !== 'records' || !name.startsWith('alpha-vantage/')) continue;
    const text = Buffer.from(answer.body).toString();
    const rows = Object.values((uniformJson(text, blockKey(callOf(work))) as object | undefined) ?? {});
    if (rows.some(one => one instanceof UniformRows)) read++;
  }
  t.true(read >= 20, `${read} of the goldens`);
});
