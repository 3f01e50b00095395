import test from 'ava';
import fc from 'fast-check';
import { createTimetable } from '../../src/schedule/timetable.js';
import { runs } from '../property-runs.js';

test('entries come out by due time, and of equal times the one that was set first', t => {
  const timetable = createTimetable();
  for (const [id, dueMs] of [
    ['a', 5],
    ['b', 3],
    ['c', 5],
    ['d', 3],
    ['a', 3],
  ] as const)
    timetable.set(id, dueMs);
  t.is(timetable.popDue(2), undefined);
  t.deepEqual(timetable.peek(), { id: 'b', dueMs: 3 });
  t.deepEqual(
    [1, 2, 3, 4, 5].map(() => timetable.popDue(5)?.id),
    ['b', 'd', 'a', 'c', undefined],
  );
});

test('setting an entry to the time it has already keeps its place in the line', t => {
  const timetable = createTimetable();
  timetable.set('a', 1);
  timetable.set('b', 1);
  timetable.set('a', 1);
  t.is(timetable.popDue(1)?.id, 'a');
});

test('it does what a sorted list does, whatever is set, moved, removed and taken', t => {
  const id = fc.integer({ min: 0, max: 20 }).map(String);
  const dueMs = fc.integer({ min: 0, max: 30 });
  const step = fc.oneof(
    fc.tuple(fc.constant('set' as const), id, dueMs),
    fc.tuple(fc.constant('remove' as const), id, dueMs),
    fc.tuple(fc.constant('pop' as const), id, dueMs),
  );
  fc.assert(
    fc.property(fc.array(step, { minLength: 40, maxLength: 120 }), steps => {
      const timetable = createTimetable();
      let model: { id: string; dueMs: number }[] = [];
      const first = (): { id: string; dueMs: number } | undefined =>
        model.reduce<{ id: string; dueMs: number } | undefined>((a, b) => (a && a.dueMs <= b.dueMs ? a : b), undefined);
      for (const [kind, who, when] of steps) {
        if (kind === 'set' && model.find(entry => entry.id === who)?.dueMs !== when)
          model = [...model.filter(entry => entry.id !== who), { id: who, dueMs: when }];
        if (kind === 'set') timetable.set(who, when);
        if (kind === 'remove') {
          t.is(
            timetable.remove(who),
            model.some(entry => entry.id === who),
          );
          model = model.filter(entry => entry.id !== who);
        }
        if (kind === 'pop') {
          const next = first();
          const due = next && next.dueMs <= when ? next : undefined;
          t.deepEqual(timetable.popDue(when), due);
          model = model.filter(entry => entry !== due);
        }
        t.deepEqual(timetable.peek(), first());
        t.is(timetable.size, model.length);
      }
    }),
    runs(100),
  );
});

test('100,000 entries come out in order', t => {
  const timetable = createTimetable();
  for (let i = 0; i < 100_000; i++) timetable.set(`S${i}`, (i * 7919) % 65_537);
  let last = -1;
  for (let due = timetable.popDue(1e9); due; due = timetable.popDue(1e9)) {
    if (due.dueMs < last) t.fail('out of order');
    last = due.dueMs;
  }
  t.is(timetable.size, 0);
});
