import test from 'ava';
import type { Checks } from '../../src/ingest/checks.js';
import { createLetterDesk, type LetterDeskParts } from '../../src/ingest/letter-desk.js';
import { type Letter, letterRecord } from '../../src/log/dead-letters/letter.js';
import { refusedRecord } from '../../src/log/forward/refused-record.js';
import { KafkaFailure } from '../../src/log/kafka/kafka-failure.js';
import { LogFailure, type LogReader, type StoredRecord } from '../../src/log/log.js';
import { type MemoryLog, type MemoryLogOptions, openMemoryLog } from '../../src/log/memory.js';
import type { Event } from '../../src/records/event.js';
import type { Bar } from '../../src/records/observation.js';
import { world } from './world.js';

const loose: Checks = { maxFuture: 86_400_000 };
const strict: Checks = { ...loose, maxJump: 0.5 };
const bar = (minute: number, price: string): Bar => ({
  kind: 'bar',
  symbol: 'A',
  interval: '1m',
  adjusted: false,
  time: `2026-03-10T14:0${minute}:00Z`,
  date: '2026-03-10',
  open: price,
  high: price,
  low: price,
  close: price,
});

const all = (log: LogReader, topic: string): readonly StoredRecord[] =>
  log.ends(topic).flatMap(({ partition }) => [...log.read(topic, partition, 0, 1 << 30)]);
const texts = (log: LogReader, topic: string): readonly string[] =>
  all(log, topic).map(({ value }) => Buffer.from(value).toString());

/** A feed that was answered two bars, the second three times the first. */
async function polled(checks: Checks): Promise<MemoryLog> {
  const { time, log, stop } = world({
    symbols: ['A'],
    checks,
    answer: () => ({ kind: 'records', observations: [bar(1, '10'), bar(2, '30.50')] }),
  });
  await time.advance(10_000);
  stop();
  return log;
}

const at = Date.UTC(2026, 2, 11);
function deskOn(log: MemoryLog, checks: Checks, over: Partial<LetterDeskParts> = {}) {
  const events: Event[] = [];
  const wanted = { data: 'bars', interval: '1m', adjusted: false } as const;
  const feed = { name: 'feed', wanted, topic: 'market.bars', every: 1, restateWindow: 10, decimals: 'string' } as const;
  const desk = createLetterDesk({
    log,
    openReader: async () => log,
    deadLetters: 'dead',
    feed: (source, name) => (source === 'fake' && name === 'feed' ? { feed, checks } : undefined),
    time: { now: () => at },
    report: event => void events.push(event),
    ...over,
  });
  return { deal: desk.deal, events };
}

const letter = (id: string, over: Partial<Letter> = {}): Letter => ({
  id,
  code: 'malformed',
  detail: '',
  origin: { source: 'fake', feed: 'feed', topic: 'market.bars', symbol: 'A' },
  at: '2026-03-10T15:00:00Z',
  truncated: false,
  payload: '{}',
  ...over,
});

async function withLetters(letters: readonly Letter[], options: MemoryLogOptions = {}): Promise<MemoryLog> {
  const log = openMemoryLog(options);
  for (const topic of ['market.bars', 'dead']) log.ensureTopic(topic, { cleanup: 'delete', partitions: 1 });
  const records = letters.map((one, seq) => {
    const record = letterRecord('A', one);
    return { ...record, headers: { ...record.headers, 'fl-writer': 'w', 'fl-epoch': '0', 'fl-seq': String(seq) } };
  });
  if (records.length > 0) await log.append({ batches: [{ topic: 'dead', partition: 0, records }] });
  return log;
}

const jump = (id: string): Letter =>
  letter(id, {
    code: 'jump',
    payload: JSON.stringify(bar(2, '30.50')),
    replay: {
      kind: 'observation',
      stamp: { id: `record of ${id}`, source: 'fake', seenAt: '2026-03-10T15:00:00.050Z', revision: 0, final: true },
      previousPrice: '10',
    },
  });

test('what a check refused is replayed, once the check lets it pass, as the very record that it would have been', async t => {
  const log = await polled(strict);
  const wouldBe = await polled(loose);
  t.is(all(log, 'market.bars').length, 1);
  const still = await deskOn(log, strict).deal('replay', { all: true });
  t.like(still, { done: 0, staying: 1 });
  t.regex(still.stay[0]!.why, /^a check of feed feed still refuses it: 10 to 30\.50 is a jump of 205\.0 %$/);

  const { deal, events } = deskOn(log, loose);
  t.like(await deal('replay', { code: 'jump' }), { done: 1, before: 0, staying: 0 });
  t.deepEqual(texts(log, 'market.bars'), texts(wouldBe, 'market.bars'));
  const ids = (records: readonly StoredRecord[]) => records.map(({ headers }) => headers['fl-id']);
  t.deepEqual(ids(all(log, 'market.bars')), ids(all(wouldBe, 'market.bars')));
  t.like(all(log, 'market.bars').at(-1), { key: 'A', headers: { 'fl-schema': 'bar/1', 'fl-writer': 'replay/memory' } });
  t.deepEqual(events, [{ kind: 'letters-dealt', dealing: 'replayed', count: 1 }]);
});

test('a letter is dealt with once: whoever asks again, also over a restart, is told what was done', async t => {
  const log = await withLetters([jump('a'), jump('b')]);
  t.like(await deskOn(log, loose).deal('replay', { letters: ['0/0'] }), { done: 1 });
  const reopened = log.crash();
  for (const action of ['replay', 'discard'] as const) {
    const told = await deskOn(reopened, loose).deal(action, { all: true });
    t.like(told.was[0], { id: 'a', place: '0/0', dealing: 'replayed', at: '2026-03-11T00:00:00Z' });
    t.is(told.done, action === 'replay' ? 1 : 0);
  }
  t.deepEqual(
    all(reopened, 'market.bars').map(({ headers }) => headers['fl-id']),
    ['record of a', 'record of b'],
  );
});

test('the same fault in a later answer is another letter, though its id is the same', async t => {
  const log = await withLetters([letter('a')]);
  await deskOn(log, loose).deal('discard', { all: true });
  const { value, key, headers } = letterRecord('A', letter('a'));
  const records = [{ key, value, headers: { ...headers, 'fl-writer': 'w', 'fl-epoch': '0', 'fl-seq': '7' } }];
  await log.append({ batches: [{ topic: 'dead', partition: 0, records }] });
  t.like(await deskOn(log, loose).deal('discard', { letters: ['a'] }), { done: 1, before: 1 });
});

test('what holds no record stays, with the reason, and can be discarded; what is not there is named', async t => {
  const log = await withLetters([
    letter('a'),
    letter('b', { code: 'bad-number', payload: 'open=x' }),
    { ...jump('c'), origin: { ...jump('c').origin, feed: 'gone' } },
    { ...jump('d'), truncated: true },
  ]);
  const { deal } = deskOn(log, loose);
  const { done, stay, unknown } = await deal('replay', { letters: ['a', 'b', 'c', 'd', 'e', '0/9'] });
  t.is(done, 0);
  t.deepEqual(
    stay.map(({ id, why }) => [id, why]),
    [
      ['a', 'it is an answer, not a record: its symbols are polled again by themselves'],
      ['b', 'what is wrong (bad-number) lies in what was sent: there is no record to publish'],
      ['c', 'the configuration has no feed gone of fake, whose checks would judge it'],
      ['d', 'only its first 64 KiB were kept'],
    ],
  );
  t.deepEqual(unknown, ['e', '0/9']);
  t.like(await deal('discard', { all: true }), { done: 4, staying: 0 });
  t.like(await deal('replay', { all: true }), { done: 0, before: 4, staying: 0 });
  t.is(all(log, 'market.bars').length, 0);
});

test('a record that Kafka refused is published again whole, from where it was shipped from, while that is there', async t => {
  const log = await withLetters([]);
  const value = Buffer.from(JSON.stringify({ id: 'big', text: 'x'.repeat(300_000) }));
  const record = {
    key: 'A',
    value,
    headers: { 'fl-id': 'big', 'fl-schema': 'bar/1', 'fl-writer': 'w', 'fl-seq': '1' },
  };
  const other = { ...record, value: Buffer.from('{}'), headers: { ...record.headers, 'fl-id': 'other' } };
  await log.append({ batches: [{ topic: 'market.bars', partition: 0, records: [other, record] }] });
  const failure = new KafkaFailure('too-large', 'it is larger than the brokers take');
  const refused = (offset: number) => {
    const at = { deadLetters: 'dead', topic: 'market.bars', partition: 0, offset, record, failure, nowMs: 0 };
    const { headers, ...letter } = refusedRecord(at);
    return { ...letter, headers: { ...headers, 'fl-writer': 'forward', 'fl-seq': String(offset) } };
  };
  await log.append({ batches: [{ topic: 'dead', partition: 0, records: [refused(1), refused(0), refused(5)] }] });
  const { done, stay } = await deskOn(log, loose).deal('replay', { code: 'too-large' });
  t.is(done, 1);
  t.deepEqual(
    stay.map(({ place }) => place),
    ['0/1', '0/2'],
  );
  t.regex(stay[0]!.why, /has the whole of it no longer \(log\.retain\)/);
  const published = all(log, 'market.bars').at(-1)!;
  t.is(published.offset, 2);
  t.deepEqual(Buffer.from(published.value), value);
  t.like(published, {
    key: 'A',
    headers: { 'fl-id': 'big', 'fl-schema': 'bar/1', 'fl-writer': 'replay/memory', 'fl-seq': '0' },
  });
});

test('a crash or a full log leaves each letter done with its record there, or undone without it, and the same call goes on', async t => {
  const letters = Array.from({ length: 1_200 }, (_, i) => jump(`l${i}`));
  let commits = 0;
  let dies = (): void => undefined;
  const log = await withLetters(letters, {
    fail: ({ batches }) =>
      batches.length > 1 && ++commits === 2 ? new LogFailure('full', 'the log is full') : undefined,
    acknowledge(done) {
      // Of the fourth commit: before it is looked at.
      if (commits === 3) dies();
      queueMicrotask(done);
    },
  });
  await t.throwsAsync(deskOn(log, loose).deal('replay', { all: true }), { message: 'the log is full' });
  t.is(all(log, 'market.bars').length, 500, 'the first commit');

  let next: MemoryLog | undefined;
  dies = () => {
    next ??= log.crash();
  };
  void deskOn(log, loose)
    .deal('replay', { all: true })
    .catch(() => undefined);
  for (let turn = 0; turn < 1_000 && next === undefined; turn++) await new Promise(resolve => setImmediate(resolve));
  const left = await deskOn(next!, loose).deal('replay', { all: true });
  t.is(left.done + left.before, 1_200);
  t.true(left.done > 0 && left.before >= 500, JSON.stringify(left));
  const ids = all(next!, 'market.bars').map(({ headers }) => headers['fl-id']);
  t.is(ids.length, 1_200);
  t.is(new Set(ids).size, 1_200);
});

test('with the letters in Kafka, what was dealt with and is not there yet counts as dealt with', async t => {
  const kafka = await withLetters([jump('a')]);
  const log = await withLetters([]);
  const { deal } = deskOn(log, loose, { openReader: async () => kafka });
  t.like(await deal('replay', { all: true }), { done: 1 });
  t.like(await deal('replay', { all: true }), { done: 0, before: 1 });
  t.is(all(log, 'market.bars').length, 1);
  const marks = all(log, 'dead');
  t.is(marks.length, 1);
  const marked = await withLetters([jump('a')]);
  await marked.append({ batches: [{ topic: 'dead', partition: 0, records: marks }] });
  const elsewhere = deskOn(await withLetters([]), loose, { openReader: async () => marked });
  t.like(await elsewhere.deal('replay', { all: true }), { done: 0, before: 1 }, 'as another instance did it');
});
