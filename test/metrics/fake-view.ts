import type { Changes } from '../../src/metrics/changes.js';
import { liveView, type SeriesSnapshot } from '../../src/metrics/live-view.js';
import { createTally } from '../../src/metrics/tally.js';
import type { SymbolState, View } from '../../src/metrics/view.js';
import type { Event, Report } from '../../src/records/event.js';

export const startMs = Date.parse('2026-03-02T15:04:05Z');

/** A wall clock and a monotonic clock that a test moves by hand. */
export function handClock(atMs = startMs) {
  let passedMs = 0;
  return {
    now: () => atMs + passedMs,
    monotonicMs: () => passedMs,
    pass(ms: number) {
      passedMs += ms;
    },
  };
}

export type HandClock = ReturnType<typeof handClock>;

const symbols = ['AAPL', 'AMZN', 'BRK.B', 'GOOG', 'IBM', 'JNJ', 'JPM', 'KO', 'META', 'MSFT', 'NVDA', 'PG', 'TSLA', 'V'];
const states: readonly SymbolState[] = ['current', 'overdue', 'current', 'current', 'failing', 'current', 'new'];

function seriesAt(nowMs: number): SeriesSnapshot[] {
  return symbols.flatMap((symbol, index) =>
    ['daily', 'quotes'].map((feed, offset) => {
      const state = states[(index + offset * 3) % states.length]!;
      const ageMs = feed === 'daily' ? (18 + index * 3) * 3_600_000 : (index + 1) * 47_000;
      return {
        symbol,
        lists: index % 3 === 0 ? ['mine', 'us-large'] : ['us-large'],
        feed,
        newestMs: state === 'new' ? undefined : nowMs - ageMs,
        asOfMs: state === 'new' ? undefined : nowMs - ageMs,
        seenAtMs: state === 'new' ? undefined : nowMs - 4000,
        state,
        failures: state === 'failing' ? 3 : 0,
        ...(state === 'failing' ? { reason: 'the answer is cut: unexpected end of JSON' } : {}),
      };
    }),
  );
}

/** Events of a quarter of an hour of a running instance with one source and two feeds. */
export const someEvents: readonly Event[] = [
  { kind: 'started', version: '0.1.0', config: 'financelake.yaml' },
  { kind: 'list-loaded', list: 'us-large', symbols: 14, fromStore: true },
  { kind: 'list-changed', list: 'us-large', listed: 2, delisted: 1, renamed: 0, symbols: 15 },
  { kind: 'list-loaded', list: 'mine', symbols: 5, fromStore: false },
  { kind: 'list-refused', list: 'mine', reason: 'half of its symbols are gone', symbols: 5, ageMs: 86_400_000 },
  { kind: 'component', name: 'log', ready: true },
  { kind: 'component', name: 'symbols', ready: false, reason: 'us-large is being read' },
  { kind: 'component', name: 'symbols', ready: true },
  { kind: 'ready' },
  { kind: 'permit-granted', source: 'alphavantage', weight: 1, waitedMs: 800 },
  { kind: 'quota', source: 'alphavantage', limit: '25 per 1d', used: 21, max: 25, resetsAtMs: startMs + 47_000_000 },
  { kind: 'quota', source: 'alphavantage', limit: '1 per 1s', used: 0, max: 1, resetsAtMs: undefined },
  { kind: 'rate-lowered', source: 'alphavantage', perSecond: 0.5 },
  { kind: 'limits-changed', source: 'alphavantage', limits: ['25 per 1d', '1 per 1s'], gone: ['20 per 1d'] },
  { kind: 'rate-raised', source: 'alphavantage', perSecond: 0.75 },
  {
    kind: 'limits-learned',
    source: 'alphavantage',
    learned: [{ limit: '20/1d', declared: '25 per 1d' }, { limit: '7/1s' }],
  },
  polled('records'),
  polled('records'),
  { ...polled('refused'), refusal: 'burst', disposition: 'wait', detail: 'please spread out your requests' },
  { ...polled('malformed'), disposition: 'retry', detail: 'unexpected end of JSON' },
  { kind: 'history-denied', feed: 'daily', reason: 'no full output' },
  { kind: 'symbol-failing', source: 'alphavantage', feed: 'daily', symbol: 'IBM', reason: 'malformed', failures: 3 },
  { kind: 'settled', feed: 'daily', fresh: 98, restated: 2, unchanged: 0, outside: 4, rejected: 1 },
  { kind: 'settled', feed: 'quotes', fresh: 14, restated: 0, unchanged: 3, outside: 0, rejected: 0 },
  { kind: 'published', feed: 'daily', topic: 'market.bars', records: 12_340, bytes: 2_500_000, newestMs: startMs },
  { kind: 'published', feed: 'daily', topic: 'market.bars', records: 1, bytes: 200, newestMs: startMs - 1000 },
  { kind: 'published', feed: 'quotes', topic: 'market.quotes', records: 14, bytes: 2900, newestMs: startMs },
  { kind: 'dead-letter', origin: 'source/alphavantage', code: 'ohlc-order', count: 1, detail: 'high below low' },
  { kind: 'letters-dealt', dealing: 'replayed', count: 3 },
  { kind: 'late', feed: 'daily', overdue: 3, worstMs: 95_000, worst: 'TSLA' },
  { kind: 'appended', records: 12_355, bytes: 2_503_100, commitMs: 3 },
  { kind: 'append-failed', reason: 'no space left on device', retryMs: 1000 },
  { kind: 'log-paused', bytes: 4_294_967_296, maxBytes: 4_294_967_296 },
  { kind: 'log-resumed', bytes: 3_000_000_000, maxBytes: 4_294_967_296 },
  { kind: 'log-size', bytes: 1_234_567_890, maxBytes: 4_294_967_296 },
  { kind: 'log-damaged', topic: 'market.bars', partition: 2, offset: 77, records: 10, reason: 'checksum' },
  { kind: 'retained', topic: 'market.bars', partition: 0, records: 1000, start: 1000 },
  { kind: 'shipped', topic: 'market.bars', records: 1000, bytes: 250_000 },
  { kind: 'ship-failed', topic: 'market.bars', code: 'unreachable' },
  { kind: 'records-refused', topic: 'market.bars', partition: 0, code: 'too-large', count: 1, kept: true },
  { kind: 'topic-recreated', topic: 'market.bars', partition: 0 },
  { kind: 'topic-differs', topic: 'market.bars', problem: 'its cleanup.policy is compact' },
  { kind: 'unshipped', records: 1000, bytes: 250_000, reason: 'no broker answers' },
  { kind: 'file-rows', dataset: 'bars', published: 990, rejected: 9, skipped: 1 },
  { kind: 'file-archived', file: 'a.csv', dataset: 'bars', rows: 1000, records: 990, rejected: 9, elapsedMs: 2100 },
  {
    kind: 'file-quarantined',
    file: 'b.csv',
    dataset: 'bars',
    code: 'structure',
    detail: 'no end of a quote',
    records: 0,
  },
  { kind: 'file-duplicate', file: 'c.csv', dataset: 'bars', of: 'a.csv' },
  { kind: 'file-left', file: 'd.txt', reason: 'no dataset matches it' },
  { kind: 'unit-held', unit: 'source/av', epoch: 3 },
  { kind: 'unit-released', unit: 'source/av', wasHeld: true },
  { kind: 'unit-refused', unit: 'source/av', reason: 'no broker answers' },
  { kind: 'actor-restarted', actor: 'directory', error: 'TypeError: x', backoffMs: 250 },
  { kind: 'actor-failed', actor: 'directory', error: 'TypeError: x' },
  { kind: 'mailbox-lost', actor: 'budget', count: 2 },
  { kind: 'source-paused', source: 'alphavantage', reason: 'the day is spent', untilMs: startMs + 47_000_000 },
  { kind: 'source-resumed', source: 'alphavantage' },
  { kind: 'source-stopped', source: 'kraken', reason: 'the key is not known' },
];

/** Each kind at least once. */
export const everyEvent: readonly Event[] = [
  ...someEvents,
  { kind: 'lines-lost', count: 1 },
  { kind: 'draining', reason: 'SIGTERM', deadlineMs: 30_000 },
  { kind: 'drained', records: 12_355, calls: 4, abandoned: 1 },
];

function polled(outcome: string): Extract<Event, { kind: 'polled' }> {
  const call = {
    source: 'alphavantage',
    feed: 'daily',
    symbols: ['IBM'],
    elapsedMs: 210,
    bytes: 4000,
    latenessMs: 900,
  };
  return { kind: 'polled', outcome, disposition: 'done', ...call };
}

/** Deals with nothing. */
export const idleChanges: Changes = {
  letters: async () => ({ done: 0, before: 0, was: [], staying: 0, stay: [], unknown: [] }),
};

/** A view of a made-up instance with one source and two feeds, and what reports events to it. */
export function fakeView(time: HandClock): { view: View; report: Report } {
  const tally = createTally(time);
  const view = liveView(
    {
      instance: 'fl-1',
      version: '0.1.0',
      tally: tally.snapshot,
      sources: () => [
        { name: 'alphavantage', type: 'alpha-vantage', inFlight: 1 },
        { name: 'kraken', type: 'kraken', inFlight: 0, quota: [] },
      ],
      feeds: () => [
        {
          name: 'daily',
          source: 'alphavantage',
          symbols: 14,
          due: 5,
          overdue: 3,
          worstLatenessSeconds: 95,
          cadenceSeconds: 86_400,
          expected: new Date(time.now() - 18 * 3_600_000).toISOString(),
        },
        {
          name: 'quotes',
          source: 'kraken',
          symbols: 14,
          due: 0,
          overdue: 0,
          worstLatenessSeconds: 0,
          cadenceSeconds: 60,
          expected: new Date(time.now()).toISOString(),
        },
      ],
      series: () => seriesAt(time.now()),
      log: () => ({
        identity: '3f9c2a1b7d',
        bytes: 1_234_567_890,
        maxBytes: 4_294_967_296,
        topics: [
          { topic: 'market.bars', partitions: 6, records: 12_341 },
          { topic: 'market.quotes', partitions: 6, records: 14 },
        ],
      }),
    },
    time,
  );
  return { view, report: tally.report };
}
