import test from 'ava';
import fc from 'fast-check';
import { type Interval, intervalMs } from '../../src/records/interval.js';
import type { Calendar } from '../../src/schedule/calendar.js';
import { calendarOf } from '../../src/schedule/calendars.js';
import { type DueQuestion, nextDue, phaseOf } from '../../src/schedule/due.js';
import { watchWallJumps } from '../../src/schedule/wall-jumps.js';
import { runs } from '../property-runs.js';
import { createWorld } from './world.js';

const seconds = 1_000;
const minutes = 60_000;
const hours = 3_600_000;
const days = 24 * hours;
const xnys = calendarOf('XNYS');
const instant = (text: string): number => Date.parse(text);
const text = (ms: number): string => new Date(ms).toISOString();

/** A bar as the exchange makes it: `stampMs` is what the vendor calls it. */
interface Bar {
  readonly endMs: number;
  readonly stampMs: number;
  readonly date: string;
  readonly outMs: number;
}

interface Vendor {
  readonly stamp: 'start' | 'end';
  /** From the end of a bar until the vendor has it; taken in turn. */
  readonly delaysMs: readonly number[];
}

function intradayBars(calendar: Calendar, interval: Interval, fromMs: number, untilMs: number, vendor: Vendor): Bar[] {
  const bars: Bar[] = [];
  for (let s = calendar.sessionAtOrAfter(fromMs); s.openMs < untilMs; s = calendar.sessionAtOrAfter(s.closeMs))
    for (let startMs = s.openMs; startMs < s.closeMs; startMs += intervalMs(interval)) {
      const endMs = Math.min(startMs + intervalMs(interval), s.closeMs);
      const outMs = endMs + vendor.delaysMs[bars.length % vendor.delaysMs.length]!;
      bars.push({ endMs, stampMs: vendor.stamp === 'start' ? startMs : endMs, date: s.date, outMs });
    }
  return bars;
}

function dailyBars(calendar: Calendar, fromMs: number, untilMs: number, vendor: Vendor): Bar[] {
  const bars: Bar[] = [];
  for (let s = calendar.sessionAtOrAfter(fromMs); s.openMs < untilMs; s = calendar.sessionAtOrAfter(s.closeMs)) {
    const outMs = s.closeMs + vendor.delaysMs[bars.length % vendor.delaysMs.length]!;
    bars.push({ endMs: s.closeMs, stampMs: instant(`${s.date}T00:00Z`), date: s.date, outMs });
  }
  return bars;
}

interface Poll {
  readonly dueMs: number;
  readonly atMs: number;
  /** Newest bar that was known when the poll was planned. */
  readonly known: Bar;
  readonly fresh: boolean;
}

/** Polls as planned, some time late, and learns what the vendor has by then. */
function follow(
  asked: Omit<DueQuestion, 'nowMs'>,
  bars: readonly Bar[],
  untilMs: number,
  latenessMs: readonly number[],
): Poll[] {
  const polls: Poll[] = [];
  let known = bars[0]!;
  let polled: DueQuestion['polled'] = { atMs: known.outMs + 2 * seconds, fresh: true };
  for (;;) {
    const newest = { ms: known.stampMs, date: known.date };
    const dueMs = nextDue({ ...asked, nowMs: polled.atMs, polled, newest });
    if (dueMs >= untilMs) return polls;
    const atMs: number = Math.max(dueMs, polled.atMs + 1) + latenessMs[polls.length % latenessMs.length]!;
    const has = bars.findLast(bar => bar.outMs <= atMs)!;
    const fresh = has.endMs > known.endMs;
    polls.push({ dueMs, atMs, known, fresh });
    if (fresh) known = has;
    polled = { atMs, fresh };
  }
}

// Node 20 has no Map.groupBy.
function groupBy<T>(items: readonly T[], keyOf: (item: T) => number): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

const question = (rest: Partial<DueQuestion> & { everyMs: number }): DueQuestion => ({ phase: 0, nowMs: 0, ...rest });

test('a series of which nothing is known is due at once', t => {
  const nowMs = instant('2024-06-15T12:00Z');
  for (const calendar of [undefined, xnys])
    t.is(nextDue(question({ everyMs: days, nowMs, interval: '1d', ...(calendar && { calendar }) })), nowMs);
});

test('without a calendar polls keep to a grid of their own phase, however late each of them was', t => {
  const phase = phaseOf('AAPL');
  let polled = { atMs: instant('2024-06-15T12:00Z'), fresh: true };
  for (let i = 0; i < 100; i++) {
    const dueMs = nextDue(question({ everyMs: minutes, phase, nowMs: polled.atMs, polled }));
    t.is(Math.round(dueMs - phase * minutes) % minutes, 0);
    t.true(dueMs - polled.atMs > minutes / 2 && dueMs - polled.atMs <= 1.5 * minutes);
    polled = { atMs: dueMs + (i % 50) * seconds, fresh: false };
  }
});

test('after a downtime one poll is due, not one for each that was missed', t => {
  const polled = { atMs: instant('2024-06-15T12:00:30Z'), fresh: true };
  const dueMs = nextDue(question({ everyMs: minutes, nowMs: polled.atMs + days, polled }));
  t.true(dueMs <= polled.atMs + 1.5 * minutes, 'its due time tells how long it has been waiting');
  const again = nextDue(
    question({ everyMs: minutes, nowMs: polled.atMs + days, polled: { atMs: polled.atMs + days, fresh: true } }),
  );
  t.true(again > polled.atMs + days);
});

test('phases are spread evenly and stay the same', t => {
  const phases = Array.from({ length: 1_000 }, (_, i) => phaseOf(`SYM${i}`));
  for (let tenth = 0; tenth < 10; tenth++) {
    const count = phases.filter(phase => Math.floor(phase * 10) === tenth).length;
    t.true(count > 60 && count < 140, `${count} in tenth ${tenth}`);
  }
  t.is(phaseOf('AAPL'), 0.5292193875648081);
});

test('quotes are polled within the session, once after the close, then not before the next open', t => {
  const monday = instant('2024-06-14T13:00Z');
  let polled = { atMs: instant('2024-06-13T22:00Z'), fresh: true };
  const dues: string[] = [];
  for (let nowMs = monday; dues.length < 400; ) {
    const dueMs = nextDue(question({ everyMs: 30 * minutes, calendar: xnys, nowMs, polled, phase: 0.5 }));
    if (dueMs > instant('2024-06-17T14:00Z')) break;
    dues.push(text(dueMs).slice(5, 19));
    nowMs = Math.max(dueMs, nowMs) + 3 * seconds;
    polled = { atMs: nowMs, fresh: true };
  }
  t.is(dues[0], '06-14T13:45:00');
  t.is(dues.length, 15);
  t.deepEqual(dues.slice(-3), ['06-14T19:45:00', '06-14T20:00:01', '06-17T13:45:00']);
});

test('quotes once a day are polled after the close only', t => {
  const dues: number[] = [];
  let polled = { atMs: instant('2024-07-02T22:00Z'), fresh: true };
  for (let i = 0; i < 3; i++) {
    const dueMs = nextDue(question({ everyMs: days, calendar: xnys, nowMs: polled.atMs, polled }));
    dues.push(dueMs);
    polled = { atMs: dueMs + seconds, fresh: true };
  }
  t.deepEqual(dues.map(text), ['2024-07-03T17:00:01.000Z', '2024-07-05T20:00:01.000Z', '2024-07-08T20:00:01.000Z']);
});

const intradayCase = fc.record({
  interval: fc.constantFrom<Interval>('1m', '5m', '15m', '30m', '1h'),
  everyMs: fc.constantFrom(10 * seconds, minutes, 5 * minutes, hours, days),
  phase: fc.double({ min: 0, max: 0.999, noNaN: true }),
  vendor: fc.record({
    stamp: fc.constantFrom('start' as const, 'end' as const),
    delaysMs: fc.array(fc.constantFrom(0, 0, 500, 5 * seconds, 40 * seconds, 16 * minutes), {
      minLength: 1,
      maxLength: 7,
    }),
  }),
  latenessMs: fc.array(fc.constantFrom(0, 0, 200, 3 * seconds, 70 * seconds), { minLength: 1, maxLength: 5 }),
  from: fc.constantFrom('2024-03-08T20:00Z', '2024-07-03T14:00Z', '2024-11-01T18:00Z').map(instant),
  calendar: fc.constantFrom(xnys, calendarOf('24/7')),
});

test('intraday bars: nothing is due while no new bar can exist, nor a second time for a bar that has come', t => {
  fc.assert(
    fc.property(intradayCase, ({ interval, everyMs, phase, vendor, latenessMs, from, calendar }) => {
      const untilMs = from + (calendar === xnys ? 4 : 1) * days;
      const bars = intradayBars(calendar, interval, from, untilMs, vendor);
      const polls = follow({ everyMs, phase, calendar, interval }, bars, untilMs, latenessMs);
      for (const { dueMs, known } of polls)
        if (!bars.some(bar => bar.endMs > known.endMs && bar.endMs + seconds <= dueMs))
          throw new Error(`due ${text(dueMs)} for nothing: ${text(known.endMs)} is known`);
      // At most four tries within the session, six after its end.
      const tries = groupBy(polls, poll => bars.findLast(bar => bar.endMs + seconds <= poll.dueMs)!.endMs);
      for (const [endMs, all] of tries) if (all.length > 6) throw new Error(`${all.length} tries for ${text(endMs)}`);
    }),
    runs(80),
  );
  t.pass();
});

test('intraday bars: what a prompt vendor has is fetched within two seconds after each bar', t => {
  for (const stamp of ['start', 'end'] as const)
    for (const interval of ['1m', '5m', '1h'] as const) {
      const from = instant('2024-07-02T13:00Z');
      const untilMs = from + 3 * days;
      const bars = intradayBars(xnys, interval, from, untilMs, { stamp, delaysMs: [800] });
      const polls = follow({ everyMs: minutes, phase: 0.9, calendar: xnys, interval }, bars, untilMs, [0]);
      t.is(polls.length, bars.length - 1);
      t.true(polls.every(({ fresh }) => fresh));
      for (const [i, { atMs }] of polls.entries()) t.is(atMs, bars[i + 1]!.endMs + 1_900);
    }
});

test('intraday bars of a feed that is delayed by 15 minutes: the last bar of the day is fetched the same day', t => {
  const from = instant('2024-06-11T13:00Z');
  const untilMs = instant('2024-06-12T13:00Z');
  const bars = intradayBars(xnys, '5m', from, untilMs, { stamp: 'start', delaysMs: [15 * minutes] });
  const polls = follow({ everyMs: 5 * minutes, phase: 0, calendar: xnys, interval: '5m' }, bars, untilMs, [0]);
  const last = polls.findLast(({ fresh }) => fresh)!;
  t.is(text(last.dueMs), '2024-06-11T20:15:01.000Z');
  t.true(polls.length <= bars.length + 3, `${polls.length} polls for ${bars.length} bars`);
  const eager = follow({ everyMs: minutes, phase: 0, calendar: xnys, interval: '5m' }, bars, untilMs, [0]);
  t.true(eager.length <= bars.length + 3, `${eager.length} polls for ${bars.length} bars`);
});

const dailyCase = fc.record({
  everyMs: fc.constantFrom(5 * minutes, hours, days),
  interval: fc.constantFrom<Interval>('1d', '1w', '1mo'),
  delaysMs: fc.array(fc.constantFrom(0, 20 * minutes, 4 * hours, 9 * hours, 14 * hours), {
    minLength: 1,
    maxLength: 6,
  }),
  latenessMs: fc.array(fc.constantFrom(0, 3 * seconds, 20 * minutes), { minLength: 1, maxLength: 5 }),
  from: fc.constantFrom('2024-03-07T20:00Z', '2024-06-28T14:00Z', '2024-10-30T18:00Z').map(instant),
  calendar: fc.constantFrom(xnys, calendarOf('24/7')),
});

test('daily bars: at most four tries a session, none before it closed, none after its bar has come, and every bar is fetched before the next close', t => {
  fc.assert(
    fc.property(dailyCase, ({ everyMs, interval, delaysMs, latenessMs, from, calendar }) => {
      const untilMs = from + 14 * days;
      const bars = dailyBars(calendar, from, untilMs + 6 * days, { stamp: 'start', delaysMs });
      const polls = follow({ everyMs, phase: 0.3, calendar, interval }, bars, untilMs, latenessMs);
      for (const [closeMs, all] of groupBy(polls, poll => calendar.lastClosed(poll.dueMs).closeMs)) {
        if (all.length > 4) throw new Error(`${all.length} tries after ${text(closeMs)}`);
        for (const { dueMs, known } of all) {
          if (known.endMs >= closeMs) throw new Error(`due ${text(dueMs)} though the bar is there`);
          if (dueMs < closeMs + 15 * minutes) throw new Error(`due ${text(dueMs)}, too early`);
        }
        if (closeMs < untilMs - 2 * days && !all.at(-1)!.fresh) throw new Error(`no bar for ${text(closeMs)}`);
      }
    }),
    runs(200),
  );
  t.pass();
});

test('daily bars: the evening, as a list of times', t => {
  const from = instant('2024-07-02T12:00Z');
  const bars = dailyBars(xnys, from, from + 5 * days, { stamp: 'start', delaysMs: [7 * hours] });
  const polls = follow(
    { everyMs: days, phase: 0, calendar: xnys, interval: '1d' },
    bars,
    instant('2024-07-04T12:00Z'),
    [0],
  );
  t.deepEqual(
    polls.map(({ dueMs }) => text(dueMs).slice(0, 16)),
    ['2024-07-03T17:30', '2024-07-03T19:00', '2024-07-03T23:00', '2024-07-04T08:00'],
  );
});

test('a daily bar that was seen while it was forming is fetched again after the close', t => {
  const polled = { atMs: instant('2024-06-11T18:00Z'), fresh: true };
  const newest = { ms: instant('2024-06-11T00:00Z'), date: '2024-06-11' };
  const nowMs = instant('2024-06-11T20:10Z');
  t.is(
    text(nextDue(question({ everyMs: days, calendar: xnys, interval: '1d', nowMs, polled, newest }))),
    '2024-06-11T20:30:00.000Z',
  );
});

test('a symbol that has no bars any more costs one call a session', t => {
  const bars = dailyBars(xnys, instant('2024-06-03T12:00Z'), instant('2024-06-04T12:00Z'), {
    stamp: 'start',
    delaysMs: [0],
  });
  const polls = follow(
    { everyMs: days, phase: 0, calendar: xnys, interval: '1d' },
    bars,
    instant('2024-06-11T12:00Z'),
    [0],
  );
  t.deepEqual(
    polls.map(({ dueMs }) => text(dueMs).slice(5, 10)),
    ['06-04', '06-04', '06-05', '06-05', '06-05', '06-06', '06-07', '06-10'],
  );
});

test('after a restart a daily series whose bar is known waits for the next close, and one whose bar is missing is due since the last', t => {
  const nowMs = instant('2024-06-12T03:00Z');
  const due = (date: string): string =>
    text(
      nextDue(
        question({
          everyMs: days,
          calendar: xnys,
          interval: '1d',
          nowMs,
          newest: { ms: instant(`${date}T00:00Z`), date },
        }),
      ),
    );
  t.is(due('2024-06-11'), '2024-06-12T20:30:00.000Z');
  t.is(due('2024-06-10'), '2024-06-11T20:30:00.000Z');
});

test('a weekly bar that carries the date of its Monday is done for the day when it brought something after the close', t => {
  const newest = { ms: instant('2024-06-10T00:00Z'), date: '2024-06-10' };
  const after = (fresh: boolean): string => {
    const polled = { atMs: instant('2024-06-12T20:31Z'), fresh };
    const asked = question({ everyMs: days, calendar: xnys, interval: '1w', nowMs: polled.atMs, polled, newest });
    return text(nextDue(asked));
  };
  t.is(after(true), '2024-06-13T20:30:00.000Z');
  t.is(after(false), '2024-06-12T22:00:00.000Z');
});

test('a cadence longer than a day waits for the close that comes next after it', t => {
  const polled = { atMs: instant('2024-06-07T20:40Z'), fresh: true };
  const newest = { ms: instant('2024-06-07T00:00Z'), date: '2024-06-07' };
  t.is(
    text(nextDue(question({ everyMs: 7 * days, calendar: xnys, interval: '1w', nowMs: polled.atMs, polled, newest }))),
    '2024-06-14T20:30:00.000Z',
  );
});

test('a clock that is set back does not make a series wait for the hour twice', t => {
  const nowMs = instant('2024-06-15T12:00Z');
  const dueMs = nextDue(question({ everyMs: minutes, nowMs, polled: { atMs: nowMs + hours, fresh: true } }));
  t.true(dueMs <= nowMs + 1.5 * minutes);
});

test('jumps of the wall clock are told once, and what is less than a second is not one', async t => {
  const world = createWorld(instant('2024-06-15T12:00Z'));
  const jumped = watchWallJumps(world.time);
  await world.advanceTo(world.trueMs + hours);
  t.is(jumped(), 0);
  world.jumpWall(-hours);
  t.deepEqual([jumped(), jumped()], [-hours, 0]);
  world.jumpWall(600);
  t.is(jumped(), 0);
  world.jumpWall(600);
  t.is(jumped(), 1_200);
});
