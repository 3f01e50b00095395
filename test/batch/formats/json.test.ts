import test from 'ava';
import fc from 'fast-check';
import type { ByteSource } from '../../../src/batch/formats/byte-source.js';
import type { Expected } from '../../../src/batch/formats/formats.js';
import { openJson } from '../../../src/batch/formats/json.js';
import { JsonFault, JsonScan } from '../../../src/batch/formats/json-scan.js';
import { openNdjson } from '../../../src/batch/formats/ndjson.js';
import { runs } from '../../property-runs.js';
import { anyTable, bytesAsFile, outcomeOf, readTable } from './reading.js';

const file = (text: string): ByteSource => bytesAsFile(Buffer.from(text), 'a.json');
const lines = async (text: string, expected: Expected = anyTable) => readTable(await openNdjson(file(text), expected));
const document = async (text: string) => readTable(await openJson(file(text), anyTable));

test('numbers keep the digits that were written, nested keys are paths, lists are text', async t => {
  const got = await lines(
    '{"s":"A\\u0042","p":1.10,"n":12345678901234567890.5,"d":{"v":-0,"x":{"y":1E-7}},"ok":true,"l":[1.0,{"a":"]"}],"no":null}\n',
  );
  t.deepEqual(got.heads, ['s', 'p', 'n', 'd.v', 'd.x.y', 'ok', 'l', 'no']);
  t.deepEqual(got.rows, [['AB', '1.10', '12345678901234567890.5', '-0', '1E-7', 'true', '[1.0,{"a":"]"}]', null]]);
});

test('keys may be missing or in another order, and any text', async t => {
  const got = await lines('{"a":1,"__proto__":2}\r\n\r\n{"__proto__":4,"a":3}\n{"constructor":"x"}');
  t.deepEqual(got.heads, ['a', '__proto__', 'constructor']);
  t.deepEqual(got.rows, [
    ['1', '2', null],
    ['3', '4', null],
    [null, null, 'x'],
  ]);
});

test('a line that is broken, no object, or says a thing twice is a broken row', async t => {
  const got = await lines('{"a":1}\n{"a":\n[1]\n{"a":1,"a":2}\n{"a":1} x\n{"a":01}\n{"a":"\\ud800"}\n{"a":2}\n');
  t.deepEqual(got.rows, [
    ['1'],
    'no JSON, at character 6 of the line: it ends in the middle',
    'no JSON object',
    '"a" comes twice',
    'something stands behind the object',
    'no JSON, at character 7 of the line: a comma is missing',
    'no JSON, at character 6 of the line: a string with half a character',
    ['2'],
  ]);
});

test('a wanted key that comes first behind the rows by which columns are known is not lost silently', async t => {
  const text = `${'{"a":1}\n'.repeat(100_000)}{"a":1,"Bid":2}\n{"a":1,"other":2}\n`;
  const rows = (await lines(text, { ...anyTable, columns: { bid: { column: ['bid'] } } })).rows;
  t.deepEqual(rows.slice(-2), ['"Bid" comes here first, far behind the first rows', ['1']]);
  const found = await lines(text, { ...anyTable, columns: { bid: { column: ['A', 'bid'] } } });
  t.deepEqual(found.rows.at(-2), ['1']);
});

test('a document is a list of objects, an object that holds one, or in fact lines', async t => {
  const expected = [['1', null], [null, '2'], 'no JSON object'];
  t.deepEqual((await document('\uFEFF [ {"a":1},\n {"b":{"c":2}}, 3 ] ')).rows, expected);
  t.deepEqual(
    (await document('{"meta":{"n":2},"none":[],"rows":[{"a":1},{"b":{"c":2}},3],"next":"x"}')).rows,
    expected,
  );
  t.deepEqual((await document('{"a":1}\n{"b.c":2}\n3\n')).rows, expected);
});

test('a document without one table, with several, or broken is refused', async t => {
  const outcomes: Record<string, string> = {
    '': 'empty',
    '[]': 'empty',
    ' \n': 'empty',
    '{"a":[{"x":1}],"b":[{"x":1}]}': 'structure',
    '{"a":1}': 'structure',
    '[1,2]': 'structure',
    '[{"a":1},{"a":2}': 'structure',
    '[{"a":1}{"a":2}]': 'structure',
    '[{"a":1}] x': 'structure',
    '<html>': 'structure',
    [`[{"a":${'['.repeat(5000)}${']'.repeat(5000)}}]`]: 'structure',
  };
  for (const [text, code] of Object.entries(outcomes))
    t.is(await outcomeOf(() => openJson(file(text), anyTable)), code, text);
  for (const text of ['', '\n\n']) t.is(await outcomeOf(() => openNdjson(file(text), anyTable)), 'empty');
  t.is(await outcomeOf(() => openNdjson(file('[\n1,\n2]'), anyTable)), 'structure');
});

test('a document beyond its bound and a line beyond its bound are refused before they are in memory', async t => {
  const endless = (start: string): ByteSource => ({
    name: 'a.json',
    path: '/a.json',
    size: 10 ** 10,
    async *read() {
      yield Buffer.from(start);
      for (let given = 0; given < 10 ** 10; given += 2 ** 18) yield Buffer.alloc(2 ** 18, '{"a":1},');
    },
  });
  t.is(await outcomeOf(() => openJson(endless('['), anyTable)), 'too-large');
  t.is(await outcomeOf(() => openNdjson(endless('{"a":1}\n['), anyTable)), 'structure');
});

const scanned = (text: string): boolean => {
  const scan = new JsonScan(text);
  try {
    scan.value();
    return scan.isEnd;
  } catch (error) {
    if (error instanceof JsonFault) return false;
    throw error;
  }
};

const parsed = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

const pieces = fc.constantFrom(
  '{',
  '}',
  '[',
  ']',
  '"',
  '\\',
  ',',
  ':',
  ' ',
  '\n',
  '\t',
  '-',
  '0',
  '1',
  '.5',
  'e',
  'E+1',
  'true',
  'null',
  '"a"',
  '"a":',
  'é',
  '\\u00e9',
  '\u0001',
  'NaN',
);

test('what is taken for JSON is what JSON.parse takes', t => {
  const texts = fc.oneof(
    fc.array(pieces, { maxLength: 12 }).map(parts => parts.join('')),
    fc.tuple(fc.json({ maxDepth: 3 }), fc.nat(), pieces).map(([text, at, piece]) => {
      const place = at % (text.length + 1);
      return text.slice(0, place) + piece + text.slice(place + (at % 2));
    }),
    fc.json({ maxDepth: 4 }),
  );
  let valid = 0;
  fc.assert(
    fc.property(texts, text => {
      valid += parsed(text) ? 1 : 0;
      t.is(scanned(text), parsed(text) && !/\\ud[89a-f]/i.test(text), text);
    }),
    runs(5_000),
  );
  t.true(valid > 500);
});

type Tree = { [key: string]: Tree | string | number | boolean | null };
const { tree } = fc.letrec<{ tree: Tree }>(tie => ({
  tree: fc.dictionary(
    fc.string({ unit: 'grapheme', maxLength: 3 }).filter(key => !key.includes('.')),
    fc.oneof(
      { depthSize: 'small' },
      fc.string({ unit: 'grapheme' }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
      tie('tree'),
    ),
    { maxKeys: 4 },
  ),
}));

/** Cells by path, the plain way. */
const flat = (value: Tree, prefix = ''): Map<string, string | null> =>
  new Map(
    Object.entries(value).flatMap(([key, one]) =>
      typeof one === 'object' && one !== null
        ? [...flat(one, `${prefix}${key}.`)]
        : [[prefix + key, one === null ? null : typeof one === 'string' ? one : JSON.stringify(one)] as const],
    ),
  );

test('objects as lines, as a list and in an object are the same rows, in pieces of any length', async t => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(tree, { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 50 }),
      async (trees, size) => {
        const expected = trees.map(one => flat(one));
        const heads = [...new Set(expected.flatMap(cells => [...cells.keys()]))];
        fc.pre(heads.length > 0);
        const rows = expected.map(cells => heads.map(head => cells.get(head) ?? null));
        const texts = [
          trees.map(one => JSON.stringify(one)).join('\n'),
          JSON.stringify(trees, undefined, 1),
          JSON.stringify({ n: [1], trees }),
        ];
        // One object alone is a document without a list.
        for (const text of trees.length > 1 ? texts : texts.slice(1)) {
          const got = await readTable(await openJson(bytesAsFile(Buffer.from(text), 'a.json', size), anyTable));
          t.deepEqual([got.heads, got.rows], [heads, rows]);
        }
      },
    ),
    runs(200),
  );
});
