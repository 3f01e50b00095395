import type { Scenario } from './scenario.js';

/** Nothing goes wrong: the demonstration. Every scenario states only what differs from it. */
const calm: Scenario = {
  title: 'about 70 well-known symbols round the clock, 300 calls a minute, nothing goes wrong',
  symbols: 'well-known',
  hours: 'always',
  start: '',
  speed: 1,
  historyDays: 400,
  quoteStepMs: 5000,
  unfinishedBars: false,
  restatements: { probability: 0, minDelayMs: 0, maxDelayMs: 0 },
  listing: { changeEveryMs: 86_400_000, absentShare: 0 },
  plan: { perMinute: 300 },
  keys: {},
  latencyMs: [20, 120],
  slowMs: 20_000,
  faults: {},
  schedule: [],
  bodies: '',
  redirectTo: '',
};

const flaky: Scenario['faults'] = {
  reset: 0.005,
  'refuse-burst': 0.01,
  'refuse-minute': 0.003,
  'refuse-note': 0.002,
  unavailable: 0.01,
  forbidden: 0.002,
  'retry-after-seconds': 0.005,
  'retry-after-date': 0.005,
  html: 0.005,
  redirect: 0.002,
  'cut-length': 0.005,
  'cut-chunked': 0.005,
  stalled: 0.001,
  'malformed-json': 0.005,
  'empty-object': 0.003,
  'renamed-key': 0.005,
  'artificial-rows': 0.005,
  'empty-listing': 0.1,
  'short-listing': 0.1,
  slow: 0.002,
  gzip: 0.1,
};

const minuteMs = 60_000;

export const scenarios = {
  calm,
  'free-plan': {
    ...calm,
    title: 'the free plan: 1 call a second, 25 a day, no premium data',
    symbols: ['AAPL', 'MSFT', 'IBM', 'SPY', 'KO', 'EUR/USD', 'BTC/USD'],
    hours: 'new-york',
    plan: 'free',
  },
  flaky: { ...calm, title: 'every fault but the worst, at low rates', faults: flaky },
  outage: {
    ...calm,
    title: 'resets for 5 minutes in each half hour, and 503 pages for 2 minutes after them',
    schedule: [
      { fault: 'reset', afterMs: 5 * minuteMs, forMs: 5 * minuteMs, everyMs: 30 * minuteMs },
      { fault: 'unavailable', afterMs: 10 * minuteMs, forMs: 2 * minuteMs, everyMs: 30 * minuteMs },
    ],
  },
  restating: {
    ...calm,
    title: 'one minute in ten changes after its end, and bars are shown while they grow',
    unfinishedBars: true,
    restatements: { probability: 0.1, minDelayMs: minuteMs, maxDelayMs: 10 * minuteMs },
    listing: { changeEveryMs: 10 * minuteMs, absentShare: 0.05 },
  },
  hostile: {
    ...calm,
    title: 'every fault at rates that no vendor would survive, gzip bombs and stalls among them',
    unfinishedBars: true,
    restatements: { probability: 0.2, minDelayMs: 0, maxDelayMs: 5 * minuteMs },
    listing: { changeEveryMs: 2 * minuteMs, absentShare: 0.2 },
    latencyMs: [5, 3000],
    faults: {
      ...Object.fromEntries(Object.entries(flaky).map(([name, probability]) => [name, Math.min(0.2, probability * 5)])),
      'gzip-bomb': 0.005,
      banned: 0.005,
      stalled: 0.01,
      slow: 0.01,
    },
  },
  'trading-day': {
    ...calm,
    title:
      '200 symbols in New York hours from five minutes before the open, with restatements, refusals and cut answers',
    symbols: 200,
    hours: 'new-york',
    start: '2026-03-09T13:25:00Z',
    historyDays: 120,
    restatements: { probability: 0.02, minDelayMs: 2 * minuteMs, maxDelayMs: 20 * minuteMs },
    plan: 'premium600',
    latencyMs: [20, 600],
    faults: {
      'refuse-burst': 0.002,
      'refuse-minute': 0.0005,
      unavailable: 0.002,
      reset: 0.001,
      'cut-length': 0.002,
      'cut-chunked': 0.002,
      'malformed-json': 0.001,
      gzip: 0.05,
    },
  },
} as const satisfies Record<string, Scenario>;

export type ScenarioName = keyof typeof scenarios;
