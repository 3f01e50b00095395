import { appendFile, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import {
  defer,
  EMPTY,
  NEVER,
  type Observable,
  of,
  type SchedulerLike,
  Subject,
  throwError,
  VirtualTimeScheduler,
} from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { type HttpAnswer, type HttpEdge, HttpFailure, type HttpRequest } from '../../src/http/edge.js';
import type { ListingOutcome } from '../../src/sources/source.js';
import { realTime, type Time } from '../../src/streams/time.js';
import { diskListFile } from '../../src/symbols/disk-list-file.js';
import { type ListEffects, listSnapshots } from '../../src/symbols/list-snapshots.js';
import type { ListSpec } from '../../src/symbols/list-spec.js';
import { parseTextList } from '../../src/symbols/parse-text-list.js';
import { type PollOptions, pollList } from '../../src/symbols/poll-list.js';
import { refused, type Snapshot, snapshotOf } from '../../src/symbols/snapshot.js';
import { type ListFile, watchListFile } from '../../src/symbols/watch-list-file.js';

const timeOf = (scheduler: SchedulerLike): Time => ({
  now: () => scheduler.now(),
  schedule: scheduler.schedule.bind(scheduler),
  monotonicMs: () => scheduler.now(),
});

const values = { g: snapshotOf([{ symbol: 'A' }]), b: refused('down') };
const marbles = (t: ExecutionContext) => new TestScheduler((actual, expected) => t.deepEqual(actual, expected));
const every = (scheduler: TestScheduler, options: Partial<PollOptions> = {}): PollOptions => ({
  refreshMs: 60_000,
  time: timeOf(scheduler),
  random: () => 0,
  confirmedAtMs: undefined,
  ...options,
});

test('a list is looked at once every refresh, counted from the end of the look', t => {
  const scheduler = marbles(t);
  scheduler.run(({ cold, expectObservable, expectSubscriptions }) => {
    const look = cold('  2s g 1s |', values);
    const subscribed = [
      '                  ^ 1999ms !',
      '                  62s ^ 1999ms !',
      '                  124s ^ 999ms !',
    ];
    const unsubscribed = '125s !';
    const expected = '    2s g 61999ms g';
    expectObservable(
      pollList(() => look, every(scheduler)),
      unsubscribed,
    ).toBe(expected, values);
    expectSubscriptions(look.subscriptions).toBe(subscribed);
  });
});

test('after a failure the next look comes in 30 s, 60 s, 120 s, at most a refresh, and the count starts anew after a good one', t => {
  const scheduler = marbles(t);
  scheduler.run(({ cold, expectObservable }) => {
    const answers = ['b', 'b', 'b', 'b', 'b', 'g', 'b', 'b'];
    const look = () => cold(`${answers.shift()}|`, values);
    const expected = '    b 29999ms b 59999ms b 119999ms b 199999ms b 199999ms g 199999ms b 29999ms b';
    expectObservable(pollList(look, every(scheduler, { refreshMs: 200_000 })), '850s !').toBe(expected, values);
  });
});

test('a look that throws, errors, or gives nothing is a failed one, and its text stays inside unless it is ours', t => {
  const scheduler = marbles(t);
  scheduler.run(({ expectObservable }) => {
    const looks = [
      () => throwError(() => new HttpFailure('timeout', 'https://a.example: no answer')),
      () => throwError(() => new Error('https://a.example/?key=CANARY')),
      () => EMPTY,
      () => {
        throw new Error('CANARY');
      },
    ];
    const reasons = {
      h: refused('https://a.example: no answer'),
      f: refused('it failed'),
      e: refused('it gave no answer'),
    };
    const expected = 'h 29999ms f 29999ms e 29999ms f';
    expectObservable(
      pollList(() => looks.shift()!(), every(scheduler, { refreshMs: 30_000 })),
      '100s !',
    ).toBe(expected, reasons);
  });
});

test('a Retry-After delays the next look beyond the refresh, a day at most; the back-off is spread by chance', t => {
  const scheduler = marbles(t);
  scheduler.run(({ expectObservable }) => {
    const asked = [600_000, 10 * 86_400_000, 1000];
    const look = () => of({ ok: false as const, reason: 'busy', retryAfterMs: asked.shift()! });
    const of1 = (retryAfterMs: number) => ({ ok: false, reason: 'busy', retryAfterMs });
    const expected = 'a 599999ms b 86399999ms c';
    expectObservable(pollList(look, every(scheduler)), '87010s !').toBe(expected, {
      a: of1(600_000),
      b: of1(864_000_000),
      c: of1(1000),
    });
    const spread = pollList(() => of(values.b), every(scheduler, { random: () => 0.5 }));
    expectObservable(spread, '40s !').toBe('b 37499ms b', values);
  });
});

test('a list that was confirmed a moment ago is not looked at before its refresh is due', t => {
  const scheduler = marbles(t);
  scheduler.run(({ expectObservable }) => {
    const from = (confirmedAtMs: number) => pollList(() => of(values.g), every(scheduler, { confirmedAtMs }));
    expectObservable(from(-20_000), '50s !').toBe('40s g', values);
    expectObservable(from(-60_000), '50s !').toBe('g', values);
    expectObservable(from(1e12), '70s !').toBe('60s g', values);
  });
});

test('unsubscribing ends the look under way', t => {
  const scheduler = marbles(t);
  scheduler.run(({ cold, expectObservable, expectSubscriptions }) => {
    const look = cold<Snapshot>('-----');
    expectObservable(
      pollList(() => look, every(scheduler)),
      '--!',
    ).toBe('---');
    expectSubscriptions(look.subscriptions).toBe('^-!');
  });
});

const effects = (given: Partial<ListEffects>): ListEffects => ({
  time: realTime,
  random: () => 0,
  edge: () => Promise.reject(new Error('no call expected')),
  listFile: diskListFile,
  fetchListing: () => NEVER,
  confirmedAtMs: undefined,
  ...given,
});

/** The first `count` snapshots. */
const take = (snapshots: Observable<Snapshot>, count: number, withinMs = 5000): Promise<Snapshot[]> =>
  new Promise((resolve, reject) => {
    const seen: Snapshot[] = [];
    const timer = setTimeout(() => reject(new Error(`only ${JSON.stringify(seen)}`)), withinMs);
    const subscription = snapshots.subscribe({
      next: snapshot => {
        if (seen.push(snapshot) < count) return;
        clearTimeout(timer);
        resolve(seen);
        queueMicrotask(() => subscription.unsubscribe());
      },
      error: reject,
    });
  });

const symbols = (snapshot: Snapshot | undefined): string =>
  snapshot?.ok ? snapshot.symbols.map(one => one.symbol).join(' ') : `! ${snapshot?.reason}`;

test('a static list comes once, then ends', async t => {
  const seen: Snapshot[] = [];
  await listSnapshots({ from: 'static', list: ['A', 'T'], maxShrink: 1 }, effects({})).forEach(
    one => void seen.push(one),
  );
  t.deepEqual(seen.map(symbols), ['A T']);
});

test("a listing is filtered, and the vendor's refusals are failed snapshots with its Retry-After", async t => {
  const spec: ListSpec = { from: 'listing', source: 'av', exchange: ['NYSE'], refreshMs: 60_000, maxShrink: 0.2 };
  const ask = (outcome: ListingOutcome) =>
    take(listSnapshots(spec, effects({ fetchListing: source => (source === 'av' ? of(outcome) : NEVER) })), 1);
  const listed = [
    { symbol: 'A', exchange: 'NYSE' },
    { symbol: 'B', exchange: 'NASDAQ' },
  ];
  t.deepEqual((await ask({ kind: 'listing', listed })).map(symbols), ['A']);
  const refusal: ListingOutcome = { kind: 'refused', by: 'day', retryAfterMs: 5000, detail: '25 calls a day' };
  t.deepEqual(await ask(refusal), [{ ok: false, reason: 'refused: 25 calls a day', retryAfterMs: 5000 }]);
});

test('a CSV on the web is fetched through the edge, its query kept apart, other answers than 200 fail, and unsubscribing gives up the call', async t => {
  const spec: ListSpec = {
    from: 'http-csv',
    url: 'https://a.example/x.csv?v=2',
    column: 'S',
    delimiter: ';',
    refreshMs: 60_000,
    maxShrink: 0.2,
  };
  const asked: HttpRequest[] = [];
  const edge =
    (answer: Partial<HttpAnswer>): HttpEdge =>
    request => {
      asked.push(request);
      return Promise.resolve({ status: 200, headers: {}, body: new Uint8Array(), ...answer });
    };
  const ask = (answer: Partial<HttpAnswer>) => take(listSnapshots(spec, effects({ edge: edge(answer) })), 1);
  t.deepEqual((await ask({ body: Buffer.from('S;N\nA;x\n') })).map(symbols), ['A']);
  t.deepEqual(asked, [{ url: 'https://a.example/x.csv', query: { v: '2' } }]);
  t.deepEqual(await ask({ status: 503, headers: { 'retry-after': '7' } }), [
    { ok: false, reason: 'https://a.example answered 503', retryAfterMs: 7000 },
  ]);
  let given: AbortSignal | undefined;
  const hanging: HttpEdge = (_request, signal) => {
    given = signal;
    return new Promise(() => {});
  };
  listSnapshots(spec, effects({ edge: hanging }))
    .subscribe()
    .unsubscribe();
  t.true(given?.aborted);
});

/** Virtual time for streams that await promises in between: moves in steps of 100 ms. */
const steps = () => {
  const scheduler = new VirtualTimeScheduler();
  const pass = async (ms: number): Promise<void> => {
    for (const end = scheduler.frame + ms; scheduler.frame < end; ) {
      scheduler.schedule(() => {}, 100);
      scheduler.maxFrames = scheduler.frame + 100;
      scheduler.flush();
      await new Promise(resolve => setImmediate(resolve));
    }
  };
  return { time: timeOf(scheduler), pass };
};

const fakeFile = (content: string | undefined) => {
  const state = { content, mark: 0, reads: 0, hints: new Subject<void>(), error: undefined as Error | undefined };
  const file: ListFile = {
    mark: () =>
      state.error
        ? Promise.reject(state.error)
        : Promise.resolve(state.content === undefined ? undefined : String(state.mark)),
    read: () => {
      state.reads++;
      return Promise.resolve(Buffer.from(state.content ?? ''));
    },
    hints: state.hints,
  };
  const write = (text: string | undefined) => {
    state.content = text;
    state.mark++;
  };
  return { state, file, write };
};

test('a file without hints is read again within seconds of a change and only then', async t => {
  const { state, file, write } = fakeFile('A');
  const { time, pass } = steps();
  const seen: string[] = [];
  const watching = watchListFile(file, parseTextList, time).subscribe(one => seen.push(symbols(one)));
  await pass(30_000);
  t.deepEqual([seen, state.reads], [['A'], 1]);
  write('A\nB');
  await pass(6000);
  t.deepEqual([seen, state.reads], [['A', 'A B'], 2]);
  watching.unsubscribe();
  write('C');
  await pass(20_000);
  t.is(seen.length, 2);
});

test('a hint has a change seen at once, and a file that is still being written is left alone until it rests', async t => {
  const { state, file, write } = fakeFile('A');
  const { time, pass } = steps();
  const seen: string[] = [];
  watchListFile(file, parseTextList, time).subscribe(one => seen.push(symbols(one)));
  await pass(1000);
  for (let part = 0; part < 40; part++) {
    write(`A\nB${'X'.repeat(part % 9)}`);
    state.hints.next();
    await pass(100);
  }
  t.deepEqual([seen, state.reads], [['A'], 1]);
  write('A\nB');
  state.hints.next();
  await pass(800);
  t.deepEqual(seen, ['A', 'A B']);
});

test('a file that changes while it is read is read again', async t => {
  const { state, file, write } = fakeFile('A');
  const { time, pass } = steps();
  const seen: string[] = [];
  const torn: ListFile = {
    ...file,
    async read() {
      const body = await file.read();
      if (state.reads === 1) write('A\nB');
      return body;
    },
  };
  watchListFile(torn, parseTextList, time).subscribe(one => seen.push(symbols(one)));
  await pass(4000);
  t.deepEqual([seen, state.reads], [['A B'], 2]);
});

test('a missing and an unusable file are said once, and a file that comes back is read again', async t => {
  const { state, file, write } = fakeFile(undefined);
  const { time, pass } = steps();
  const seen: string[] = [];
  watchListFile(file, parseTextList, time).subscribe(one => seen.push(symbols(one)));
  await pass(20_000);
  write('A');
  await pass(6000);
  state.error = Object.assign(new Error('/secret/path'), { code: 'EACCES' });
  await pass(20_000);
  state.error = undefined;
  await pass(6000);
  write('A B');
  await pass(6000);
  t.deepEqual(seen, [
    '! there is no such file',
    'A',
    '! it cannot be read (EACCES)',
    'A',
    '! line 1: "A B" is no symbol',
  ]);
});

test('a list file on disk: written later, replaced by a rename, taken away, and a folder in its place', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'list-'));
  const path = join(folder, 'symbols.txt');
  const next = defer(() => watchListFile(diskListFile(path), parseTextList, realTime));
  t.teardown(() => rm(folder, { recursive: true }));
  const seen: Snapshot[] = [];
  const watching = next.subscribe(one => seen.push(one));
  t.teardown(() => watching.unsubscribe());
  const until = async (count: number) => {
    const deadline = performance.now() + 8000;
    while (seen.length < count && performance.now() < deadline) await new Promise(resolve => setTimeout(resolve, 10));
    return symbols(seen[count - 1]);
  };
  t.is(await until(1), '! there is no such file');
  await writeFile(path, 'A\n');
  await appendFile(path, 'B\n');
  t.is(await until(2), 'A B');
  await writeFile(`${path}.new`, 'B\nC\n');
  await rename(`${path}.new`, path);
  t.is(await until(3), 'B C');
  await rm(path);
  t.is(await until(4), '! there is no such file');
  await mkdir(path);
  t.is(await until(5), '! it is a directory');
});

test('a CSV file is known by its column', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'list-'));
  const path = join(folder, 'list.csv');
  await writeFile(path, 'Name,Symbol\n"Ford, Inc.",F\n');
  t.teardown(() => rm(folder, { recursive: true }));
  const file = { from: 'file', path, maxShrink: 1 } as const;
  t.deepEqual((await take(listSnapshots({ ...file, column: 'Symbol' }, effects({})), 1)).map(symbols), ['F']);
  t.deepEqual((await take(listSnapshots(file, effects({})), 1)).map(symbols), ['! line 1: "Name,Symbol" is no symbol']);
});
