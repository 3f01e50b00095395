import type { TestFn } from 'ava';
import { type Log, LogFailure, type StoredRecord } from '../../src/log/log.js';
import { bounds } from '../../src/log/topics.js';
import type { Event } from '../../src/records/event.js';
import { batch, keysOf, record, recordContract, text } from './record-contract.js';

export interface Bounds {
  readonly maxBytes?: number;
  readonly retainBytes?: number;
  readonly keepFrom?: (topic: string, partition: number) => number;
}

export interface Opened {
  readonly log: Log;
  readonly events: readonly Event[];
  /** Closes it and opens what it left. */
  readonly reopen: () => Promise<Opened>;
}

export function readAll(log: Pick<Log, 'read'>, topic: string, partition: number, maxBytes = 1000): StoredRecord[] {
  const all: StoredRecord[] = [];
  for (;;) {
    const records = log.read(topic, partition, (all.at(-1)?.offset ?? -1) + 1, maxBytes);
    if (records.length === 0) return all;
    all.push(...records);
  }
}

/** What an embedded log must do, in whatever it stores: the contract of all logs, and state, compaction and bounds beside it. */
export function logContract(test: TestFn, open: (bounds: Bounds) => Promise<Opened>): void {
  recordContract(test, () => open({}));

  const withTopic = async (given: Bounds = {}, cleanup: 'delete' | 'compact' = 'delete'): Promise<Opened> => {
    const opened = await open(given);
    opened.log.ensureTopic('t', { cleanup, partitions: 3 });
    return opened;
  };
  const codeOf = (code: LogFailure['code']) => ({ instanceOf: LogFailure, code });

  test('what is on the disk is reported as appended, each record once, and state alone is not', async t => {
    const { log, events } = await withTopic();
    await log.append({ batches: [batch('t', 0, record('a'), record('b')), batch('t', 1, record('c'))] });
    await log.append({ batches: [], state: [['k', Buffer.from('v')]] });
    await log.append({ batches: [batch('t', 0, record('d'))] });
    const appended = events.flatMap(event => (event.kind === 'appended' ? [event] : []));
    t.deepEqual(
      appended.map(({ records }) => records),
      [3, 1],
    );
    t.true(appended.every(({ bytes }) => bytes > 0));
  });

  test('a read fills its byte bound over several batches', async t => {
    const { log } = await withTopic();
    for (const key of ['a', 'b', 'c', 'd']) await log.append({ batches: [batch('t', 0, record(key, 'x'.repeat(99)))] });
    t.deepEqual(keysOf(log.read('t', 0, 1, 250)), ['b', 'c']);
  });

  test('state commits with the records, is read by key and by prefix in key order, and is deleted by undefined', async t => {
    const { log } = await withTopic();
    const value = (s: string) => Buffer.from(s);
    await log.append({
      batches: [batch('t', 0, record('a'))],
      state: [
        ['c/b', value('1')],
        ['c/a', value('2')],
        ['d/é', value('3')],
        ['c', value('4')],
        ['c/ü', value('5')],
      ],
    });
    await log.append({
      batches: [],
      state: [
        ['c/b', undefined],
        ['c/a', value('6')],
        ['absent', undefined],
      ],
    });
    t.is(text(log.get('c/a')), '6');
    t.is(log.get('c/b'), undefined);
    t.deepEqual(
      Array.from(log.range('c/'), ([key, v]) => [key, text(v)]),
      [
        ['c/a', '6'],
        ['c/ü', '5'],
      ],
    );
    t.deepEqual(
      Array.from(log.range(''), ([key]) => key),
      ['c', 'c/a', 'c/ü', 'd/é'],
    );
    t.is(log.ends('t')[0]!.end, 1);
  });

  test('a range of many entries is whole', async t => {
    const { log } = await withTopic();
    const state = Array.from(
      { length: 1000 },
      (_, i) => [`n/${String(i).padStart(4, '0')}`, Buffer.from([i % 256])] as const,
    );
    await log.append({ batches: [], state });
    t.deepEqual(
      Array.from(log.range('n/'), ([key]) => key),
      state.map(([key]) => key),
    );
  });

  test('a commit that is refused leaves no trace, whichever part of it was wrong', async t => {
    const { log } = await withTopic();
    const good = batch('t', 0, record('good'));
    const state: [string, Uint8Array][] = [['s', Buffer.from('1')]];
    const huge = record('huge', new Uint8Array(bounds.valueBytes + 1));
    await t.throwsAsync(log.append({ batches: [good, batch('t', 0, huge)], state }), codeOf('too-large'));
    await t.throwsAsync(log.append({ batches: [good, batch('t', 3, record('a'))], state }), codeOf('topic'));
    await t.throwsAsync(log.append({ batches: [good, batch('u', 0, record('a'))], state }), codeOf('topic'));
    await t.throwsAsync(log.append({ batches: [good, batch('t', 0)], state }), { instanceOf: RangeError });
    await t.throwsAsync(
      log.append({ batches: [good], state: [['x'.repeat(bounds.keyBytes + 1), Buffer.from('1')]] }),
      codeOf('too-large'),
    );
    await t.throwsAsync(log.append({ batches: [batch('t', 0, record('é'.repeat(513)))] }), codeOf('too-large'));
    t.is(log.ends('t')[0]!.end, 0);
    t.is(log.get('s'), undefined);
    await log.append({ batches: [batch('t', 0, record('largest', new Uint8Array(bounds.valueBytes)))] });
    t.is(log.read('t', 0, 0, 1)[0]!.value.length, bounds.valueBytes);
  });

  test('commits that overlap become visible in the order of the calls', async t => {
    const { log } = await withTopic();
    const positions = await Promise.all(
      Array.from({ length: 200 }, (_, i) =>
        log.append({ batches: [batch('t', i % 3, record(`k${i}`))], state: [['last', Buffer.from(String(i))]] }),
      ),
    );
    t.deepEqual(
      positions.map(([p]) => p!.offset),
      Array.from({ length: 200 }, (_, i) => Math.floor(i / 3)),
    );
    t.deepEqual(
      keysOf(readAll(log, 't', 2)),
      Array.from({ length: 66 }, (_, i) => `k${3 * i + 2}`),
    );
    t.is(text(log.get('last')), '199');
  });

  test('nothing that the caller changes after the call gets into the log', async t => {
    const { log } = await withTopic();
    const value = Buffer.from('before');
    const done = log.append({ batches: [batch('t', 0, record('k', value))], state: [['s', value]] });
    value.write('after!');
    await done;
    t.is(text(log.read('t', 0, 0, 1)[0]!.value), 'before');
    t.is(text(log.get('s')), 'before');
  });

  test('state that was acknowledged is there after a new start', async t => {
    const opened = await withTopic();
    await opened.log.append({ batches: [batch('t', 0, record('a'))], state: [['s', Buffer.from('1')]] });
    const { log } = await opened.reopen();
    t.is(text(log.get('s')), '1');
    t.deepEqual(keysOf(readAll(log, 't', 0)), ['a']);
  });

  test('a compact topic keeps the newest record of each key, within a batch, over batches and over a new start', async t => {
    const opened = await withTopic({}, 'compact');
    const { log } = opened;
    await log.append({ batches: [batch('t', 0, record('a', '1'), record('b', '1'), record('a', '2'))] });
    await Promise.all([
      log.append({ batches: [batch('t', 0, record('b', '2')), batch('t', 1, record('c', '1'))] }),
      log.append({ batches: [batch('t', 0, record('c', '1')), batch('t', 0, record('b', '3'))] }),
    ]);
    const seen = (l: Log) => readAll(l, 't', 0).map(r => [r.offset, r.key, text(r.value)]);
    t.deepEqual(seen(log), [
      [2, 'a', '2'],
      [4, 'c', '1'],
      [5, 'b', '3'],
    ]);
    t.deepEqual(log.ends('t')[0], { partition: 0, start: 2, end: 6 });
    t.deepEqual(keysOf(log.read('t', 0, 3, 1e6)), ['c', 'b']);
    const next = await opened.reopen();
    await next.log.append({ batches: [batch('t', 0, record('a', '3'))] });
    t.deepEqual(seen(next.log), [
      [4, 'c', '1'],
      [5, 'b', '3'],
      [6, 'a', '3'],
    ]);
    t.deepEqual(keysOf(readAll(next.log, 't', 1)), ['c']);
  });

  test('a tombstone takes the place of its key in a compact topic, so that a reader behind learns of it', async t => {
    const { log } = await withTopic({}, 'compact');
    await log.append({ batches: [batch('t', 0, record('a', '1'), record('b', '1'))] });
    await log.append({ batches: [batch('t', 0, record('a', ''))] });
    t.deepEqual(
      readAll(log, 't', 0).map(r => [r.key, text(r.value)]),
      [
        ['b', '1'],
        ['a', ''],
      ],
    );
    await log.append({ batches: [batch('t', 0, record('a', '2'))] });
    t.deepEqual(
      readAll(log, 't', 0).map(r => [r.key, text(r.value)]),
      [
        ['b', '1'],
        ['a', '2'],
      ],
    );
  });

  test('beyond the bytes to retain the oldest batches go first over all partitions, and it is reported', async t => {
    const { log, events, reopen } = await withTopic({ retainBytes: 100_000 });
    log.ensureTopic('c', { cleanup: 'compact', partitions: 1 });
    await log.append({ batches: [batch('c', 0, record('kept', 'x'.repeat(10_000)))] });
    for (let i = 0; i < 60; i++)
      await log.append({ batches: [batch('t', i % 2, record(`k${i}`, Buffer.alloc(3900, i)))] });
    const check = (l: Log) => {
      const left = [0, 1].flatMap(p => readAll(l, 't', p).map(r => Number(r.key.slice(1)))).sort((a, b) => a - b);
      t.true(left.length >= 15 && left.length <= 27, String(left.length));
      t.deepEqual(
        left,
        Array.from(left, (_, i) => 60 - left.length + i),
        'the newest, without a hole',
      );
      t.deepEqual(
        l.ends('t').map(({ end }) => end),
        [30, 30, 0],
      );
      t.is(l.ends('t')[0]!.start, Math.ceil((60 - left.length) / 2));
      t.is(l.read('t', 0, 0, 1)[0]!.offset, l.ends('t')[0]!.start, 'a read from before the start begins there');
      t.is(readAll(l, 'c', 0).length, 1);
      return 60 - left.length;
    };
    const gone = check(log);
    const reported = events.reduce((sum, event) => sum + (event.kind === 'retained' ? event.records : 0), 0);
    t.is(reported, gone);
    const next = await reopen();
    check(next.log);
    await next.log.append({ batches: [batch('t', 2, record('k60', Buffer.alloc(3900)))] });
    t.true(readAll(next.log, 't', 0).length + readAll(next.log, 't', 1).length < 60 - gone + 1);
  });

  test('the newest batch of a partition stays, however small the bytes to retain', async t => {
    const { log } = await withTopic({ retainBytes: 1 });
    for (let i = 0; i < 5; i++)
      await log.append({ batches: [batch('t', 0, record(`k${i}`)), batch('t', 1, record('x'))] });
    const [first] = log.ends('t');
    t.is(first!.end, 5);
    t.true(first!.start >= 3 && first!.start <= 4);
  });

  test('at the byte cap records are refused before anything is written, state that makes room is taken', async t => {
    const { log } = await withTopic({ maxBytes: 300_000, retainBytes: 1e9 });
    const big = (i: number) => ({
      batches: [batch('t', 0, record(`k${i}`, Buffer.alloc(30_000)))],
      state: [['n', Buffer.from(String(i))] as const],
    });
    let stored = 0;
    const failure = await t.throwsAsync(async () => {
      for (; stored < 20; stored++) await log.append(big(stored));
    }, codeOf('full'));
    t.regex(failure!.message, /300000/);
    t.true(stored >= 7 && stored <= 9, String(stored));
    t.true(log.bytes <= 300_000);
    t.is(log.ends('t')[0]!.end, stored);
    t.is(text(log.get('n')), String(stored - 1));
    await t.notThrowsAsync(log.append({ batches: [], state: [['shipped', Buffer.from('1')]] }));
    const [first, second, third] = await Promise.allSettled([
      log.append(big(99)),
      log.append({ batches: [batch('t', 1, record('small'))] }),
      log.append({ batches: [], state: [['shipped', Buffer.from('2')]] }),
    ]);
    t.deepEqual(
      [first.status, second.status, third.status],
      ['rejected', 'rejected', 'fulfilled'],
      'none overtakes, but for state',
    );
    t.is(log.ends('t')[1]!.end, 0);
    t.is(text(log.get('shipped')), '2');
  });

  test('that the log is full is reported once, that it takes records again is too, and state that it takes meanwhile ends no pause', async t => {
    const { log, events } = await withTopic({ maxBytes: 300_000, retainBytes: 1e9 });
    const fill = async (): Promise<void> => {
      for (;;) await log.append({ batches: [batch('t', 0, record('k', Buffer.alloc(30_000)))] });
    };
    const said = () =>
      events.flatMap(event => (event.kind === 'log-paused' || event.kind === 'log-resumed' ? [event.kind] : []));
    await t.throwsAsync(fill(), codeOf('full'));
    const { bytes } = log;
    await t.throwsAsync(fill(), codeOf('full'));
    await log.append({ batches: [], state: [['n', Buffer.from('1')]] });
    t.deepEqual(
      events.filter(({ kind }) => kind === 'log-paused'),
      [{ kind: 'log-paused', bytes, maxBytes: 300_000 }],
    );
    t.deepEqual(said(), ['log-paused']);
    await log.append({ batches: [batch('t', 0, record('small'))] });
    t.deepEqual(said(), ['log-paused', 'log-resumed']);
    await t.throwsAsync(fill(), codeOf('full'));
    t.deepEqual(said(), ['log-paused', 'log-resumed', 'log-paused']);
  });

  test('what a reader has not had stays beyond the bytes to retain; at the cap what it has had goes earlier, and only that', async t => {
    let had = 0;
    const { log } = await withTopic({
      maxBytes: 300_000,
      retainBytes: 100_000,
      keepFrom: (_, partition) => (partition === 0 ? had : 0),
    });
    const big = { batches: [batch('t', 0, record('k', Buffer.alloc(30_000)))] };
    const fill = (): Promise<unknown> =>
      t.throwsAsync(async () => {
        for (let i = 0; i < 20; i++) await log.append(big);
      }, codeOf('full'));
    await fill();
    t.is(log.ends('t')[0]!.start, 0, 'more than is to be retained, and nothing of it had');
    const { end } = log.ends('t')[0]!;
    await t.notThrowsAsync(
      log.append({ batches: [batch('t', 1, record('letter', Buffer.alloc(2_000)))], makesRoom: true }),
    );
    had = 3;
    await fill();
    t.is(log.ends('t')[0]!.start, had);
    t.true(log.ends('t')[0]!.end >= end + had - 1);
    had = log.ends('t')[0]!.end;
    await log.append(big);
    const [first] = log.ends('t');
    t.true(first!.end - first!.start <= 4, 'all had: no more than is to be retained');
  });

  test('when a record was committed is told, of the one behind a gap too', async t => {
    const { log } = await withTopic({}, 'compact');
    t.is(log.committedMs('t', 0, 0), undefined);
    await log.append({ batches: [batch('t', 0, record('a'), record('b'))] });
    await log.append({ batches: [batch('t', 0, record('a', 'later'))] });
    const [first, last] = [log.committedMs('t', 0, 0), log.committedMs('t', 0, 2)];
    t.true(first !== undefined && last !== undefined && last >= first);
    t.is(log.committedMs('t', 0, 1), first);
    t.is(log.committedMs('t', 0, 3), undefined);
  });
}
