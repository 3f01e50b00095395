import assert from 'node:assert';
import type { HttpAnswer, HttpEdge } from '../../src/http/edge.js';
import { blueprint, type Plan, type Running } from '../../src/ingest/blueprint.js';
import type { Checks } from '../../src/ingest/checks.js';
import type { FeedSpec } from '../../src/ingest/feed-desk.js';
import { type MemoryLog, type MemoryLogOptions, openMemoryLog } from '../../src/log/memory.js';
import type { Event } from '../../src/records/event.js';
import type { Limit } from '../../src/schedule/limit.js';
import type { Outcome } from '../../src/sources/outcome.js';
import type { Vendor, Work } from '../../src/sources/source.js';
import { createVirtualTime, type VirtualTime } from '../streams/virtual-time.js';

export interface Call {
  readonly work: Work;
  readonly atMs: number;
}

export interface World {
  readonly time: VirtualTime;
  readonly log: MemoryLog;
  readonly running: Running;
  readonly calls: readonly Call[];
  readonly events: Event[];
  readonly ended: () => 'running' | 'complete' | { readonly error: unknown };
  readonly records: (topic: string) => Record<string, string | number | boolean>[];
  readonly stop: () => void;
}

export interface WorldOptions {
  readonly symbols?: readonly string[];
  readonly every?: number;
  readonly once?: boolean;
  readonly limits?: readonly Limit[];
  readonly concurrency?: number;
  readonly latencyMs?: number;
  readonly log?: MemoryLogOptions;
  readonly reopened?: MemoryLog;
  readonly startMs?: number;
  readonly maxSymbols?: number;
  readonly quotes?: boolean;
  readonly checks?: Checks;
  readonly endpoint?: Vendor['endpoint'];
  /** The symbols come from the vendor's listing. */
  readonly listing?: boolean;
  /** The wire, in the place of one that answers after `latencyMs`. */
  readonly edge?: HttpEdge;
  readonly redact?: (text: string) => string;
  answer(call: Call): Outcome;
}

export const start = Date.UTC(2026, 2, 10, 15);

/** The whole graph in virtual time: only clock and wire are fake. The vendor answers what the test says, after `latencyMs`. */
export function world(options: WorldOptions): World {
  const { symbols = ['A', 'B', 'C'], every = 60_000, once = false, concurrency = 2, latencyMs = 50 } = options;
  const time = createVirtualTime(options.startMs ?? start);
  const events: Event[] = [];
  const log = options.reopened ?? openMemoryLog(options.log);
  for (const topic of ['market.bars', 'dead']) log.ensureTopic(topic, { cleanup: 'delete', partitions: 3 });
  log.ensureTopic('symbols', { cleanup: 'compact', partitions: 3 });
  const calls: Call[] = [];
  const vendor: Vendor = {
    type: 'fake',
    title: 'Fake',
    baseUrl: 'http://fake',
    needsKey: false,
    limits: [],
    concurrency,
    refuses: () => undefined,
    maxSymbols: () => options.maxSymbols ?? 1,
    weight: () => 1,
    ...(options.endpoint && { endpoint: options.endpoint }),
    listing: {
      weight: 1,
      request: () => ({ url: 'http://fake/' }),
      parse: () => ({ kind: 'listing', listed: symbols.map(symbol => ({ symbol })) }),
    },
    request: work => {
      calls.push({ work, atMs: time.now() });
      return { url: 'http://fake/' };
    },
    parse: work => options.answer({ work, atMs: time.now() }),
  };
  const wanted = options.quotes
    ? ({ data: 'quotes', bulk: true } as const)
    : ({ data: 'bars', interval: '1m', adjusted: false } as const);
  const feed: FeedSpec = {
    feed: { name: 'feed', wanted, topic: 'market.bars', every, restateWindow: 10, decimals: 'string' },
    calendar: undefined,
    checks: options.checks ?? { maxFuture: 86_400_000 },
    maxSymbols: options.maxSymbols ?? 1,
    weight: 1,
    lists: ['list'],
  };
  const answer: HttpAnswer = { status: 200, headers: {}, body: Buffer.from('{}') };
  const plan: Plan = {
    sources: [
      {
        name: 'fake',
        vendor,
        options: { apiKey: '', baseUrl: 'http://fake', format: 'json' },
        limits: options.limits ?? [],
        concurrency,
        deadlineMs: 30_000,
        edge: options.edge ?? (() => new Promise(resolve => time.schedule(() => resolve(answer), latencyMs))),
        feeds: [feed],
      },
    ],
    lists: [
      {
        name: 'list',
        spec: options.listing
          ? { from: 'listing', source: 'fake', refreshMs: 86_400_000, maxShrink: 0.5 }
          : { from: 'static', list: symbols, maxShrink: 0.5 },
      },
    ],
    topics: { symbols: 'symbols', deadLetters: 'dead' },
    once,
  };
  const running = blueprint(plan, {
    time,
    random: () => 0.5,
    log,
    listEdge: () => Promise.reject(new Error('no lists on the web here')),
    listFile: path => assert.fail(`no list at ${path} here`),
    report: event => void events.push(event),
    redact: options.redact ?? (text => text),
  });
  let ended: ReturnType<World['ended']> = 'running';
  const subscription = running.run.subscribe({
    error: error => {
      ended = { error };
    },
    complete: () => {
      ended = 'complete';
    },
  });
  return {
    time,
    log,
    running,
    calls,
    events,
    ended: () => ended,
    records: topic =>
      log
        .ends(topic)
        .flatMap(({ partition }) => log.read(topic, partition, 0, 1 << 30))
        .map(({ value }) => JSON.parse(Buffer.from(value).toString()) as Record<string, string>),
    stop: () => subscription.unsubscribe(),
  };
}
