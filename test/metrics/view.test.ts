import test from 'ava';
import fc from 'fast-check';
import { freshnessOf } from '../../src/metrics/freshness.js';
import type { SeriesSnapshot } from '../../src/metrics/live-view.js';
import { symbolsPage } from '../../src/metrics/symbols-page.js';
import { createTally } from '../../src/metrics/tally.js';
import type { SymbolState } from '../../src/metrics/view.js';
import type { Event } from '../../src/records/event.js';
import { runs } from '../property-runs.js';
import { fakeView, handClock, someEvents } from './fake-view.js';

test('the status joins what events added up to with what the parts know', t => {
  const time = handClock();
  const { view, report } = fakeView(time);
  for (const event of someEvents) report(event);
  time.pass(60_000);
  const { sources, feeds, lists, ready, uptimeSeconds, startedAt, now } = view.status();
  t.deepEqual([ready, uptimeSeconds, startedAt, now], [true, 60, '2026-03-02T15:04:05Z', '2026-03-02T15:05:05Z']);
  t.like(sources[0], { name: 'alphavantage', state: 'running', calls: 4, refused: 1, inFlight: 1 });
  t.deepEqual(sources[0]?.quota, [
    { limit: '25 per 1d', used: 21, max: 25, resetsAt: '2026-03-03T04:07:25Z' },
    { limit: '1 per 1s', used: 0, max: 1, resetsAt: null },
  ]);
  t.like(sources[1], { name: 'kraken', state: 'stopped', reason: 'the key is not known' });
  t.like(feeds[0], { name: 'daily', records: 12_341, restated: 2, rejected: 1, lastRecordAt: '2026-03-02T15:04:05Z' });
  t.deepEqual(feeds[1]?.freshness, { p50: 7 * 47, p90: 13 * 47, max: 14 * 47 });
  t.deepEqual(lists, [
    { name: 'us-large', symbols: 15, loadedAt: '2026-03-02T15:04:05Z' },
    { name: 'mine', symbols: 5, loadedAt: '2026-03-02T15:04:05Z', refused: 'half of its symbols are gone' },
  ]);
  t.deepEqual(view.quota()[0]?.learned, [{ limit: '20/1d', declared: '25 per 1d' }, { limit: '7/1s' }]);
  t.deepEqual(view.quota()[1], { source: 'kraken', quota: [], learned: [] });
  t.deepEqual(view.feeds(), feeds);
});

test('a pause names its reason and end, and going on forgets both', t => {
  const time = handClock();
  const { report, snapshot } = createTally(time);
  report({ kind: 'source-paused', source: 's', reason: 'the day is spent', untilMs: time.now() + 1000 });
  t.like(snapshot().sources.get('s'), { state: 'paused', reason: 'the day is spent', until: '2026-03-02T15:04:06Z' });
  report({ kind: 'source-resumed', source: 's' });
  t.deepEqual(snapshot().sources.get('s'), { state: 'running', calls: 0, refused: 0, quota: [], learned: [] });
});

test('a source that another instance has taken stands by, shows no quota, and its parts do not count for readiness', t => {
  const { report, snapshot } = createTally(handClock());
  report({ kind: 'ready' });
  report({ kind: 'component', name: 'source/s', ready: false, reason: 'the disk is full' });
  report({ kind: 'quota', source: 's', limit: 'a', used: 1, max: 25, resetsAtMs: undefined });
  t.false(snapshot().ready);
  report({ kind: 'unit-released', unit: 'source/s', wasHeld: true });
  t.true(snapshot().ready);
  t.deepEqual(snapshot().sources.get('s'), { state: 'standby', calls: 0, refused: 0, quota: [], learned: [] });
  report({ kind: 'unit-held', unit: 'source/s', epoch: 4 });
  t.is(snapshot().sources.get('s')?.state, 'running');
});

test('a limit that is reported again keeps its place', t => {
  const { report, snapshot } = createTally(handClock());
  const quota = (limit: string, used: number): Event => ({
    kind: 'quota',
    source: 's',
    limit,
    used,
    max: 25,
    resetsAtMs: undefined,
  });
  for (const event of [quota('a', 1), quota('b', 1), quota('a', 2)]) report(event);
  t.deepEqual(
    snapshot()
      .sources.get('s')
      ?.quota.map(({ limit, used }) => [limit, used]),
    [
      ['a', 2],
      ['b', 1],
    ],
  );
  report({ kind: 'limits-changed', source: 's', limits: ['b', 'c'], gone: ['a'] });
  t.deepEqual(
    snapshot()
      .sources.get('s')
      ?.quota.map(({ limit }) => limit),
    ['b'],
    'one that is declared no more is not shown',
  );
});

test('recent events are the newest hundred, and a repeated one is counted instead of pushing the others out', t => {
  const time = handClock();
  const { report, snapshot } = createTally(time);
  report({ kind: 'source-stopped', source: 'kraken', reason: 'bad key' });
  for (let n = 0; n < 500; n++) {
    time.pass(1000);
    report({ kind: 'append-failed', reason: `attempt ${n}`, retryMs: 1000 });
  }
  t.deepEqual(snapshot().recent, [
    {
      at: '2026-03-02T15:04:05Z',
      level: 'error',
      text: 'kraken has stopped and needs you: bad key; check sources.kraken.apiKey, then start again',
      times: 1,
    },
    {
      at: '2026-03-02T15:12:25Z',
      level: 'warn',
      text: 'Log refused a commit, trying again in 1 s: attempt 499',
      times: 500,
    },
  ]);
  for (let n = 0; n < 150; n++) report({ kind: 'list-loaded', list: `l${n}`, symbols: 1, fromStore: false });
  const { recent } = snapshot();
  t.is(recent.length, 100);
  t.is(recent.at(-1)?.text, 'List l149: 1 symbol');
});

test('freshness is the nearest rank of the ages', t => {
  t.is(freshnessOf([]), null);
  t.deepEqual(freshnessOf([7]), { p50: 7, p90: 7, max: 7 });
  t.deepEqual(freshnessOf([5, 1, 4, 2, 3, 6, 10, 9, 8, 7]), { p50: 5, p90: 9, max: 10 });
  t.deepEqual(freshnessOf([-3]), { p50: 0, p90: 0, max: 0 });
});

const states: readonly SymbolState[] = ['new', 'current', 'overdue', 'failing', 'skipped', 'delisted'];
const someSeries: fc.Arbitrary<SeriesSnapshot> = fc.record({
  asOfMs: fc.option(fc.nat(1000), { nil: undefined }),
  symbol: fc.constantFrom('A', 'AA', 'B', 'BRK.B', 'C'),
  lists: fc.subarray(['x', 'y']),
  feed: fc.constantFrom('f', 'g'),
  newestMs: fc.option(fc.nat(1000), { nil: undefined }),
  seenAtMs: fc.constant(undefined),
  state: fc.constantFrom(...states),
  failures: fc.nat(3),
});

test('a page of symbols is the head of the whole, worst or by name, and the total counts what fits', t => {
  const show = (series: SeriesSnapshot) => ({ ...series, newest: null, staleSeconds: series.newestMs ?? 0 });
  fc.assert(
    fc.property(fc.array(someSeries), fc.nat(10), fc.boolean(), (series, limit, worstFirst) => {
      const whole = symbolsPage(series, { worstFirst }, show);
      const page = symbolsPage(series, { worstFirst, limit }, show);
      t.deepEqual(page.symbols, whole.symbols.slice(0, limit));
      t.is(page.total, series.length);
      const rank = whole.symbols.map(({ state, symbol }) =>
        worstFirst ? ['failing', 'skipped', 'overdue', 'new', 'current', 'delisted'].indexOf(state) : symbol,
      );
      t.deepEqual(
        rank,
        rank.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)),
      );
    }),
    runs(100),
  );
});
