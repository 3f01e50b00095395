import test from 'ava';
import fc from 'fast-check';
import { JsonBytes } from '../../src/records/json-bytes.js';
import { runs } from '../property-runs.js';

const ascii = fc.string({ unit: fc.constantFrom(...'ab{}:,19.'.split('')), maxLength: 40 });
const write = fc.oneof(
  ascii.map(text => ['plain', text] as const),
  fc.oneof(ascii, fc.string({ unit: 'binary', maxLength: 20 })).map(text => ['quoted', text] as const),
  fc.string({ unit: 'grapheme', maxLength: 20 }).map(text => ['any', text] as const),
  fc.uint8Array({ maxLength: 40 }).map(bytes => ['raw', bytes] as const),
);

const plainBytes = ([kind, value]: readonly [string, string | Uint8Array]): Buffer =>
  Buffer.from(typeof value === 'string' ? (kind === 'quoted' ? JSON.stringify(value) : value) : value);

test('what is written is what plain buffers joined are, however much and however often it is taken', t => {
  const bytes = new JsonBytes();
  const many = fc.tuple(fc.array(write, { maxLength: 12 }), fc.constantFrom(1, 1, 3, 400));
  fc.assert(
    fc.property(many, ([writes, times]) => {
      const all = Array.from({ length: times }, () => writes).flat();
      for (const [kind, value] of all)
        if (kind === 'raw') bytes.raw(value);
        else bytes[kind](value);
      const expected = Buffer.concat(all.map(plainBytes));
      t.is(bytes.length, expected.length);
      t.true(bytes.take().equals(expected));
    }),
    runs(200),
  );
});

test('what was taken stays as it was', t => {
  const bytes = new JsonBytes();
  bytes.quoted('first');
  const first = bytes.take();
  bytes.quoted('other');
  bytes.take();
  t.is(first.toString(), '"first"');
});
