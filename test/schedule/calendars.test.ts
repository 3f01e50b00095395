import { readFileSync } from 'node:fs';
import test from 'ava';
import { calendarNames, calendarOf } from '../../src/schedule/calendars.js';
import { dateOfDay, dayNumber, weekdayOf } from '../../src/schedule/day-number.js';

const expected = JSON.parse(
  readFileSync(new URL('../../../test/schedule/us-holidays.json', import.meta.url), 'utf8'),
) as { readonly closed: readonly string[]; readonly early: readonly string[] };

const xnys = calendarOf('XNYS');

function* dates(from: string, to: string): Generator<string> {
  for (let day = dayNumber(from); day <= dayNumber(to); day++) yield dateOfDay(day);
}

for (const name of ['XNYS', 'XNAS'] as const) {
  test(`${name} closes, wholly or early, on the days that another maker's calendar has from 2000 to 2028`, t => {
    const calendar = calendarOf(name);
    const weekdays = [...dates('2000-01-01', '2028-12-31')].filter(date => weekdayOf(dayNumber(date)) % 6 !== 0);
    t.deepEqual(
      weekdays.filter(date => calendar.session(date) === undefined),
      expected.closed,
    );
    t.deepEqual(
      weekdays.filter(date => calendar.session(date)?.early),
      expected.early,
    );
  });
}

test('each year has as many trading days as the exchange counted', t => {
  const counts =
    '252 248 252 252 252 252 251 251 253 252 252 252 250 252 252 252 252 251 251 252 253 252 251 250 252 250 251';
  const found = counts.split(' ').map((_, i) => {
    const year = 2000 + i;
    return [...dates(`${year}-01-01`, `${year}-12-31`)].filter(date => xnys.session(date)).length;
  });
  t.is(found.join(' '), counts);
});

test('there is no session on weekends, and before 2000 every weekday is one', t => {
  for (const date of dates('2024-01-01', '2024-12-31'))
    if (weekdayOf(dayNumber(date)) % 6 === 0) t.is(xnys.session(date), undefined);
  t.truthy(xnys.session('1999-12-24'));
  t.is(xnys.session('1999-12-25'), undefined);
});

test('a session is 09:30 to 16:00 in New York on both sides of the clock changes, 13:00 on early closes', t => {
  const times = (date: string): string[] => {
    const { openMs, closeMs, early } = xnys.session(date)!;
    return [new Date(openMs).toISOString(), new Date(closeMs).toISOString(), String(early)];
  };
  t.deepEqual(times('2024-03-08'), ['2024-03-08T14:30:00.000Z', '2024-03-08T21:00:00.000Z', 'false']);
  t.deepEqual(times('2024-03-11'), ['2024-03-11T13:30:00.000Z', '2024-03-11T20:00:00.000Z', 'false']);
  t.deepEqual(times('2024-11-01'), ['2024-11-01T13:30:00.000Z', '2024-11-01T20:00:00.000Z', 'false']);
  t.deepEqual(times('2024-11-04'), ['2024-11-04T14:30:00.000Z', '2024-11-04T21:00:00.000Z', 'false']);
  t.deepEqual(times('2024-07-03'), ['2024-07-03T13:30:00.000Z', '2024-07-03T17:00:00.000Z', 'true']);
});

test('the session at or after an instant contains it or is the next one, and the last closed one is the newest before it', t => {
  const sessions = [...dates('2001-08-20', '2001-10-10')].flatMap(date => xnys.session(date) ?? []);
  const [first, last] = [sessions[0]!, sessions.at(-1)!];
  for (let ms = first.closeMs; ms < last.openMs; ms += 617_000) {
    t.deepEqual(
      xnys.sessionAtOrAfter(ms),
      sessions.find(session => ms < session.closeMs),
    );
    t.deepEqual(
      xnys.lastClosed(ms),
      sessions.findLast(session => session.closeMs <= ms),
    );
  }
  for (const { openMs, closeMs, date } of sessions.slice(1, -1)) {
    t.is(xnys.sessionAtOrAfter(openMs).date, date);
    t.is(xnys.sessionAtOrAfter(closeMs - 1).date, date);
    t.true(xnys.sessionAtOrAfter(closeMs).date > date);
    t.true(xnys.lastClosed(closeMs - 1).date < date);
    t.is(xnys.lastClosed(closeMs).date, date);
  }
});

test('24/7 has a session for every UTC day, and each begins where the one before ends', t => {
  const always = calendarOf('24/7');
  for (const date of dates('2024-02-27', '2024-03-02')) {
    const session = always.session(date)!;
    t.is(new Date(session.openMs).toISOString(), `${date}T00:00:00.000Z`);
    t.is(always.sessionAtOrAfter(session.closeMs).openMs, session.closeMs);
    t.is(always.lastClosed(session.closeMs).date, date);
  }
});

test('every calendar that can be named is there under its name', t => {
  t.deepEqual(
    calendarNames.map(name => calendarOf(name).name),
    ['XNYS', 'XNAS', '24/7'],
  );
});
