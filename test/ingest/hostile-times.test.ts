import test from 'ava';
import { isoInstant } from '../../src/records/instant.js';
import { bar, minute } from './minute-bars.js';
import { start, world } from './world.js';

const year2100 = Date.UTC(2100, 0, 1);

test('bars of the year 2100, more than the window holds, are dead letters once and shut out no later bar', async t => {
  const { time, records, stop } = world({
    symbols: ['A'],
    answer: ({ atMs }) => {
      const newest = Math.floor(atMs / minute) * minute - minute;
      const ahead = Array.from({ length: 30 }, (_, index) => bar('A', year2100 + index * minute));
      return { kind: 'records', observations: [bar('A', newest), ...ahead] };
    },
  });
  await time.advance(10 * minute);
  stop();
  const published = records('market.bars').map(record => record.time);
  t.true(published.length >= 10, `${published.length}`);
  t.is(new Set(published).size, published.length);
  const letters = records('dead').map(record => record.code);
  t.is(letters.length, 30);
  t.deepEqual([...new Set(letters)], ['future']);
});

test('a bar that was ahead of the clock is published when its time has come', async t => {
  const ahead = start + 2 * 86_400_000;
  const { time, records, stop } = world({
    symbols: ['A'],
    every: 60 * minute,
    answer: () => ({ kind: 'records', observations: [bar('A', ahead)] }),
  });
  await time.advance(12 * 60 * minute);
  t.is(records('market.bars').length, 0);
  await time.advance(14 * 60 * minute);
  stop();
  t.deepEqual(
    records('market.bars').map(({ time: at, revision }) => ({ at, revision })),
    [{ at: isoInstant(ahead), revision: 0 }],
  );
  t.is(records('dead').length, 1);
});

test('ten thousand bad bars of one answer are a thousand dead letters and one that counts the rest', async t => {
  let polls = 0;
  const { time, records, events, stop } = world({
    symbols: ['A'],
    answer: () => {
      polls += 1;
      return {
        kind: 'records',
        observations: Array.from({ length: 10_000 }, (_, index) => bar('A', start - (10_001 - index) * minute, '-1')),
      };
    },
  });
  await time.advance(minute);
  stop();
  const letters = records('dead');
  t.is(letters.filter(({ code }) => code === 'negative').length, 1_000);
  t.deepEqual(
    letters.flatMap(({ code, detail }) => (code === 'too-many' ? [detail] : [])),
    ['9000 more rows are wrong'],
  );
  t.true(events.filter(({ kind }) => kind === 'dead-letter').length <= polls, 'one event for each answer');
});
