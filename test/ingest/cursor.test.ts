import test from 'ava';
import fc from 'fast-check';
import { advance, type Cursor, compare, decodeCursor, emptyCursor, encodeCursor } from '../../src/ingest/cursor.js';
import type { Bar } from '../../src/records/observation.js';
import { runs } from '../property-runs.js';

const minute = 60_000;
const bar = (at: number, close = '10', more: Partial<Bar> = {}): Bar => ({
  kind: 'bar',
  symbol: 'A',
  interval: '1m',
  adjusted: false,
  time: new Date(at * minute).toISOString(),
  date: '1970-01-01',
  open: '10',
  high: '11',
  low: '9',
  close,
  volume: '5',
  ...more,
});

const take = (cursor: Cursor, bars: readonly Bar[], capacity = 5): Cursor =>
  advance(cursor, compare(cursor, bars, capacity).novelties, () => true, capacity);

test('everything is new to an empty cursor, and nothing the second time', t => {
  const bars = [1, 2, 3].map(at => bar(at));
  t.is(compare(emptyCursor, bars, 5).novelties.length, 3);
  const again = compare(take(emptyCursor, bars), bars, 5);
  t.deepEqual(again, { novelties: [], unchanged: 3, outside: 0 });
});

test('other digits of the same value are no restatement, another value is one with the next revision', t => {
  const cursor = take(emptyCursor, [bar(1, '10')]);
  for (const same of ['10.0', '10.000', '1e1', '010']) t.is(compare(cursor, [bar(1, same)], 5).unchanged, 1, same);
  const [restated] = compare(cursor, [bar(1, '100')], 5).novelties;
  t.like(restated, { revision: 1, restated: true });
  const next = take(cursor, [bar(1, '100')]);
  t.like(compare(next, [bar(1, '10')], 5).novelties[0], { revision: 2 });
});

test('an absent volume differs from zero, and a value does not slip into the next field', t => {
  const cursor = take(emptyCursor, [bar(1, '10', { volume: undefined })]);
  t.is(compare(cursor, [bar(1, '10', { volume: '0' })], 5).novelties.length, 1);
  const shifted = take(emptyCursor, [bar(1, '10', { volume: '1', adjustedClose: '23' })]);
  t.is(compare(shifted, [bar(1, '10', { volume: '12', adjustedClose: '3' })], 5).novelties.length, 1);
});

test('a bar older than a full window is counted as outside, one that fills a hole inside it is new', t => {
  const cursor = take(emptyCursor, [bar(10), bar(11), bar(13), bar(14), bar(15)]);
  const result = compare(cursor, [bar(9), bar(12), bar(15)], 5);
  t.is(result.outside, 1);
  t.is(result.unchanged, 1);
  t.is(result.novelties[0]?.timeMs, 12 * minute);
});

test('an older bar is new while the window still holds all that was ever published', t => {
  const cursor = take(emptyCursor, [bar(10), bar(11)]);
  t.is(compare(cursor, [bar(1), bar(10)], 5).novelties.length, 1);
});

test('a refused bar is remembered, so that it is reported once, and its correction gets revision 0', t => {
  const { novelties } = compare(emptyCursor, [bar(1, '999')], 5);
  const cursor = advance(emptyCursor, novelties, () => false, 5);
  t.is(compare(cursor, [bar(1, '999')], 5).unchanged, 1);
  t.like(compare(cursor, [bar(1, '10')], 5).novelties[0], { revision: 0, restated: false });
});

test('whatever is polled, every value is published once, in order of its revisions', t => {
  const world = fc.array(
    fc.array(fc.tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 1, max: 3 })), { maxLength: 8 }),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(world, polls => {
      let cursor = emptyCursor;
      const published = new Map<number, string[]>();
      for (const poll of polls) {
        const bars = [...new Map(poll)].sort(([a], [b]) => a - b).map(([at, close]) => bar(at, `${close}.0`));
        const { novelties } = compare(cursor, bars, 100);
        for (const { timeMs, revision, observation } of novelties) {
          const list = published.get(timeMs) ?? [];
          published.set(timeMs, list);
          t.is(revision, list.length);
          list.push((observation as Bar).close);
        }
        cursor = decodeCursor(encodeCursor(advance(cursor, novelties, () => true, 100)));
        for (const one of bars) t.is(published.get(Date.parse(one.time))?.at(-1), one.close);
      }
    }),
    runs(100),
  );
});
