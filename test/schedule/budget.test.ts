import test from 'ava';
import type { Permit } from '../../src/schedule/budget.js';
import { days, hours, minutes, newYorkDay, openBudget, refusal, start } from './open-budget.js';
import { createWorld, settle } from './world.js';

test('a permit is given only after its reservation is durable', async t => {
  let finish: (() => void) | undefined;
  const b = openBudget({
    reserve: write =>
      new Promise(resolve => {
        finish = () => {
          write();
          resolve();
        };
      }),
  });
  b.ask('a');
  await settle();
  t.deepEqual([b.granted(), b.state.keys], [[], []]);
  finish!();
  await settle();
  t.deepEqual([b.granted(), b.state.keys], [['a'], ['charge/av/000000000000']]);
});

test('a clock that is set forward while a call is being reserved is written down before the permit is given', async t => {
  const waits: (() => void)[] = [];
  const b = openBudget({
    reserve: write =>
      new Promise(resolve =>
        waits.push(() => {
          write();
          resolve();
        }),
      ),
  });
  b.ask('a');
  b.world.jumpWall(90_000);
  waits.shift()!();
  await settle();
  t.deepEqual([b.granted(), b.state.keys], [[], ['charge/av/000000000000']]);
  waits.shift()!();
  await settle();
  t.deepEqual([b.granted(), b.state.keys], [['a'], ['charge/av/000000000000', 'clock/av']]);
});

test('requests that can be granted while a reservation is under way are reserved together after it, first come first', async t => {
  const waits: (() => void)[] = [];
  const b = openBudget({
    limits: [{ requests: 4, perMs: 1000 }],
    reserve: write =>
      new Promise(resolve =>
        waits.push(() => {
          write();
          resolve();
        }),
      ),
  });
  for (const id of ['a', 'b', 'c', 'd', 'e']) b.ask(id);
  waits.shift()!();
  await settle();
  waits.shift()!();
  await settle();
  t.deepEqual(b.reservations, [1, 3]);
  t.deepEqual(b.granted(), ['a', 'b', 'c', 'd']);
});

test('while the disk is full nothing is granted, and the same reservation is tried again ever more slowly', async t => {
  let full = true;
  const b = openBudget({
    reserve: async write => {
      if (full) throw new Error('disk full');
      write();
    },
  });
  b.ask('a');
  await b.world.advanceTo(start + 1000);
  t.deepEqual(b.granted(), []);
  t.deepEqual(
    b.events.flatMap(event => (event.kind === 'append-failed' ? [event.retryMs] : [])),
    [100, 200, 400, 800],
  );
  full = false;
  await b.world.advanceTo(start + 2000);
  t.deepEqual([b.granted(), b.state.keys], [['a'], ['charge/av/000000000000']]);
});

test('a reservation that took long is made anew before its call is permitted, because a crash would take the call for older than it is', async t => {
  const b = openBudget({
    reserve: write =>
      new Promise(resolve => {
        b.world.at(b.world.trueMs + (b.state.keys.length === 0 ? 6_000 : 5), () => {
          write();
          resolve();
        });
      }),
  });
  b.ask('a');
  await b.world.advanceTo(start + 6_000);
  t.deepEqual(b.granted(), []);
  await b.world.advanceTo(start + 6_005);
  t.deepEqual(b.granted(), ['a']);
  const [stored] = [...b.state.range('charge/')].map(
    ([, value]) => JSON.parse(Buffer.from(value).toString()) as object,
  );
  t.deepEqual(stored, { atMs: start + 6_000, weight: 1 });
});

test('a settlement holds the answered call and takes away those that count no more', async t => {
  const b = openBudget({ limits: [{ requests: 2, perMs: 1000 }] });
  b.ask('a');
  await settle();
  await b.settle('a');
  t.regex(Buffer.from(b.state.get('charge/av/000000000000')!).toString(), /"doneMs":/);
  await b.world.advanceTo(start + 1000);
  b.ask('b');
  await settle();
  t.deepEqual(b.state.keys, ['charge/av/000000000001']);
});

test('a permit that is not used gives its quota back', async t => {
  const b = openBudget({ limits: [{ requests: 1, perMs: days }] });
  b.ask('a');
  b.ask('b');
  await settle();
  (b.reply('a') as Permit).cancel();
  await settle();
  t.deepEqual(b.granted(), ['a', 'b']);
  await b.settle('b');
  t.deepEqual(b.state.keys, ['charge/av/000000000001']);
});

test('a withdrawn request is not answered and holds nobody up, even while it is being reserved', async t => {
  const waits: (() => void)[] = [];
  const b = openBudget({
    limits: [{ requests: 1, perMs: days }],
    reserve: write =>
      new Promise(resolve =>
        waits.push(() => {
          write();
          resolve();
        }),
      ),
  });
  for (const id of ['a', 'b', 'c']) b.ask(id);
  b.tell({ kind: 'withdraw', id: 'a' });
  b.tell({ kind: 'withdraw', id: 'b' });
  waits.shift()!();
  await settle();
  waits.shift()!();
  await settle();
  t.deepEqual(b.granted(), ['c']);
});

test('a heavy call at the head of the line is not passed by light ones, and one that can never fit is refused at once', async t => {
  const b = openBudget({ limits: [{ requests: 5, perMs: 1000 }] });
  b.ask('a', 3);
  b.ask('heavy', 5);
  b.ask('light', 1);
  b.ask('never', 6);
  await settle();
  t.deepEqual(b.granted(), ['a']);
  t.is(b.reply('never')?.kind, 'impossible');
  await b.settle('a');
  await b.world.advanceTo(start + 1000);
  t.deepEqual(b.granted(), ['heavy']);
});

test('beyond a thousand waiting requests the next is refused', t => {
  const b = openBudget({ limits: [{ requests: 1, perMs: days }] });
  for (let i = 0; i < 1_002; i++) b.ask(String(i));
  t.is(b.reply('1001')?.kind, 'full');
  t.is(b.reply('1000'), undefined);
});

test('while paused nothing is granted, not even what was being reserved', async t => {
  const b = openBudget({ limits: [{ requests: 2, perMs: days }] });
  b.ask('a');
  b.tell({ kind: 'pause', reason: 'by hand' });
  b.ask('b');
  await settle();
  t.deepEqual(b.granted(), []);
  b.tell({ kind: 'resume' });
  await settle();
  t.deepEqual(b.granted(), ['a', 'b']);
  t.deepEqual(b.kinds(), ['source-paused', 'source-resumed']);
});

test('after a crash a call without an answer counts until its window has passed since its deadline, a slow flush included, or since the start', async t => {
  const b = openBudget({ limits: [{ requests: 1, perMs: 60_000 }] });
  b.ask('a');
  await settle();
  const soon = openBudget({
    limits: [{ requests: 1, perMs: 60_000 }],
    world: createWorld(start + 5_000),
    state: b.state,
  });
  soon.ask('b');
  await soon.world.advanceTo(start + 64_999);
  t.deepEqual(soon.granted(), []);
  await soon.world.advanceTo(start + 65_000);
  t.deepEqual(soon.granted(), ['b']);

  const c = openBudget({ limits: [{ requests: 1, perMs: 60_000 }] });
  c.ask('a');
  await settle();
  const late = openBudget({
    limits: [{ requests: 1, perMs: 60_000 }],
    world: createWorld(start + 50_000),
    state: c.state,
  });
  late.ask('b');
  await late.world.advanceTo(start + 94_999);
  t.deepEqual(late.granted(), []);
  await late.world.advanceTo(start + 95_000);
  t.deepEqual(late.granted(), ['b']);
});

test('a stored time that lies in the future, because the clock was set back, counts as now', async t => {
  const b = openBudget({ limits: [{ requests: 1, perMs: 60_000 }, newYorkDay] });
  b.ask('a');
  await settle();
  await b.settle('a', refusal('day', 20 * hours));
  const back = start - 400 * days;
  const next = openBudget({ limits: [{ requests: 1, perMs: 60_000 }], world: createWorld(back), state: b.state });
  t.is(next.view().limits[0]?.used, 1);
  t.is(next.view().closed?.untilMs, back + days);
  await next.world.advanceTo(back + 60_000);
  t.is(next.view().limits[0]?.used, 0);
});

test('a clock that was set back in one run and set right before the next makes no call look older', async t => {
  const b = openBudget({ limits: [{ requests: 1, perMs: hours }] });
  b.ask('a');
  await settle();
  b.world.jumpWall(-hours);
  await b.settle('a');
  const next = openBudget({
    limits: [{ requests: 1, perMs: hours }],
    world: createWorld(start + minutes),
    state: b.state,
  });
  next.ask('b');
  await next.world.advanceTo(start + hours - 1);
  t.deepEqual(next.granted(), []);
  await next.world.advanceTo(start + hours);
  t.deepEqual(next.granted(), ['b']);
});

test('a restart of the actor forgets neither requests nor calls in flight', async t => {
  let lost = true;
  const b = openBudget({
    limits: [{ requests: 2, perMs: days }],
    reserve: async write => (lost ? new Promise<void>(() => {}) : write()),
  });
  b.ask('a');
  b.ask('b');
  lost = false;
  b.restart();
  await settle();
  t.deepEqual(b.granted(), ['a']);
  t.deepEqual([b.view().limits[0]?.used, b.view().waiting], [2, 1]);
});

test('other limits hold at once, and requests that became impossible are answered', async t => {
  const b = openBudget({ limits: [{ requests: 1, perMs: days }] });
  for (const id of ['a', 'b', 'c']) b.ask(id);
  await settle();
  b.tell({ kind: 'limits', limits: [{ requests: 2, perMs: days }] });
  await settle();
  t.deepEqual(b.granted(), ['a', 'b']);
  b.tell({ kind: 'limits', limits: [{ requests: 0, perMs: days }] });
  t.is(b.reply('c')?.kind, 'impossible');
});

test('the count of a limit is reported when it changes, at most once a second, also when it falls to zero', async t => {
  const b = openBudget({ limits: [{ requests: 5, perMs: 2000 }] });
  const said = (): number[] => b.events.flatMap(event => (event.kind === 'quota' ? [event.used] : []));
  for (const id of ['a', 'b', 'c']) {
    b.ask(id);
    await b.world.advanceTo(b.world.trueMs + 100);
    await b.settle(id);
  }
  t.deepEqual(said(), [0]);
  await b.world.advanceTo(start + 1_000);
  t.deepEqual(said(), [0, 3]);
  await b.world.advanceTo(start + 10_000);
  t.deepEqual(said().at(-1), 0);
  t.deepEqual(
    b.events.flatMap(event => (event.kind === 'permit-granted' ? [event.waitedMs] : [])),
    [0, 0, 0],
  );
});
