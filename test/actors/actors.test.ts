import test from 'ava';
import fc from 'fast-check';
import type { ActorRef, Factory, Supervision } from '../../src/actors/actor.js';
import type { ActorEvent } from '../../src/actors/actor-event.js';
import { createSystem } from '../../src/actors/actor-system.js';
import { ask } from '../../src/actors/ask.js';
import type { Event } from '../../src/records/event.js';
import { createVirtualTime } from '../streams/virtual-time.js';

const world = (random: () => number = () => 0.5) => {
  const time = createVirtualTime(0);
  const events: ActorEvent[] = [];
  const failed: string[] = [];
  const system = createSystem({
    scheduler: time,
    random,
    report: event => events.push(event),
    onFailed: name => failed.push(name),
  });
  const lost = () => events.reduce((sum, event) => sum + (event.kind === 'mailbox-lost' ? event.count : 0), 0);
  const restarts = () => events.filter(event => event.kind === 'actor-restarted');
  return { time, system, events, failed, lost, restarts };
};

const microtasks = async () => {
  for (let round = 0; round < 20; round += 1) await Promise.resolve();
};

/** `seen` outlives restarts, unlike anything inside the factory. */
const collector =
  <C>(seen: C[], poison: (command: C) => boolean = () => false): Factory<C> =>
  () => ({
    receive(command) {
      if (poison(command)) throw new Error('poison');
      seen.push(command);
    },
  });

const quick: Supervision = { minBackoffMs: 10, maxBackoffMs: 40, maxRestarts: 3, withinMs: 1_000 };

test('what the runtime reports fits the events of the program', t => {
  const accepts = (event: ActorEvent): Event => event;
  t.is(accepts({ kind: 'mailbox-lost', actor: 'a', count: 1 }).kind, 'mailbox-lost');
});

test('a command is handled in the microtask drain of its sender, not later and not at once', async t => {
  const { system } = world();
  const seen: number[] = [];
  const actor = system.spawn<number>('a', collector(seen));
  t.true(actor.tell(1));
  t.deepEqual(seen, []);
  await microtasks();
  t.deepEqual(seen, [1]);
});

test('property: each sender is heard in its order, and everything told is either received or counted as lost', async t => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.nat(5), { maxLength: 40 }), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 20 }),
      async (senders, capacity) => {
        const { system, lost, time } = world();
        const seen: [sender: number, n: number][] = [];
        const actor = system.spawn<[number, number]>('a', collector(seen), { mailbox: { capacity, policy: 'reject' } });
        const sent = senders.map(() => 0);
        let told = 0;
        let refused = 0;
        await Promise.all(
          senders.map(async (pauses, sender) => {
            for (const pause of pauses) {
              told += 1;
              if (!actor.tell([sender, sent[sender]!++])) refused += 1;
              for (let i = 0; i < pause; i += 1) await Promise.resolve();
            }
          }),
        );
        await time.advance(2_000);
        for (const sender of senders.keys()) {
          const heard = seen.filter(([from]) => from === sender).map(([, n]) => n);
          t.deepEqual(
            heard,
            heard.toSorted((a, b) => a - b),
          );
        }
        t.true(seen.length + lost() === told);
        t.true(lost() === refused);
      },
    ),
    { numRuns: 60 },
  );
});

test('control commands are served first, and a mailbox full of data still takes them', async t => {
  const { system } = world();
  const seen: string[] = [];
  const actor = system.spawn<string>('a', collector(seen), {
    mailbox: { capacity: 3, policy: 'reject', isControl: command => command.startsWith('!') },
  });
  t.deepEqual(
    ['a', 'b', 'c', 'd', '!1', '!2', '!3', '!4'].map(command => actor.tell(command)),
    [true, true, true, false, true, true, true, false],
  );
  await microtasks();
  t.deepEqual(seen, ['!1', '!2', '!3', 'a', 'b', 'c']);
});

test('conflation at the bound replaces the newest command of the same key in its place, and refuses unknown keys', async t => {
  const { system, lost, time } = world();
  const seen: string[] = [];
  const actor = system.spawn<string>('a', collector(seen), {
    mailbox: { capacity: 4, policy: { conflate: command => (command === 'keyless' ? undefined : command[0]) } },
  });
  for (const command of ['x1', 'y1', 'x2', 'z1']) t.true(actor.tell(command));
  t.true(actor.tell('x3'));
  t.true(actor.tell('y2'));
  t.true(actor.tell('x4'));
  t.false(actor.tell('w1'));
  t.false(actor.tell('keyless'));
  await time.advance(1_000);
  t.deepEqual(seen, ['x1', 'y2', 'x4', 'z1']);
  t.is(lost(), 5);
  t.true(actor.tell('w1'));
  await microtasks();
  t.is(seen.at(-1), 'w1');
});

test('property: conflation keeps the last word of every key that was accepted, and counts every other', async t => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 60 }),
      fc.integer({ min: 1, max: 6 }),
      async (keys, capacity) => {
        const { system, lost, time } = world();
        const seen: [string, number][] = [];
        const actor = system.spawn<[string, number]>('a', collector(seen), {
          mailbox: { capacity, policy: { conflate: ([key]) => key } },
        });
        const last = new Map<string, number>();
        for (const [n, key] of keys.entries()) if (actor.tell([key, n])) last.set(key, n);
        await time.advance(2_000);
        t.true(seen.length <= capacity);
        t.true(seen.length + lost() === keys.length);
        const heard = new Map(seen.toSorted(([, a], [, b]) => a - b));
        t.is(heard.size, last.size);
        for (const [key, n] of last) t.is(heard.get(key), n);
      },
    ),
    { numRuns: 100 },
  );
});

test('a flood is one report at once and then one a second, and the counts add up', async t => {
  const { system, events, time } = world();
  const actor = system.spawn<number>('a', () => ({ receive: () => {} }), {
    mailbox: { capacity: 1, policy: 'reject' },
  });
  const flood = (count: number) => {
    for (let n = 0; n < count; n += 1) actor.tell(n);
  };
  flood(1_001);
  t.deepEqual(events, [{ kind: 'mailbox-lost', actor: 'a', count: 1 }]);
  await time.advance(999);
  t.is(events.length, 1);
  await time.advance(1);
  t.deepEqual(events[1], { kind: 'mailbox-lost', actor: 'a', count: 999 });
  await time.advance(5_000);
  t.is(events.length, 2);
  t.is(time.waiting, 0);
});

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
  settle('promise of the first');
  await time.advance(100);
  settle('promise of the first');
  t.deepEqual(seen, ['timer of the second']);
});

test('a timer of an actor comes once, can be cancelled, and a promise comes to a command either way', async t => {
  const { system, time } = world();
  const seen: string[] = [];
  system.spawn<string>('a', context => {
    context.after(10, 'ten');
    context.after(5, 'cancelled').unsubscribe();
    context.pipe(Promise.resolve(7), n => `done ${n}`, String);
    context.pipe(Promise.reject(new Error('no')), String, error => `failed ${(error as Error).message}`);
    return { receive: command => void seen.push(`${command}@${context.now()}`) };
  });
  await time.advance(50);
  t.deepEqual(seen, ['done 7@0', 'failed no@0', 'ten@10']);
});

test("a full mailbox does not refuse what the actor's own timers and promises came to", async t => {
  const { system, time, lost } = world();
  const seen: string[] = [];
  const actor = system.spawn<string>(
    'a',
    context => ({
      receive(command) {
        seen.push(command);
        if (command !== 'go') return;
        context.pipe(Promise.resolve(), () => 'own', String);
        context.after(1, 'tick');
        for (let n = 0; n < 5; n += 1) context.self.tell('flood');
      },
    }),
    { mailbox: { capacity: 2, policy: 'reject' } },
  );
  actor.tell('go');
  await time.advance(5);
  t.deepEqual(seen, ['go', 'flood', 'flood', 'own', 'tick']);
  t.is(lost(), 1);
  await time.advance(1_000);
  t.is(lost(), 3);
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
    { numRuns: 40 },
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

test('two actors that answer each other for ever do not keep the event loop from turning, nor a third from working', async t => {
  const { system } = world();
  let exchanges = 0;
  let over = false;
  let ping: ActorRef<string> | undefined;
  const pong = system.spawn<string>('pong', () => ({ receive: () => void ping?.tell('ping') }));
  ping = system.spawn<string>('ping', () => ({
    receive() {
      exchanges += 1;
      if (!over) pong.tell('pong');
    },
  }));
  const seen: number[] = [];
  const third = system.spawn<number>('third', collector(seen));
  ping.tell('go');
  await new Promise(resolve => setImmediate(resolve));
  third.tell(1);
  await new Promise(resolve => setImmediate(resolve));
  await new Promise(resolve => setImmediate(resolve));
  t.deepEqual(seen, [1]);
  t.true(exchanges > 10);
  over = true;
});

test('an actor with a long queue shares the turn with others', async t => {
  const { system } = world();
  const order: string[] = [];
  const busy = system.spawn<string>('busy', collector(order));
  const other = system.spawn<string>('other', collector(order));
  for (let n = 0; n < 1_000; n += 1) busy.tell('busy');
  other.tell('other');
  await new Promise(resolve => setImmediate(() => setImmediate(resolve)));
  t.true(order.indexOf('other') < 100);
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

test('an ask resolves with the first reply, and rejects when refused or when the deadline has passed', async t => {
  const { system, time } = world();
  interface Question {
    readonly kind: 'twice' | 'silent' | 'slow';
    readonly replyTo: (n: number) => void;
  }
  const actor = system.spawn<Question>(
    'a',
    () => ({
      receive({ kind, replyTo }) {
        if (kind === 'slow') time.schedule(() => replyTo(3), 200);
        if (kind !== 'twice') return;
        replyTo(1);
        replyTo(2);
      },
    }),
    { mailbox: { capacity: 2, policy: 'reject' } },
  );
  const question = (kind: Question['kind']) =>
    ask(actor, (replyTo: (n: number) => void): Question => ({ kind, replyTo }), { scheduler: time, deadlineMs: 100 });
  t.is(await question('twice'), 1);
  t.is(time.waiting, 0);
  const silent = t.throwsAsync(question('silent'), { name: 'AskFailure', code: 'deadline' });
  const slow = t.throwsAsync(question('slow'), { message: 'a gave no answer within 100 ms' });
  const refused = t.throwsAsync(question('twice'), { message: 'a refused the question' });
  await time.advance(2_000);
  await Promise.all([silent, slow, refused]);
  t.is(time.waiting, 0);
});

test('names are unique and a mailbox has a bound', t => {
  const { system } = world();
  const idle = () => ({ receive: () => {} });
  system.spawn('a', idle);
  t.throws(() => system.spawn('a', idle), { message: /taken/ });
  t.throws(() => system.spawn('b', idle, { mailbox: { capacity: 0, policy: 'reject' } }), { instanceOf: RangeError });
});
