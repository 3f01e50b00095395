import test from 'ava';
import type { Plan } from '../../src/ingest/blueprint.js';
import { type Log, LogFailure } from '../../src/log/log.js';
import { openMemoryLog } from '../../src/log/memory.js';
import type { Event } from '../../src/records/event.js';
import { createKeeper } from '../../src/units/keeper.js';
import { partitionOfUnit, unitsOf } from '../../src/units/unit.js';
import { fakeKafka } from '../log/kafka/fake-kafka.js';
import { seeded } from '../log/seeded.js';
import { createWorldClock } from '../sim/clock.js';
import { createMachine } from './machine.js';

const plan: Plan = {
  sources: [],
  lists: [{ name: 'l', spec: { from: 'static', list: ['A', 'B'], maxShrink: 0.5 } }],
  topics: { symbols: 'symbols', deadLetters: 'dead' },
  once: false,
};
const unit = 'list/l';
const partition = partitionOfUnit(unit, 24);

/** A keeper of one list, on a disk that may be full. */
async function world() {
  const clock = createWorldClock(Date.UTC(2026, 2, 10));
  const { time } = createMachine(clock);
  const cluster = fakeKafka({ time, latencyMs: 3 }).connect();
  await cluster.createTopic('units', { partitions: 24, replication: 1, cleanup: 'compact' });
  await cluster.createTopic('cursors', { partitions: 1, replication: 1, cleanup: 'compact' });
  const log = openMemoryLog({});
  for (const topic of ['symbols', 'cursors']) log.ensureTopic(topic, { cleanup: 'compact', partitions: 1 });
  const disk = { isFull: false };
  const events: Event[] = [];
  const failures: unknown[] = [];
  const keeper = createKeeper({
    units: unitsOf(plan),
    world: {
      time,
      random: seeded(1),
      log: Object.assign(Object.create(log) as Log, {
        append: (commit: Parameters<Log['append']>[0]) =>
          disk.isFull && commit.batches.length > 0
            ? Promise.reject(new LogFailure('full', 'the disk is full'))
            : log.append(commit),
      }),
      listEdge: () => Promise.reject(new Error('no lists on the web here')),
      listFile: path => {
        throw new Error(`no list at ${path} here`);
      },
      report: event => void events.push(event),
      redact: text => text,
    },
    cluster,
    claims: { topic: 'units', partitions: 24 },
    cursors: { topic: 'cursors', partitions: 1 },
    host: 'here/1',
    isConfirmed: () => true,
    acknowledged: () => Promise.resolve(),
    shipped: () => Promise.resolve(),
    time,
    failed: error => void failures.push(error),
  });
  const advance = async (ms: number): Promise<void> => {
    const untilMs = clock.now() + ms;
    clock.after(ms, () => undefined);
    await clock.runUntil(() => clock.now() >= untilMs);
  };
  const told = (): string[] =>
    events.flatMap(({ kind }) => (kind === 'unit-held' || kind === 'unit-released' ? [kind] : []));
  return { keeper, clock, disk, advance, told, failures };
}

test('a unit that comes back while it is still being let go is run again', async t => {
  const { keeper, disk, advance, told, failures } = await world();
  disk.isFull = true;
  keeper.assigned([partition]);
  await advance(1_000);
  keeper.assigned([]);
  // Its commit keeps it from an end in order.
  await advance(1_000);
  keeper.assigned([partition]);
  disk.isFull = false;
  await advance(20_000);
  t.deepEqual(keeper.holds(), [unit]);
  t.deepEqual(told(), ['unit-held', 'unit-released', 'unit-held']);
  t.deepEqual(failures, []);
});

test('what is stopped for good leaves nothing that runs', async t => {
  const { keeper, clock, disk, advance } = await world();
  disk.isFull = true;
  keeper.assigned([partition]);
  await advance(1_000);
  keeper.stop();
  await advance(5_000);
  const { steps } = clock;
  await advance(60_000);
  t.is(clock.steps, steps + 1);
});
