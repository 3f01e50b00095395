import test from 'ava';
import fc from 'fast-check';
import { runs } from '../property-runs.js';
import { collector, microtasks, quick, world } from './world.js';

test('a throw restarts the actor after a back-off: fresh state, mailbox kept, the failing command dropped', async t => {
  const { system, events, time } = world();
  const seen: string[] = [];
  let incarnations = 0;
  const left: number[] = [];
  const actor = system.spawn<string>(
    'a',
    () => {
      const incarnation = ++incarnations;
      return {
        receive(command) {
          if (command === 'poison') throw new Error(`first line\n${'x'.repeat(1_000)}`);
          seen.push(`${incarnation}:${command}`);
        },
        stopped: () => void left.push(incarnation),
      };
    },
    { supervision: quick },
  );
  for (const command of ['a', 'poison', 'b']) actor.tell(command);
  await microtasks();
  t.true(actor.tell('c'));
  t.deepEqual(seen, ['1:a']);
  t.deepEqual(left, [1]);
  t.deepEqual(events, [{ kind: 'actor-restarted', actor: 'a', error: 'Error: first line', backoffMs: 15 }]);
  await time.advance(14);
  t.is(incarnations, 1);
  await time.advance(1);
  t.deepEqual(seen, ['1:a', '2:b', '2:c']);
});

test('the mailbox stays bounded during a back-off', async t => {
  const { system, time } = world();
  const seen: number[] = [];
  const actor = system.spawn<number>(
    'a',
    collector(seen, n => n < 0),
    {
      mailbox: { capacity: 5, policy: 'reject' },
      supervision: quick,
    },
  );
  actor.tell(-1);
  await microtasks();
  const taken = Array.from({ length: 100 }, (_, n) => actor.tell(n)).filter(Boolean).length;
  t.is(taken, 5);
  await time.advance(100);
  t.deepEqual(seen, [0, 1, 2, 3, 4]);
});

test('timers and promises of an incarnation die with it', async t => {
  const { system, time } = world();
  const seen: string[] = [];
  let settle: (value: string) => void = () => {};
  let starts = 0;
  const actor = system.spawn<string>(
    'a',
    context => {
      starts += 1;
      if (starts === 1) {
        context.after(5, 'timer of the first');
        context.pipe(new Promise<string>(resolve => (settle = resolve)), value => value, String);
      } else context.after(5, 'timer of the second');
      return {
        receive(command) {
          if (command === 'poison') throw new Error('poison');
          seen.push(command);
        },
      };
    },
    { supervision: quick },
  );
  actor.tell('poison');
  await microtasks();
  // Back-off and budget, and no timer of the dead incarnation.
  t.is(time.waiting, 2);
  settle('promise of the first');
  await time.advance(100);
  t.deepEqual(seen, ['timer of the second']);
});

test('property: back-off stays within its bounds and never exceeds the budget, then the actor fails, is refused, and escalates once', async t => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 6 }),
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 50, max: 400 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      async (maxRestarts, minBackoffMs, maxBackoffMs, chance) => {
        const { system, time, restarts, failed, events, lost } = world(() => chance);
        const actor = system.spawn<number>(
          'a',
          collector<number>([], () => true),
          {
            supervision: { minBackoffMs, maxBackoffMs, maxRestarts, withinMs: 10_000 },
          },
        );
        for (let n = 0; n < 10; n += 1) actor.tell(n);
        await time.advance(9_000);
        t.is(restarts().length, maxRestarts);
        for (const event of restarts()) t.true(event.backoffMs >= minBackoffMs && event.backoffMs <= maxBackoffMs);
        t.deepEqual(failed, ['a']);
        t.is(events.filter(event => event.kind === 'actor-failed').length, 1);
        t.is(lost(), 10 - maxRestarts - 1);
        t.false(actor.tell(1));
        t.is(time.waiting, 0);
      },
    ),
    runs(40),
  );
});

test('the restart budget refills with time, whatever the wall clock does', async t => {
  const { system, time, failed, restarts } = world();
  const actor = system.spawn<string>(
    'a',
    collector<string>([], () => true),
    { supervision: quick },
  );
  for (let n = 0; n < 20; n += 1) {
    actor.tell('poison');
    time.jumpWall(n % 2 === 0 ? 7_200_000 : -7_200_000);
    await time.advance(400);
  }
  t.is(restarts().length, 20);
  t.deepEqual(failed, []);
});

test('an actor that throws a thousand times does not disturb its neighbour', async t => {
  const { system, time, failed } = world();
  const seen: number[] = [];
  const bad = system.spawn<number>(
    'bad',
    collector<number>([], () => true),
  );
  const good = system.spawn<number>('good', collector(seen));
  for (let n = 0; n < 1_000; n += 1) {
    bad.tell(n);
    t.true(good.tell(n));
    await time.advance(10);
  }
  t.deepEqual(failed, []);
  await time.advance(60_000);
  t.deepEqual(failed, ['bad']);
  t.is(seen.length, 1_000);
});

test('a factory that throws is supervised', async t => {
  const { system, time, restarts } = world();
  let attempts = 0;
  const seen: string[] = [];
  const actor = system.spawn<string>(
    'a',
    () => {
      attempts += 1;
      if (attempts < 3) throw new Error('not yet');
      return { receive: command => void seen.push(command) };
    },
    { supervision: quick },
  );
  actor.tell('kept');
  await time.advance(1_000);
  t.is(restarts().length, 2);
  t.deepEqual(seen, ['kept']);
});

test('anything can be thrown: the report stays one short line', async t => {
  const { system, time, restarts } = world();
  const poisons: unknown[] = ['text', undefined, Object.create(null), Symbol('s'), { message: 'secret' }];
  const actor = system.spawn<number>(
    'a',
    () => ({
      receive(n) {
        throw poisons[n];
      },
    }),
    { supervision: { ...quick, maxRestarts: 10 } },
  );
  for (const n of poisons.keys()) actor.tell(n);
  await time.advance(5_000);
  t.deepEqual(
    restarts().map(event => event.error),
    ['text', 'undefined', 'object', 'symbol', 'object'],
  );
});

test('a system stops in reverse order of spawning, each actor when the one before has ended, with what waits handled first', async t => {
  const { system, time } = world();
  const log: string[] = [];
  const refs = ['one', 'two', 'three'].map(name =>
    system.spawn<string>(name, context => ({
      receive: command => void log.push(`${name} ${command}`),
      async stopped() {
        log.push(`${name} stops`);
        await new Promise<void>(resolve => time.schedule(() => resolve(), 10));
        log.push(`${name} ended@${context.now()}`);
      },
    })),
  );
  for (const ref of refs) ref.tell('last word');
  const stopped = system.stop();
  t.false(refs[2]!.tell('too late'));
  t.true(refs[0]!.tell('still open'));
  await time.advance(100);
  await stopped;
  t.deepEqual(log, [
    'one last word',
    'one still open',
    'two last word',
    'three last word',
    'three stops',
    'three ended@10',
    'two stops',
    'two ended@20',
    'one stops',
    'one ended@30',
  ]);
  t.is(time.waiting, 0);
  t.throws(() => system.spawn('late', () => ({ receive: () => {} })), { message: /stopping/ });
});

test('a stop that hangs is passed over at the deadline and reported, one that throws at once, and the rest still stop', async t => {
  const { system, time, events, failed } = world();
  const log: string[] = [];
  const spawn = (name: string, stopped: () => void | Promise<void>) =>
    system.spawn<string>(name, () => ({ receive: () => {}, stopped }));
  spawn('first', () => void log.push('first'));
  spawn('hangs', () => new Promise(() => {}));
  spawn('throws', () => {
    throw new Error('cannot');
  });
  spawn('rejects', () => Promise.reject(new Error('will not')));
  const stopped = system.stop(500);
  await time.advance(499);
  t.deepEqual(log, []);
  await time.advance(1);
  await stopped;
  t.deepEqual(log, ['first']);
  t.deepEqual(events, [
    { kind: 'actor-failed', actor: 'rejects', error: 'while stopping: Error: will not' },
    { kind: 'actor-failed', actor: 'throws', error: 'while stopping: Error: cannot' },
    { kind: 'actor-failed', actor: 'hangs', error: 'did not stop within 500 ms' },
  ]);
  t.deepEqual(failed, []);
});

test('a stop during a back-off does not wait for it, and counts what waited as lost', async t => {
  const { system, time, lost } = world();
  const seen: number[] = [];
  const actor = system.spawn<number>(
    'a',
    collector(seen, n => n === 0),
    { supervision: quick },
  );
  for (const n of [0, 1, 2]) actor.tell(n);
  await microtasks();
  await system.stop();
  t.is(lost(), 2);
  t.is(time.waiting, 0);
  t.deepEqual(seen, []);
});

test('a stop handles all that waits, however much', async t => {
  const { system, lost } = world();
  const seen: number[] = [];
  const actor = system.spawn<number>('a', collector(seen));
  for (let n = 0; n < 1_000; n += 1) actor.tell(n);
  await system.stop();
  t.is(seen.length, 1_000);
  t.is(lost(), 0);
});

test('a throw during a stop fails the actor without escalating', async t => {
  const { system, events, failed } = world();
  const actor = system.spawn<number>(
    'a',
    collector<number>([], () => true),
  );
  for (let n = 0; n < 3; n += 1) actor.tell(n);
  await system.stop();
  t.deepEqual(events, [
    { kind: 'mailbox-lost', actor: 'a', count: 2 },
    { kind: 'actor-failed', actor: 'a', error: 'Error: poison' },
  ]);
  t.deepEqual(failed, []);
});
