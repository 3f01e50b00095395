import test from 'ava';
import type { Heartbeat, Membership } from '../../src/log/kafka/group.js';
import { startMembership } from '../../src/units/membership-loop.js';
import { seeded } from '../log/seeded.js';
import { createWorldClock } from '../sim/clock.js';
import { createMachine } from './machine.js';

const sessionTimeoutMs = 8_000;

function world(given: Partial<Membership>) {
  const clock = createWorldClock(Date.UTC(2026, 2, 10));
  const { time } = createMachine(clock);
  const assigned: (readonly number[])[] = [];
  const loop = startMembership({
    membership: {
      join: () => Promise.resolve([1]),
      heartbeat: () => Promise.resolve<Heartbeat>('confirmed'),
      leave: () => Promise.resolve(),
      ...given,
    },
    sessionTimeoutMs,
    time,
    random: seeded(1),
    told: () => '',
    assigned: partitions => void assigned.push(partitions),
    quiesce: () => Promise.resolve(),
    trouble: () => undefined,
    failed: error => {
      throw error;
    },
  });
  const advance = async (ms: number): Promise<void> => {
    const untilMs = clock.now() + ms;
    clock.after(ms, () => undefined);
    await clock.runUntil(() => clock.now() >= untilMs);
  };
  return { clock, loop, advance, assigned };
}

test('membership is certain while heartbeats are confirmed, and for three quarters of the session after the last', async t => {
  let isAnswered = true;
  const heartbeat = (): Promise<Heartbeat> =>
    isAnswered ? Promise.resolve('confirmed') : new Promise(() => undefined);
  const { loop, advance, assigned } = world({ heartbeat });
  t.false(loop.isConfirmed());
  await advance(60_000);
  t.deepEqual(assigned, [[1]]);
  t.true(loop.isConfirmed());
  isAnswered = false;
  await advance(4_900);
  t.true(loop.isConfirmed());
  await advance(1_200);
  t.false(loop.isConfirmed());
});

test('a machine that was suspended, in which the steady clock stood still, is certain of nothing until the next heartbeat', async t => {
  const { clock, loop, advance } = world({});
  await advance(2_500);
  clock.wallOffsetMs += 3_600_000;
  t.false(loop.isConfirmed());
  await advance(1_000);
  t.true(loop.isConfirmed());
});

test('who waits for the others in a join stops within the deadline', async t => {
  const { clock, loop } = world({ join: () => new Promise(() => undefined) });
  const startMs = clock.now();
  let stoppedMs = 0;
  void loop.stop(2_000).then(() => {
    stoppedMs = clock.now();
  });
  await clock.runUntil(() => stoppedMs > 0);
  t.is(stoppedMs - startMs, 2_000);
});
