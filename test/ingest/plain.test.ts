import test from 'ava';
import fc from 'fast-check';
import { faultOf } from '../../src/ingest/checks.js';
import { advance, compare, decodeCursor, emptyCursor, encodeCursor } from '../../src/ingest/cursor.js';
import type { Bar, Quote } from '../../src/records/observation.js';
import { runs } from '../property-runs.js';
import { plainCursor, plainFault } from './plain.js';

const minuteMs = 60_000;
const when = (at: number) => ({ time: new Date(at * minuteMs).toISOString(), date: '1970-01-01' });
const price = fc.constantFrom('10', '10.0', '010', '1e1', '11', '9.99', '+11.000');
const bar = fc
  .tuple(fc.integer({ min: 0, max: 40 }), price, fc.constantFrom(undefined, '0', '5', '5.0'))
  .map(([at, close, volume]): Bar => {
    const fixed = {
      kind: 'bar',
      symbol: 'A',
      interval: '1m',
      adjusted: false,
      open: '10',
      high: '11',
      low: '9',
    } as const;
    return { ...fixed, ...when(at), close, ...(volume !== undefined && { volume }) };
  });
const quote = fc.tuple(fc.integer({ min: 0, max: 8 }), price, fc.constantFrom(undefined, '9', '9.50')).map(
  ([at, text, bid]): Quote => ({
    kind: 'quote',
    symbol: 'A',
    ...when(at),
    price: text,
    ...(bid !== undefined && { bid }),
  }),
);
/** Oldest first as the contract says, and once in a while not. */
const poll = fc
  .tuple(fc.oneof(fc.array(bar, { maxLength: 25 }), fc.array(quote, { maxLength: 5 })), fc.integer({ min: 0, max: 9 }))
  .map(([observations, chance]) =>
    chance === 0 ? observations : observations.toSorted((a, b) => Date.parse(a.time) - Date.parse(b.time)),
  );

test('whatever is polled, the cursor finds new, changed, unchanged and outside what a map of all values finds', t => {
  fc.assert(
    fc.property(fc.array(poll, { maxLength: 8 }), fc.integer({ min: 1, max: 30 }), (polls, capacity) => {
      const plain = plainCursor(capacity);
      const isRefused = ({ volume }: { volume?: string }): boolean => volume === '0';
      let stored: Uint8Array | undefined;
      for (const observations of polls) {
        const cursor = stored === undefined ? emptyCursor : decodeCursor(Buffer.from(stored));
        const { novelties, unchanged, outside } = compare(cursor, observations, capacity);
        const found = novelties.map(({ observation, revision, restated }) => ({ observation, revision, restated }));
        t.deepEqual({ news: found, unchanged, outside }, plain(observations, isRefused));
        stored = encodeCursor(advance(cursor, novelties, one => !isRefused(one.observation), capacity));
        t.true(stored.length <= capacity * 20);
      }
    }),
    runs(150),
  );
});

const oddPrice = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom(
      '10',
      '10.0',
      '10.0000000000000000001',
      '9.9999999999999999999',
      '11',
      '9',
      '0.001',
      '1e1',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('0', '-0.0', '0e5', '-1', '-1e-400', 'NaN', '1e400', '', '1,5', '.', '1e999'),
  },
);
const maybe = fc.option(oddPrice, { nil: undefined });
const time = fc.constantFrom(
  '2024-06-03T14:30:00Z',
  '2024-06-03T14:30:00.500Z',
  '2100-01-01T00:00:00Z',
  '1900-01-01T00:00:00Z',
  'never',
);

test('each rule judges as by exact fractions, in the same order', t => {
  const bars = fc.record({ open: oddPrice, high: oddPrice, low: oddPrice, close: oddPrice, volume: maybe, time });
  const quotes = fc.record({
    price: oddPrice,
    open: maybe,
    high: maybe,
    low: maybe,
    previousClose: maybe,
    bid: maybe,
    ask: maybe,
    volume: maybe,
    time,
  });
  const limits = fc.record({
    maxFuture: fc.constantFrom(0, 86_400_000),
    maxAge: fc.constantFrom(undefined, 3_600_000),
  });
  const nowMs = Date.UTC(2024, 5, 3, 14, 30);
  fc.assert(
    fc.property(fc.oneof(bars, quotes), limits, (given, { maxFuture, maxAge }) => {
      const fixed = { symbol: 'A', date: '2024-06-03' };
      const one =
        'price' in given
          ? ({ kind: 'quote', ...fixed, ...given } as Quote)
          : ({ kind: 'bar', interval: '1m', adjusted: false, ...fixed, ...given } as Bar);
      const checks = { maxFuture, ...(maxAge !== undefined && { maxAge }) };
      t.is(faultOf(one, checks, nowMs, undefined)?.code, plainFault(one, checks, nowMs));
    }),
    runs(4000),
  );
});
