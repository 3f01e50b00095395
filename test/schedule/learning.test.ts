import test from 'ava';
import type { Limit } from '../../src/schedule/limit.js';
import { days, hours, minutes, newYorkDay, openBudget, refusal, start } from './open-budget.js';
import { createState, createWorld, settle } from './world.js';

test('no more calls are in flight than the config allows, and one less after each refusal for concurrency, until a calm minute has passed', async t => {
  const b = openBudget({ concurrency: 3 });
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
  const b = openBudget({ limits: [{ requests: 10, perMs: 1000 }] });
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
  t.true(total >= 64 && total <= 71, `${total} calls in ten seconds`);
  await serve(start + 119_000, 20);
  t.is(b.view().perSecond, 7);
  await serve(start + 140_000, 20);
  t.is(b.view().perSecond, undefined);
  const learned = b.events.flatMap(event => (event.kind === 'limits-learned' ? [event.learned] : []));
  t.deepEqual(learned[0], [{ limit: '7/1s', declared: '10/1s' }]);
  t.deepEqual(learned.at(-1), [], 'and that is over');
  t.deepEqual(
    b.kinds().filter(kind => kind !== 'limits-learned'),
    ['rate-lowered', 'rate-raised'],
  );
});

test('a lone refusal among hundreds of accepted calls lowers the rate a little, the next one soon after it by more', async t => {
  const b = openBudget({ limits: [{ requests: 10, perMs: 1000 }] });
  const serve = async (calls: number, verdict?: ReturnType<typeof refusal>): Promise<void> => {
    for (let call = 0; call < calls; call++) {
      b.ask('x');
      for (let waited = 0; b.granted().length === 0 && waited < 100; waited++)
        await b.world.advanceTo(b.world.trueMs + 100);
      await b.settle('x', verdict);
    }
  };
  const rates = (): number[] => b.events.flatMap(event => (event.kind === 'rate-lowered' ? [event.perSecond] : []));
  await serve(150);
  await serve(1, refusal('burst'));
  t.is(rates().length, 1);
  const full = rates()[0]! / 0.85;
  t.true(full > 5 && full <= 10, `${full}`);
  await serve(3);
  await serve(1, refusal('burst'));
  t.true(rates()[1]! <= 0.7 * rates()[0]! + 1e-9, rates().join());
});

/** A budget that eight calls, a refusal for speed and one for the day have taught. */
async function taught(limits: readonly Limit[]) {
  const b = openBudget({ limits });
  for (let i = 0; i < 10; i++) b.ask(`x${i}`);
  await settle();
  await b.settle('x9', refusal('burst'));
  for (let i = 0; i < 8; i++) await b.settle(`x${i}`);
  await b.settle('x8', refusal('day'));
  return b;
}

test('what refusals taught outlives the program, also over a clock that is set back meanwhile', async t => {
  for (const awayMs of [minutes, -300 * days]) {
    const limits = [{ requests: 10, perMs: 1000 }, newYorkDay];
    const b = await taught(limits);
    const next = openBudget({ limits, world: createWorld(start + awayMs), state: b.state });
    t.is(next.view().perSecond, 7);
    t.regex(Buffer.from(b.state.get('learned/av')!).toString(), /"day":\{"requests":8,/);
    for (let i = 0; i < 30; i++) next.ask(String(i));
    await next.world.advanceTo(next.world.trueMs + 2 * days);
    t.true(next.granted().length > 0);
  }
});

test('what was learned of a limit holds no more when another one is declared, over a restart and at once, and what was learned of the others holds on', async t => {
  const limits = [{ requests: 10, perMs: 1000 }, newYorkDay];
  const upgraded = [limits[0]!, { ...newYorkDay, requests: 500 }];
  const b = await taught(limits);
  const learned = (of: typeof b) => JSON.parse(Buffer.from(of.state.get('learned/av')!).toString()) as object;
  t.deepEqual(Object.keys(learned(b)), ['second', 'day']);
  const spend = async (of: typeof b): Promise<void> => {
    t.is(of.view().perSecond, 7);
    t.is(of.view().closed, undefined);
    for (let i = 0; i < 100; i++) of.ask(`y${i}`);
    for (let i = 0; i < 100; i++) {
      while (of.reply(`y${i}`) === undefined && of.world.trueMs < start + hours)
        await of.world.advanceTo(of.world.trueMs + 500);
      await of.settle(`y${i}`);
    }
    t.is(of.view().limits[1]!.used, 110);
  };
  const stored = createState();
  stored.write([...b.state.range('')]);
  const next = openBudget({ limits: upgraded, world: createWorld(start + minutes), state: stored });
  await spend(next);
  await b.world.advanceTo(start + minutes);
  b.tell({ kind: 'limits', limits: upgraded });
  await spend(b);
  t.deepEqual(Object.keys(learned(b)), ['second']);
  t.is(b.state.get('closed/av'), undefined);
});

test('without a declared rate the first refusal for bursts measures what was too fast', async t => {
  const b = openBudget({ limits: [newYorkDay] });
  for (let i = 0; i < 5; i++) b.ask(String(i));
  await settle();
  t.is(b.granted().length, 5);
  for (let i = 0; i < 5; i++) await b.settle(String(i), refusal('burst'));
  t.is(b.view().perSecond, 3.5);
});

test('a refusal for the minute waits for the next full minute, then one call after the other tries', async t => {
  const b = openBudget({ limits: [{ requests: 75, perMs: 60_000 }] });
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
  t.deepEqual(b.granted(), ['c']);
  await b.settle('c');
  t.deepEqual(b.granted(), ['d']);
  t.deepEqual(b.kinds(), ['limits-learned', 'rate-lowered', 'source-paused', 'source-resumed']);
});

test('a refusal for the day closes the source to the reset of the declared day, also over a restart of the program', async t => {
  const b = openBudget({ limits: [newYorkDay] });
  b.ask('a');
  await settle();
  await b.settle('a', refusal('day'));
  const reset = Date.parse('2024-06-12T04:00:01Z');
  t.is(b.view().closed?.untilMs, reset);
  await b.world.advanceTo(start + hours);
  const next = openBudget({ limits: [newYorkDay], world: createWorld(start + hours), state: b.state });
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
    const b = openBudget({ limits });
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
  const b = openBudget();
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
    const b = openBudget({ concurrency: 1 });
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
  const b = openBudget();
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
  const b = openBudget({ limits: [{ requests: 100, perMs: 1000 }] });
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
  const b = openBudget({ concurrency: 1 });
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
  const b = openBudget();
  b.ask('a');
  await settle();
  await b.settle('a', { kind: 'denied', by: 'entitlement', detail: 'premium' });
  b.ask('b');
  await settle();
  t.deepEqual(b.granted(), ['b']);
});
