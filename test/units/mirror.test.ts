import test from 'ava';
import { openMemoryLog } from '../../src/log/memory.js';
import { recordsIn } from '../../src/log/packed/unpack.js';
import { mirroredLog } from '../../src/units/mirror.js';
import { own, ownedEpoch, restoreUnit } from '../../src/units/restore.js';

const unit = 'source/av';
const topic = 'cursors';
const bytes = (text: string): Buffer => Buffer.from(text);

function open() {
  const log = openMemoryLog({});
  log.ensureTopic(topic, { cleanup: 'compact', partitions: 4 });
  return log;
}

/** The topic of one log as the Kafka of another. */
const kafkaOf = (log: ReturnType<typeof open>) => ({
  ends: async (name: string) => log.ends(name),
  read: async (name: string, partition: number, from: number, maxBytes: number) =>
    log.read(name, partition, from, maxBytes),
});
const placeOf = (log: ReturnType<typeof open>): number =>
  log.ends(topic).find(({ start, end }) => end > start)!.partition;

test('what a unit committed is what its next owner begins with, byte for byte', async t => {
  const first = open();
  const mirrored = mirroredLog(first, { unit, epoch: 1, topic }, new Map());
  const large = bytes(JSON.stringify({ symbols: Array.from({ length: 20_000 }, (_, at) => `SYMBOL${at}`) }));
  await mirrored.append({
    batches: [],
    state: [
      ['cursor/x', Uint8Array.of(0, 255, 7)],
      ['series/x', bytes('{"state":"ok","price":"1.50"}')],
      ['charge/av/000000000001', bytes('{"atMs":5}')],
      ['list/big', large],
      ['seq/source/av/bars/0', bytes('3')],
    ],
  });
  await mirrored.append({ batches: [], state: [['charge/av/000000000001', undefined]] });
  const second = open();
  await second.append({ batches: [], state: [['charge/av/000000000009', bytes('{"atMs":1}')]] });
  const at = { topic, partition: placeOf(first), unit };
  const inherited = await restoreUnit(second, kafkaOf(first), at, ['charge/av/000000000009']);
  t.is(ownedEpoch(second, unit), undefined);
  await own(mirroredLog(second, { unit, epoch: 2, topic }, inherited), { unit, epoch: 2 }, [
    ['clock/av', bytes('{"leadMs":7}')],
  ]);
  const found = (key: string) => second.get(key) && Buffer.from(second.get(key)!);
  t.deepEqual(found('cursor/x'), Buffer.from([0, 255, 7]));
  t.deepEqual(found('series/x'), bytes('{"state":"ok","price":"1.50"}'));
  t.true(found('list/big')?.equals(large));
  t.is(found('charge/av/000000000001'), undefined);
  t.is(found('charge/av/000000000009'), undefined);
  t.is(found('seq/source/av/bars/0'), undefined);
  t.deepEqual(found('clock/av'), bytes('{"leadMs":7}'));
  t.is(ownedEpoch(second, unit), 2);
  const told = second.read(topic, placeOf(second), 0, 1e6).map(({ key }) => key);
  t.deepEqual(told, ['source/av@2/clock/av']);
});

test('what an earlier owner ships late does not take the place of what the next one wrote', async t => {
  const kafka = open();
  const old = mirroredLog(kafka, { unit, epoch: 1, topic }, new Map());
  await old.append({
    batches: [],
    state: [
      ['series/x', bytes('1')],
      ['series/y', bytes('1')],
    ],
  });
  const partition = placeOf(kafka);
  const second = open();
  const inherited = await restoreUnit(second, kafkaOf(kafka), { topic, partition, unit }, []);
  const next = mirroredLog(kafka, { unit, epoch: 2, topic }, inherited);
  await next.append({ batches: [], state: [['series/x', bytes('2')]] });
  await old.append({
    batches: [],
    state: [
      ['series/x', bytes('9')],
      ['series/y', bytes('9')],
    ],
  });
  const third = open();
  const left = await restoreUnit(third, kafkaOf(kafka), { topic, partition, unit }, []);
  t.deepEqual(
    ['series/x', 'series/y'].map(key => String(third.get(key) && Buffer.from(third.get(key)!))),
    ['2', '9'],
  );
  t.deepEqual(
    [...left],
    [
      ['series/x', [2, 1]],
      ['series/y', [1]],
    ],
  );
});

test('an entry of an earlier epoch goes when its key is written anew', async t => {
  const kafka = open();
  await mirroredLog(kafka, { unit, epoch: 1, topic }, new Map()).append({
    batches: [],
    state: [['series/x', bytes('1')]],
  });
  const partition = placeOf(kafka);
  const inherited = await restoreUnit(open(), kafkaOf(kafka), { topic, partition, unit }, []);
  const next = mirroredLog(kafka, { unit, epoch: 2, topic }, inherited);
  await next.append({ batches: [], state: [['series/x', bytes('2')]] });
  await next.append({ batches: [], state: [['series/x', bytes('3')]] });
  const keys = kafka.read(topic, partition, 0, 1e6).map(({ key, value }) => [key, value.length > 0]);
  t.deepEqual(
    keys.slice(-3),
    [
      ['source/av@1/series/x', false],
      ['source/av@2/series/x', true],
    ].slice(-3),
  );
});

test('a commit that is tried again goes with the same numbers', async t => {
  const log = open();
  const seen: string[] = [];
  let fails = true;
  const flaky = Object.assign(Object.create(log) as typeof log, {
    append: (commit: Parameters<typeof log.append>[0]) => {
      seen.push(JSON.stringify(commit.batches.map(batch => recordsIn(batch).map(({ headers }) => headers['fl-seq']))));
      return fails ? Promise.reject(new Error('full')) : log.append(commit);
    },
  });
  const mirrored = mirroredLog(flaky, { unit, epoch: 1, topic }, new Map());
  const state = [['series/x', bytes('1')]] as const;
  await t.throwsAsync(mirrored.append({ batches: [], state }));
  fails = false;
  await mirrored.append({ batches: [], state });
  t.deepEqual(seen, ['[["0"]]', '[["0"]]']);
});
