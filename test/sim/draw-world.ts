import type { FeedSpec } from '../../src/ingest/feed-desk.js';
import { calendarOf } from '../../src/schedule/calendars.js';
import type { FaultName } from '../../src/simulator/faults.js';
import type { Scenario } from '../../src/simulator/scenario.js';
import { scenarios } from '../../src/simulator/scenarios.js';
import { alphaVantage } from '../../src/sources/alpha-vantage.js';
import type { Wanted } from '../../src/sources/source.js';
import { createDraw, type Draw } from './draw.js';
import type { Crash, CrashPoint, PlannedList, PlannedSource, Span, WorldPlan } from './world-plan.js';

const secondMs = 1_000;
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

type Scene = 'nonstop' | 'session' | 'midnight';

/** Days on which something is different: both daylight changes, an early close, a holiday, a weekend; and one on which nothing is. */
const dates = ['2026-03-08', '2026-11-01', '2026-11-27', '2026-11-26', '2026-03-10', '2026-03-10', '2026-03-06'];

/** The hour of the change to winter on one of them, the first time. */
const repeatedMs = Date.parse('2026-11-01T05:00:00Z');

/** One world out of a seed: small and short, so that hundreds can be tried, and eventful. */
export function drawWorld(seed: number): WorldPlan {
  const draw = createDraw(`world ${seed}`);
  const scene = draw.one<Scene>(['nonstop', 'nonstop', 'session', 'session', 'midnight']);
  const temper = draw.one([0, 0, 1, 1, 2]);
  const forMs = draw.whole(12, 45) * minuteMs;
  const startMs = startOf(scene, draw.of('start'), forMs);
  const symbols = Array.from({ length: draw.whole(2, 9) }, (_, index) => `SYM${String(index).padStart(3, '0')}`);
  const pairs = scene !== 'session' && draw.is(0.3) ? ['EUR/USD', 'BTC/USD'] : [];
  const lists = drawLists(draw.of('lists'), symbols, pairs, forMs);
  const sources = drawSources(draw.of('sources'), { scene, lists, forMs, count: symbols.length + pairs.length });
  const [{ limits, format }] = sources as [PlannedSource];
  // A wall time that comes twice is told apart by the clock: one that is wrong by an hour cannot do it.
  const isRepeated = startMs > repeatedMs - 3 * hourMs && startMs < repeatedMs + 3 * hourMs;
  const hours = isRepeated ? [60 * secondMs, -60 * secondMs] : [hourMs, -hourMs];
  const perOf = (ms: number): number | undefined => limits.find(({ perMs }) => perMs === ms)?.requests;
  const market: Scenario = {
    ...scenarios.calm,
    title: `seed ${seed}`,
    symbols: [...symbols, ...pairs],
    hours: scene === 'session' ? 'new-york' : 'always',
    // Without a single bar the vendor knows no symbol, and is not asked again for a day.
    historyDays: scene === 'session' ? draw.whole(5, 6) : draw.whole(0, 1),
    quoteStepMs: draw.one([1, 5, 15]) * secondMs,
    unfinishedBars: draw.is(0.4),
    restatements: draw.is(0.6)
      ? { probability: draw.one([0.05, 0.2, 0.5]), minDelayMs: 0, maxDelayMs: draw.spread(1, 20) * minuteMs }
      : scenarios.calm.restatements,
    listing: { changeEveryMs: draw.whole(4, 12) * minuteMs, absentShare: draw.one([0, 0.1, 0.2]) },
    plan: { perSecond: perOf(secondMs)!, perMinute: perOf(minuteMs)!, ...dayOf(perOf(dayMs)), premium: true },
    latencyMs: draw.one([
      [5, 40],
      [20, 800],
      [200, 3_000],
    ]),
    slowMs: draw.whole(4, 40) * secondMs,
    faults: drawFaults(draw.of('faults'), temper, format),
    schedule:
      temper > 0 && draw.is(0.5)
        ? [
            {
              fault: draw.one<FaultName>(['unavailable', 'reset', 'refuse-burst', 'cut-length']),
              ...aSpan(draw, forMs),
            },
          ]
        : [],
  };
  return {
    seed,
    startMs,
    forMs,
    market,
    sessions: scene === 'session',
    sources,
    lists,
    network: {
      leastMs: 1,
      mostMs: draw.one([5, 50, 250]),
      outages: spans(draw.of('outages'), temper, forMs, 3 * minuteMs).map(span => ({
        ...span,
        code: draw.one(['connect', 'dns', 'tls'] as const),
      })),
    },
    disk: drawDisk(draw.of('disk'), temper, forMs),
    jumps: draw.is(0.4)
      ? Array.from({ length: draw.whole(1, 3) }, () => ({
          atMs: draw.whole(0, forMs),
          byMs: draw.one([...hours, ...hours, 90 * secondMs, -40 * secondMs, -3 * secondMs]),
        }))
      : [],
    crashes: draw.is(0.6) ? Array.from({ length: draw.whole(1, 4) }, () => drawCrash(draw, forMs, hours)) : [],
    lookMs: 10 * secondMs,
    checkIdOf: 1,
  };
}

const dayOf = (perDay: number | undefined) => (perDay === undefined ? {} : { perDay });

function startOf(scene: Scene, draw: Draw, forMs: number): number {
  const date = draw.one(dates);
  const midnight = Date.parse(`${date}T00:00:00Z`);
  switch (scene) {
    case 'nonstop':
      // On the days on which the clocks change: around the hour in which they do.
      return midnight + (draw.is(0.6) ? 6.5 * hourMs - draw.whole(0, forMs) : draw.whole(0, dayMs));
    case 'midnight':
      return midnight + draw.one([4, 5]) * hourMs - draw.whole(0, forMs);
    case 'session': {
      const calendar = calendarOf('XNYS');
      const { openMs, closeMs } = calendar.sessionAtOrAfter(midnight + 12 * hourMs);
      return draw.one([
        openMs - draw.whole(0, forMs),
        closeMs - draw.whole(0, forMs),
        openMs + draw.whole(0, 3 * hourMs),
      ]);
    }
  }
}

function drawLists(draw: Draw, symbols: readonly string[], pairs: readonly string[], forMs: number): PlannedList[] {
  const maxShrink = 0.5;
  const contents = [{ fromMs: 0, symbols }];
  const kind = draw.one(['static', 'static', 'file', 'http-csv', 'listing'] as const);
  const changing = Array.from({ length: draw.whole(1, 3) }, () => draw.whole(1, forMs)).sort((a, b) => a - b);
  const changes = changing.map(fromMs => ({ fromMs, symbols: someOf(draw, symbols) }));
  const spec = {
    static: { from: 'static', list: symbols, maxShrink } as const,
    file: { from: 'file', path: '/lists/all.txt', maxShrink } as const,
    'http-csv': {
      from: 'http-csv',
      url: 'https://lists.example/all.csv',
      column: 'Symbol',
      delimiter: ',',
      refreshMs: draw.whole(1, 5) * minuteMs,
      maxShrink,
    } as const,
    listing: { from: 'listing', source: 'one', refreshMs: draw.whole(2, 8) * minuteMs, maxShrink } as const,
  }[kind];
  const isOnes = kind === 'file' || kind === 'http-csv';
  const stocks: PlannedList = { name: 'stocks', spec, contents: isOnes ? [...contents, ...changes] : contents };
  const second: PlannedList[] =
    pairs.length === 0
      ? []
      : [
          {
            name: 'pairs',
            spec: { from: 'static', list: pairs, maxShrink },
            contents: [{ fromMs: 0, symbols: pairs }],
          },
        ];
  return [stocks, ...second];
}

/** At least half of them, in any order. */
const someOf = (draw: Draw, symbols: readonly string[]): readonly string[] => {
  const kept = symbols.filter(() => draw.is(0.8));
  return kept.length * 2 >= symbols.length ? (draw.is(0.5) ? kept.toReversed() : kept) : symbols;
};

interface SourceContext {
  readonly scene: Scene;
  readonly lists: readonly PlannedList[];
  readonly forMs: number;
  readonly count: number;
}

function drawSources(draw: Draw, { scene, lists, forMs, count }: SourceContext): PlannedSource[] {
  const calendar = scene === 'session' ? calendarOf('XNYS') : draw.is(0.3) ? calendarOf('24/7') : undefined;
  const [stocks] = lists as [PlannedList];
  const feed = (
    name: string,
    wanted: Wanted,
    every: number,
    of: readonly PlannedList[],
    restateWindow = 400,
  ): FeedSpec => ({
    feed: {
      name,
      wanted,
      topic: wanted.data === 'bars' ? 'market.bars' : 'market.quotes',
      every,
      restateWindow,
      decimals: 'string',
    },
    calendar,
    checks: { maxFuture: dayMs },
    maxSymbols: alphaVantage.maxSymbols(wanted),
    weight: 1,
    lists: of.map(({ name: list }) => list),
  });
  const bars = (interval: '1m' | '5m' | '1d'): Wanted => ({ data: 'bars', interval, adjusted: false });
  const bulk = draw.is(0.5);
  const feeds: FeedSpec[] = [
    feed('minutes', bars('1m'), draw.one([1, 1, 2, 5]) * minuteMs, lists, draw.one([3, 10, 60, 400])),
    ...(draw.is(0.6) ? [feed('quotes', { data: 'quotes', bulk }, draw.one([30, 60, 180]) * secondMs, [stocks])] : []),
    ...(draw.is(0.3) ? [feed('fives', bars('5m'), 5 * minuteMs, [stocks])] : []),
    // A UTC day as a session is not the day of these equities.
    ...(draw.is(0.3) && calendar?.name !== '24/7'
      ? [feed('days', bars('1d'), draw.one([hourMs, dayMs]), [stocks])]
      : []),
  ];
  const perMinute = feeds.reduce(
    (sum, { feed: { every }, maxSymbols }) => sum + (Math.ceil(count / maxSymbols) * minuteMs) / every,
    0,
  );
  const zone = 'America/New_York';
  const perDay = Math.ceil(perMinute * (forMs / minuteMs) * draw.one([0.2, 0.4, 1]));
  const limits = [
    { requests: draw.one([1, 2, 5, 20]), perMs: secondMs },
    { requests: Math.max(2, Math.ceil(perMinute * draw.one([0.6, 1.3, 3, 3]))), perMs: minuteMs },
    ...(scene === 'midnight' || draw.is(0.1) ? [{ requests: perDay, perMs: dayMs, resetsAt: '00:00', zone }] : []),
  ];
  const concurrency = draw.one([1, 2, 4, 16]);
  const deadlineMs = draw.one([5, 15, 30]) * secondMs;
  return [{ name: 'one', apiKey: 'key', format: draw.one(['json', 'csv']), limits, concurrency, deadlineMs, feeds }];
}

const mild: readonly FaultName[] = ['reset', 'refuse-burst', 'unavailable', 'cut-length', 'cut-chunked', 'gzip'];
const wild: readonly FaultName[] = [
  ...mild,
  'refuse-minute',
  'refuse-note',
  'refuse-day',
  'forbidden',
  'retry-after-seconds',
  'retry-after-date',
  'banned',
  'html',
  'redirect',
  'stalled',
  'malformed-json',
  'empty-object',
  'renamed-key',
  'artificial-rows',
  'empty-listing',
  'slow',
];
const rare: readonly FaultName[] = ['refuse-day', 'artificial-rows', 'banned', 'empty-object'];

function drawFaults(draw: Draw, temper: number, format: string): Partial<Record<FaultName, number>> {
  const names = [[], mild, wild][temper]!;
  // A CSV that was cut behind a row is a shorter CSV.
  const drawn = names.filter(name => draw.is(0.6) && !(format === 'csv' && name === 'malformed-json'));
  return Object.fromEntries(drawn.map(name => [name, rare.includes(name) ? 0.003 : draw.one([0.01, 0.03, 0.1])]));
}

function drawDisk(draw: Draw, temper: number, forMs: number): WorldPlan['disk'] {
  const code = () => draw.one(['disk', 'full'] as const);
  return {
    leastMs: 0,
    mostMs: draw.one([1, 5, 40]),
    slow: spans(draw, temper, forMs, 2 * minuteMs).map(span => ({ ...span, byMs: draw.spread(20, 4_000) })),
    refusing: spans(draw, temper, forMs, 2 * minuteMs).map(span => ({ ...span, code: code() })),
    refusedShare: temper === 2 && draw.is(0.5) ? draw.one([0.005, 0.05]) : 0,
  };
}

function drawCrash(draw: Draw, forMs: number, [setBackMs]: readonly number[]): Crash {
  const at = draw.one<CrashPoint>(['call', 'arrived', 'answer', 'append', 'stored', 'instant']);
  return {
    at,
    nth: at === 'instant' ? draw.whole(1, forMs / 2) : draw.spread(1, 120),
    // Not less than a call may be on its way: it is counted from its arrival by the vendor, and from the restart by us.
    downMs: draw.spread(500, 4 * minuteMs),
    setBackMs: draw.is(0.1) ? draw.one([setBackMs!, 5 * minuteMs]) : 0,
  };
}

const aSpan = (draw: Draw, forMs: number) => ({
  afterMs: draw.whole(0, forMs),
  forMs: draw.spread(5, 240) * secondMs,
  everyMs: 0,
});

function spans(draw: Draw, temper: number, forMs: number, mostMs: number): readonly Span[] {
  const count = temper === 0 ? 0 : draw.whole(0, temper);
  return Array.from({ length: count }, () => {
    const fromMs = draw.whole(0, forMs);
    return { fromMs, toMs: fromMs + draw.spread(secondMs, mostMs) };
  });
}
