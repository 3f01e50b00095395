import type { ExecutionContext } from 'ava';
import {
  type Batch,
  LogFailure,
  type LogRecord,
  type RecordLog,
  type RecordReader,
  type StoredRecord,
} from '../../src/log/log.js';
import { bounds } from '../../src/log/topics.js';

export interface OpenedRecords {
  readonly log: RecordLog;
  /** Closes it and opens what it left. */
  readonly reopen: () => Promise<OpenedRecords>;
  /** Bytes of the largest value that is taken: with key and headers Kafka's default allows a little less than the others. */
  readonly largestValue?: number;
}

export const record = (
  key: string,
  value: string | Uint8Array = key,
  headers: Record<string, string> = {},
): LogRecord => ({
  key,
  value: typeof value === 'string' ? Buffer.from(value) : value,
  headers,
});

export const batch = (topic: string, partition: number, ...records: LogRecord[]): Batch => ({
  topic,
  partition,
  records,
});

export const text = (value: Uint8Array | undefined): string | undefined => value && Buffer.from(value).toString();

export const keysOf = (records: readonly StoredRecord[]): string[] => records.map(({ key }) => key);

export async function drain(
  log: Pick<RecordReader, 'read'>,
  topic: string,
  partition: number,
  maxBytes = 1000,
): Promise<StoredRecord[]> {
  const all: StoredRecord[] = [];
  for (;;) {
    const records = await log.read(topic, partition, (all.at(-1)?.offset ?? -1) + 1, maxBytes);
    if (records.length === 0) return all;
    all.push(...records);
  }
}

/** AVA's `test`, or one that changes the titles. */
type Declare = (title: string, run: (t: ExecutionContext) => Promise<void>) => void;

/** What every log does with records, embedded or Kafka. Each test gets an empty log of its own. */
export function recordContract(test: Declare, open: () => Promise<OpenedRecords>): void {
  const withTopic = async (): Promise<OpenedRecords> => {
    const opened = await open();
    await opened.log.ensureTopic('t', { cleanup: 'delete', partitions: 3 });
    return opened;
  };
  const codeOf = (code: LogFailure['code']) => ({ instanceOf: LogFailure, code });

  test('records come back in order with key, value, headers and offset', async t => {
    const { log } = await withTopic();
    const headers = { 'fl-id': 'i1', 'fl-schema': 'bar/1' };
    const positions = await log.append({
      batches: [
        batch('t', 1, record('IBM', 'one', headers), record('BRK.B', 'two', { ...headers, 'fl-id': 'i2' })),
        batch('t', 0, record('MSFT', 'three')),
        batch('t', 1, record('IBM', 'four', { only: 'here' })),
      ],
    });
    t.deepEqual(positions, [
      { topic: 't', partition: 1, offset: 0, count: 2 },
      { topic: 't', partition: 0, offset: 0, count: 1 },
      { topic: 't', partition: 1, offset: 2, count: 1 },
    ]);
    t.deepEqual(
      (await drain(log, 't', 1)).map(({ offset, key, value, headers }) => ({
        offset,
        key,
        value: text(value),
        headers,
      })),
      [
        { offset: 0, key: 'IBM', value: 'one', headers },
        { offset: 1, key: 'BRK.B', value: 'two', headers: { 'fl-id': 'i2', 'fl-schema': 'bar/1' } },
        { offset: 2, key: 'IBM', value: 'four', headers: { only: 'here' } },
      ],
    );
    t.deepEqual(await log.ends('t'), [
      { partition: 0, start: 0, end: 1 },
      { partition: 1, start: 0, end: 3 },
      { partition: 2, start: 0, end: 0 },
    ]);
  });

  test('keys, values and headers of any characters and bytes come back as they were', async t => {
    const { log } = await withTopic();
    const records = [
      record('', Uint8Array.of()),
      record('Ünïcødé 株式 🏦', Uint8Array.of(0, 255, 128, 10), { 'kopf-ä': 'ß🏦', empty: '' }),
      record('k'.repeat(300), Buffer.alloc(5000, 7), { long: 'x'.repeat(20_000), 'kopf-ä': 'two' }),
    ];
    await log.append({ batches: [batch('t', 0, ...records)] });
    t.deepEqual(
      (await drain(log, 't', 0)).map(r => ({ key: r.key, value: Buffer.from(r.value), headers: r.headers })),
      records.map(r => ({ ...r, value: Buffer.from(r.value) })),
    );
  });

  test('a read begins at any offset, within a batch too, and keeps to its byte bound but for the first record', async t => {
    const { log } = await withTopic();
    const names = Array.from({ length: 40 }, (_, i) => `k${String(i).padStart(2, '0')}`);
    for (let i = 0; i < 40; i += 10)
      await log.append({
        batches: [batch('t', 0, ...names.slice(i, i + 10).map(name => record(name, 'x'.repeat(97))))],
      });
    for (const from of [0, 1, 9, 10, 25, 39])
      t.deepEqual(keysOf(await log.read('t', 0, from, 1e6)), names.slice(from), `from ${from}`);
    // Kafka counts what goes over the wire, batches whole: what it brings may be less.
    const some = keysOf(await log.read('t', 0, 7, 550));
    t.true(some.length > 0 && some.length <= 5, String(some));
    t.deepEqual(some, names.slice(7, 7 + some.length));
    t.deepEqual(keysOf(await log.read('t', 0, 7, 1)), ['k07']);
    t.deepEqual(await log.read('t', 0, 40, 1e6), []);
    t.deepEqual(await log.read('t', 0, 4000, 1e6), []);
    t.deepEqual(await log.read('unknown', 0, 0, 1e6), []);
    t.deepEqual(await log.ends('unknown'), []);
  });

  test('an append that is refused leaves no trace, whichever part of it was wrong', async t => {
    const { log, largestValue = bounds.valueBytes } = await withTopic();
    const good = batch('t', 0, record('good'));
    const huge = record('huge', new Uint8Array(bounds.valueBytes + 1));
    await t.throwsAsync(log.append({ batches: [good, batch('t', 0, huge)] }), codeOf('too-large'));
    await t.throwsAsync(log.append({ batches: [good, batch('t', 3, record('a'))] }), codeOf('topic'));
    await t.throwsAsync(log.append({ batches: [good, batch('u', 0, record('a'))] }), codeOf('topic'));
    await t.throwsAsync(log.append({ batches: [good, batch('t', 0)] }), { instanceOf: RangeError });
    await t.throwsAsync(log.append({ batches: [batch('t', 0, record('é'.repeat(513)))] }), codeOf('too-large'));
    t.is((await log.ends('t'))[0]!.end, 0);
    await log.append({ batches: [batch('t', 0, record('largest', new Uint8Array(largestValue)))] });
    t.is((await log.read('t', 0, 0, 1))[0]!.value.length, largestValue);
  });

  test('appends that overlap become visible in the order of the calls', async t => {
    const { log } = await withTopic();
    const positions = await Promise.all(
      Array.from({ length: 200 }, (_, i) => log.append({ batches: [batch('t', i % 3, record(`k${i}`))] })),
    );
    t.deepEqual(
      positions.map(([p]) => p!.offset),
      Array.from({ length: 200 }, (_, i) => Math.floor(i / 3)),
    );
    t.deepEqual(
      keysOf(await drain(log, 't', 2)),
      Array.from({ length: 66 }, (_, i) => `k${3 * i + 2}`),
    );
  });

  test('an append of megabytes comes back whole and in order, and its positions tell of all of it', async t => {
    const { log } = await withTopic();
    const records = Array.from({ length: 3000 }, (_, i) => record(`k${i}`, Buffer.alloc(1000, i), { n: String(i) }));
    const positions = await log.append({ batches: [batch('t', 0, ...records)] });
    t.is(
      positions.reduce((sum, { count }) => sum + count, 0),
      3000,
    );
    const found = await drain(log, 't', 0, 400_000);
    t.is(found.length, 3000);
    t.true(found.every(({ offset, key, headers }, i) => offset === i && key === `k${i}` && headers.n === String(i)));
  });

  test('no byte that the caller changes after the call gets into the log', async t => {
    const { log } = await withTopic();
    const value = Buffer.from('before');
    const done = log.append({ batches: [batch('t', 0, record('k', value))] });
    value.write('after!');
    await done;
    t.is(text((await log.read('t', 0, 0, 1))[0]!.value), 'before');
  });

  test('a topic is remembered with its partitions and cleanup, and another wish is refused with the mend', async t => {
    const opened = await withTopic();
    const { log } = await opened.reopen();
    t.deepEqual(await log.topics(), ['t']);
    const wish = async (topic: string, cleanup: 'delete' | 'compact', partitions: number): Promise<void> =>
      log.ensureTopic(topic, { cleanup, partitions });
    await wish('t', 'delete', 3);
    const failure = await t.throwsAsync(wish('t', 'delete', 4), codeOf('topic'));
    t.regex(failure!.message, /has 3 partitions, not 4.*Set it back to 3/);
    await t.throwsAsync(wish('t', 'compact', 3), codeOf('topic'));
    for (const name of ['', '..', 'a b', 'ä', 'x'.repeat(250)])
      await t.throwsAsync(wish(name, 'delete', 1), codeOf('topic'), name);
    await t.throwsAsync(wish('z', 'delete', 0), codeOf('topic'));
  });

  test('what was acknowledged is there after a new start, and the offsets go on', async t => {
    const opened = await withTopic();
    await opened.log.append({ batches: [batch('t', 0, record('a'), record('b'))] });
    const { identity } = opened.log;
    const { log } = await opened.reopen();
    t.is(log.identity, identity);
    const [position] = await log.append({ batches: [batch('t', 0, record('c'))] });
    t.is(position!.offset, 2);
    t.deepEqual(keysOf(await drain(log, 't', 0)), ['a', 'b', 'c']);
  });

  test('a closed log takes nothing more, and finishes what it has taken', async t => {
    const { log, reopen } = await withTopic();
    const taken = log.append({ batches: [batch('t', 0, record('a'))] });
    await log.close();
    await t.notThrowsAsync(taken);
    await t.throwsAsync(log.append({ batches: [batch('t', 0, record('b'))] }), codeOf('closed'));
    t.deepEqual(keysOf(await drain((await reopen()).log, 't', 0)), ['a']);
  });
}
