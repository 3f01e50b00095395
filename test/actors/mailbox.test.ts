import test from 'ava';
import fc from 'fast-check';
import type { ActorRef } from '../../src/actors/actor.js';
import type { ActorEvent } from '../../src/actors/actor-event.js';
import { ask } from '../../src/actors/ask.js';
import { createRing } from '../../src/actors/ring.js';
import type { Event } from '../../src/records/event.js';
import { runs } from '../property-runs.js';
import { collector, microtasks, world } from './world.js';

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
    runs(60),
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

test('conflation finds the command that still waits after an older one of its key was taken', async t => {
  const { system, time } = world();
  const seen: string[] = [];
  const actor = system.spawn<string>(
    'a',
    ({ self }) => ({
      receive(command) {
        seen.push(command);
        if (command !== 'x1') return;
        t.true(self.tell('y1'));
        t.true(self.tell('x3'));
      },
    }),
    { mailbox: { capacity: 2, policy: { conflate: command => command[0] } } },
  );
  actor.tell('x1');
  actor.tell('x2');
  await time.advance(1);
  t.deepEqual(seen, ['x1', 'x3', 'y1']);
});

test('property: a ring gives what was put in, in order, through any growth and wrap', t => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -30, max: 40 }), { maxLength: 60 }), steps => {
      const ring = createRing<{ n: number }>();
      const model: { n: number }[] = [];
      let n = 0;
      for (const step of steps) {
        for (let i = 0; i < step; i += 1) {
          n += 1;
          ring.push({ n });
          model.push({ n });
        }
        for (let i = 0; i > step; i -= 1) t.deepEqual(ring.take(), model.shift());
        t.is(ring.size, model.length);
      }
    }),
    runs(50),
  );
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
    runs(100),
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
  let settle: (value: string) => void = () => {};
  const actor = system.spawn<string>(
    'a',
    context => {
      context.pipe(new Promise<string>(resolve => (settle = resolve)), value => value, String);
      return { receive: command => void seen.push(command) };
    },
    { mailbox: { capacity: 2, policy: 'reject' } },
  );
  // Settled first, so that the result comes between the flood and the actor's turn.
  settle('own');
  t.deepEqual(
    ['a', 'b', 'c'].map(command => actor.tell(command)),
    [true, true, false],
  );
  await time.advance(1);
  t.deepEqual(seen, ['a', 'b', 'own']);
  t.is(lost(), 1);
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

test('property: whatever is told in one turn, control is handled before data and each lane keeps its order', async t => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.boolean(), { maxLength: 60 }),
      fc.integer({ min: 1, max: 20 }),
      async (controls, capacity) => {
        const { system, lost, time } = world();
        const seen: [control: boolean, n: number][] = [];
        const actor = system.spawn<[boolean, number]>('a', collector(seen), {
          mailbox: { capacity, policy: 'reject', isControl: ([control]) => control },
        });
        const taken = controls.flatMap((control, n): [boolean, number][] =>
          actor.tell([control, n]) ? [[control, n]] : [],
        );
        await time.advance(2_000);
        t.deepEqual(seen, [...taken.filter(([control]) => control), ...taken.filter(([control]) => !control)]);
        t.true(seen.length + lost() === controls.length);
      },
    ),
    runs(100),
  );
});
