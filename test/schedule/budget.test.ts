import test from 'ava';
import type { Event } from '../../src/records/event.js';
import {
  type BudgetCommand,
  type BudgetView,
  budget,
  type Permit,
  type PermitReply,
} from '../../src/schedule/budget.js';
import type { Limit } from '../../src/schedule/limit.js';
import type { Verdict } from '../../src/schedule/verdict.js';
import { createState, createWorld, settle, type World } from './world.js';

const minutes = 60_000;
const hours = 60 * minutes;
const days = 24 * hours;
const start = Date.parse('2024-06-11T14:00Z');
const newYorkDay: Limit = { requests: 25, perMs: days, resetsAt: '00:00', zone: 'America/New_York' };

interface Options {
  readonly limits?: readonly Limit[];
  readonly concurrency?: number;
  readonly world?: World;
  readonly state?: ReturnType<typeof createState>;
  readonly reserve?: (write: () => void) => Promise<void>;
}

/** A budget with everything it says and does. */
function open({
  limits = [],
  concurrency = 10,
  world = createWorld(start),
  state = createState(),
  reserve,
}: Options = {}) {
  const events: Event[] = [];
  const replies = new Map<string, PermitReply>();
  const reservations: number[] = [];
  const factory = budget({
    source: 'av',
    limits,
    concurrency,
    deadlineMs: 30_000,
    state,
    time: world.time,
    random: () => 0.5,
    report: event => events.push(event),
    reserve: async changes => {
      reservations.push(changes.filter(([key, value]) => key.startsWith('charge/') && value).length);
      const write = (): void => state.write(changes);
      if (reserve) await reserve(write);
      else write();
    },
  });
  let actor = world.spawn<BudgetCommand>(factory);
  return {
    world,
    state,
    events,
    reservations,
    tell: (command: BudgetCommand) => actor.tell(command),
    restart() {
      actor.kill();
      actor = world.spawn<BudgetCommand>(factory);
    },
    ask: (id: string, weight = 1) =>
      actor.tell({ kind: 'request', id, weight, replyTo: reply => replies.set(id, reply) }),
    reply: (id: string) => replies.get(id),
    /** Ids that have their permit. */
    granted: () => [...replies].filter(([, reply]) => reply.kind === 'permit').map(([id]) => id),
    async settle(
      id: string,
      verdict: Verdict = { kind: 'records' },
      hint?: { remaining: number; resetsAtMs?: number },
    ) {
      state.write((replies.get(id) as Permit).settled(verdict, hint));
      replies.delete(id);
      await settle();
    },
    view(): BudgetView {
      let view: BudgetView | undefined;
      actor.tell({
        kind: 'usage',
        replyTo: answer => {
          view = answer;
        },
      });
      return view!;
    },
    kinds: () => events.filter(({ kind }) => kind !== 'quota' && kind !== 'permit-granted').map(({ kind }) => kind),
  };
}

const refusal = (by: 'burst' | 'minute' | 'day' | 'concurrency', retryAfterMs?: number): Verdict => ({
  kind: 'refused',
  by,
  detail: `refused for ${by}`,
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
});

test('a permit is given only after its reservation is durable', async t => {
  let finish: (() => void) | undefined;
  const b = open({
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

test('requests that can be granted while a reservation is under way are reserved together after it, first come first', async t => {
  const waits: (() => void)[] = [];
  const b = open({
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
  const b = open({
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

test('a settlement holds the answered call and takes away those that count no more', async t => {
  const b = open({ limits: [{ requests: 2, perMs: 1000 }] });
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
  const b = open({ limits: [{ requests: 1, perMs: days }] });
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
  const b = open({
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
  const b = open({ limits: [{ requests: 5, perMs: 1000 }] });
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
  const b = open({ limits: [{ requests: 1, perMs: days }] });
  for (let i = 0; i < 1_002; i++) b.ask(String(i));
  t.is(b.reply('1001')?.kind, 'full');
  t.is(b.reply('1000'), undefined);
});

test('no more calls are in flight than the config allows, and one less after each refusal for concurrency, until a calm minute has passed', async t => {
  const b = open({ concurrency: 3 });
  for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) b.ask(id);
  await settle();
  t.deepEqual(b.granted(), ['a', 'b', 'c']);
  await b.world.advanceTo(start + 10);
  await b.settle('a', refusal('concurrency'));
  await b.settle('b', refusal('concurrency'));
  t.deepEqual(b.granted(), ['c', 'd']);
  t.is(b.view().concurrency, 2);
  await b.world.advanceTo(start + 59_000);
  t.deepEqual(b.granted(), ['c', 'd']);
  await b.world.advanceTo(start + 60_010);
  t.deepEqual(b.granted(), ['c', 'd', 'e']);
});

test('a refusal for bursts lowers the rate once for calls that went out together, pauses, and accepted calls raise it again', async t => {
  const b = open({ limits: [{ requests: 10, perMs: 1000 }] });
  for (let i = 0; i < 10; i++) b.ask(`x${i}`);
  await b.world.advanceTo(start + 10);
  for (let i = 0; i < 10; i++) await b.settle(`x${i}`, refusal('burst'));
  t.deepEqual(
    b.events.flatMap(event => (event.kind === 'rate-lowered' ? [event.perSecond] : [])),
    [7],
  );
  let served = 0;
  let total = 0;
  const serve = async (untilMs: number, stepMs: number): Promise<void> => {
    while (b.world.trueMs < untilMs) {
      if (b.view().waiting < 2) b.ask(String(++served));
      await b.world.advanceTo(b.world.trueMs + stepMs);
      for (const id of b.granted()) {
        total += 1;
        await b.settle(id);
      }
    }
  };
  await serve(start + 1_490, 20);
  t.is(total, 0);
  await serve(start + 11_510, 20);
  t.true(total >= 69 && total <= 72, `${total} calls in ten seconds`);
  await serve(start + 400_000, 500);
  t.is(b.view().perSecond, undefined);
  t.deepEqual([...new Set(b.kinds())], ['rate-lowered', 'rate-raised']);
  t.is(b.kinds().filter(kind => kind === 'rate-raised').length, 6);
});

test('without a declared rate the first refusal for bursts measures what was too fast', async t => {
  const b = open({ limits: [newYorkDay] });
  for (let i = 0; i < 5; i++) b.ask(String(i));
  await settle();
  t.is(b.granted().length, 5);
  for (let i = 0; i < 5; i++) await b.settle(String(i), refusal('burst'));
  t.is(b.view().perSecond, 3.5);
});

test('a refusal for the minute waits for the next full minute, then one call tries before the others follow', async t => {
  const b = open();
  await b.world.advanceTo(start + 20_000);
  b.ask('a');
  await settle();
  await b.settle('a', refusal('minute'));
  for (const id of ['b', 'c', 'd']) b.ask(id);
  await b.world.advanceTo(start + 60_999);
  t.deepEqual(b.granted(), []);
  await b.world.advanceTo(start + 61_000);
  t.deepEqual(b.granted(), ['b']);
  await b.settle('b');
  t.deepEqual(b.granted(), ['c', 'd']);
  t.deepEqual(b.kinds(), ['source-paused', 'source-resumed']);
});

test('a refusal for the day closes the source to the reset of the declared day, also over a restart of the program', async t => {
  const b = open({ limits: [newYorkDay] });
  b.ask('a');
  await settle();
  await b.settle('a', refusal('day'));
  const reset = Date.parse('2024-06-12T04:00:01Z');
  t.is(b.view().closed?.untilMs, reset);
  await b.world.advanceTo(start + hours);
  const next = open({ limits: [newYorkDay], world: createWorld(start + hours), state: b.state });
  next.ask('b');
  next.ask('c');
  await next.world.advanceTo(reset - 1);
  t.deepEqual(next.granted(), []);
  await next.world.advanceTo(reset);
  t.deepEqual(next.granted(), ['b']);
  await next.settle('b');
  t.deepEqual(next.granted(), ['c']);
  await next.settle('c');
  t.deepEqual(
    next.state.keys.filter(key => key.startsWith('closed/')),
    [],
  );
});

test('refused again right after the reset, or without a declared reset, the day is tried once an hour', async t => {
  for (const limits of [[newYorkDay], [{ requests: 25, perMs: days }], []]) {
    const b = open({ limits });
    b.ask('a');
    await settle();
    await b.settle('a', refusal('day'));
    for (let i = 0; i < 8; i++) b.ask(`p${i}`);
    const tries: number[] = [];
    for (let i = 0; i < 4; i++) {
      while (b.granted().length === 0) await b.world.advanceTo(b.world.trueMs + minutes);
      tries.push(b.world.trueMs);
      t.is(b.granted().length, 1);
      await b.settle(b.granted()[0]!, refusal('day'));
    }
    const gaps = tries.slice(1).map((ms, i) => Math.round((ms - tries[i]!) / hours));
    t.deepEqual(gaps, [1, 1, 1]);
  }
});

test('Retry-After comes before other waits and is cut at a day, which the reason says', async t => {
  const b = open();
  b.ask('a');
  await settle();
  await b.settle('a', refusal('minute', 90_000));
  t.is(b.view().closed?.untilMs, start + 90_000);
  await b.world.advanceTo(start + 90_000);
  b.ask('b');
  await settle();
  await b.settle('b', refusal('day', 30 * days));
  t.is(b.view().closed?.untilMs, start + 90_000 + days);
  t.regex(b.view().closed!.reason, /cut at a day/);
});

test('a source that refuses every call with Retry-After: 0, or for concurrency though only one is in flight, is not called in a loop', async t => {
  for (const verdict of [refusal('minute', 0), refusal('burst', 0), refusal('concurrency')]) {
    const b = open({ concurrency: 1 });
    let calls = 0;
    for (let id = 0; b.world.trueMs < start + 10_000; id++) {
      if (b.view().waiting === 0) b.ask(String(id));
      await b.world.advanceTo(b.world.trueMs + 10);
      for (const granted of b.granted()) {
        calls += 1;
        await b.settle(granted, verdict);
      }
    }
    t.true(calls <= 11, `${calls} calls in ten seconds`);
  }
});

test('a source that is away with Retry-After is left alone for so long', async t => {
  const b = open();
  b.ask('a');
  await settle();
  await b.settle('a', { kind: 'unavailable', retryAfterMs: 7_000 });
  b.ask('b');
  await b.world.advanceTo(start + 6_999);
  t.deepEqual(b.granted(), []);
  await b.world.advanceTo(start + 7_000);
  t.deepEqual(b.granted(), ['b']);
});

test('headers only take away: what they leave is spent, then their reset is waited for', async t => {
  const b = open({ limits: [{ requests: 100, perMs: 1000 }] });
  b.ask('a');
  b.ask('b');
  await settle();
  await b.settle('a', { kind: 'records' }, { remaining: 3, resetsAtMs: start + 30_000 });
  await b.settle('b', { kind: 'records' }, { remaining: 90, resetsAtMs: start + 30_000 });
  for (const id of ['c', 'd', 'e', 'f']) b.ask(id);
  await settle();
  // Three were left while `b` was in flight: it may have been the fourth.
  t.deepEqual(b.granted(), ['c', 'd']);
  await b.world.advanceTo(start + 29_999);
  t.deepEqual(b.granted(), ['c', 'd']);
  await b.world.advanceTo(start + 30_000);
  t.deepEqual(b.granted(), ['c', 'd', 'e', 'f']);
});

test('a denied key stops the source: all who wait are told, and all who come', async t => {
  const b = open({ concurrency: 1 });
  b.ask('a');
  b.ask('b');
  await settle();
  await b.settle('a', { kind: 'denied', by: 'key', detail: 'bad key' });
  b.ask('c');
  t.deepEqual(
    [b.reply('b'), b.reply('c')],
    [
      { kind: 'stopped', reason: 'bad key' },
      { kind: 'stopped', reason: 'bad key' },
    ],
  );
  t.deepEqual(b.kinds(), ['source-stopped']);
});

test('a feed that the plan lacks does not stop the others', async t => {
  const b = open();
  b.ask('a');
  await settle();
  await b.settle('a', { kind: 'denied', by: 'entitlement', detail: 'premium' });
  b.ask('b');
  await settle();
  t.deepEqual(b.granted(), ['b']);
});

test('while paused nothing is granted, not even what was being reserved', async t => {
  const b = open({ limits: [{ requests: 2, perMs: days }] });
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

test('after a crash a call without an answer counts until its window has passed since its deadline or since the start', async t => {
  const b = open({ limits: [{ requests: 1, perMs: 60_000 }] });
  b.ask('a');
  await settle();
  const soon = open({ limits: [{ requests: 1, perMs: 60_000 }], world: createWorld(start + 5_000), state: b.state });
  soon.ask('b');
  await soon.world.advanceTo(start + 64_999);
  t.deepEqual(soon.granted(), []);
  await soon.world.advanceTo(start + 65_000);
  t.deepEqual(soon.granted(), ['b']);

  const c = open({ limits: [{ requests: 1, perMs: 60_000 }] });
  c.ask('a');
  await settle();
  const late = open({ limits: [{ requests: 1, perMs: 60_000 }], world: createWorld(start + 50_000), state: c.state });
  late.ask('b');
  await late.world.advanceTo(start + 89_999);
  t.deepEqual(late.granted(), []);
  await late.world.advanceTo(start + 90_000);
  t.deepEqual(late.granted(), ['b']);
});

test('a stored time that lies in the future, because the clock was set back, counts as now', async t => {
  const b = open({ limits: [{ requests: 1, perMs: 60_000 }, newYorkDay] });
  b.ask('a');
  await settle();
  await b.settle('a', refusal('day', 20 * hours));
  const back = start - 400 * days;
  const next = open({ limits: [{ requests: 1, perMs: 60_000 }], world: createWorld(back), state: b.state });
  t.is(next.view().limits[0]?.used, 1);
  t.is(next.view().closed?.untilMs, back + days);
  await next.world.advanceTo(back + 60_000);
  t.is(next.view().limits[0]?.used, 0);
});

test('a clock that was set back in one run and set right before the next makes no call look older', async t => {
  const b = open({ limits: [{ requests: 1, perMs: hours }] });
  b.ask('a');
  await settle();
  b.world.jumpWall(-hours);
  await b.settle('a');
  const next = open({ limits: [{ requests: 1, perMs: hours }], world: createWorld(start + minutes), state: b.state });
  next.ask('b');
  await next.world.advanceTo(start + hours - 1);
  t.deepEqual(next.granted(), []);
  await next.world.advanceTo(start + hours);
  t.deepEqual(next.granted(), ['b']);
});

test('a restart of the actor forgets neither requests nor calls in flight', async t => {
  let lost = true;
  const b = open({
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
  const b = open({ limits: [{ requests: 1, perMs: days }] });
  for (const id of ['a', 'b', 'c']) b.ask(id);
  await settle();
  b.tell({ kind: 'limits', limits: [{ requests: 2, perMs: days }] });
  await settle();
  t.deepEqual(b.granted(), ['a', 'b']);
  b.tell({ kind: 'limits', limits: [{ requests: 0, perMs: days }] });
  t.is(b.reply('c')?.kind, 'impossible');
});

test('the count of a limit is reported when it changes, at most once a second, also when it falls to zero', async t => {
  const b = open({ limits: [{ requests: 5, perMs: 2000 }] });
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
