import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createHttpEdge } from '../../src/http/create-http-edge.js';
import { blueprint } from '../../src/ingest/blueprint.js';
import { openEmbeddedLog } from '../../src/log/embedded/embedded-log.js';
import type { Commit, Log } from '../../src/log/log.js';
import { recordsIn } from '../../src/log/packed/unpack.js';
import { createListener } from '../../src/metrics/listener.js';
import { createLogger } from '../../src/metrics/logger.js';
import { redactor } from '../../src/metrics/redactor.js';
import { createRegistry } from '../../src/metrics/registry.js';
import { createTally } from '../../src/metrics/tally.js';
import type { View } from '../../src/metrics/view.js';
import type { Event } from '../../src/records/event.js';
import { alphaVantage } from '../../src/sources/alpha-vantage.js';
import { realTime } from '../../src/streams/time.js';
import { diskListFile } from '../../src/symbols/disk-list-file.js';
import { quantile } from './processes.js';

export interface Polled {
  readonly perSecond: number;
  readonly cpuSecondsPer1000: number;
  readonly p50Ms?: number;
  readonly p99Ms?: number;
  readonly loopP99Ms?: number;
  readonly rssMb: number;
}

/**
 * The whole path as `run` builds it: blueprint, budget, embedded log on disk, events counted. `node polls-real.js PORT POLLS SYMBOLS IN_FLIGHT [EVERY_MS]`
 * As many polls again go before those that are counted: it takes some 20,000 until all of the path is compiled.
 * Latency is taken from outside: from the call, which follows its permit in the same turn, to the answer of the log.
 */
const [port, polls, symbols, inFlight, every = 100] = process.argv.slice(2).map(Number) as [
  port: number,
  polls: number,
  symbols: number,
  inFlight: number,
  every?: number,
];
const path = mkdtempSync(join(tmpdir(), 'fl-bench-'));
const tally = createTally(realTime);
const view = { status: () => ({ sources: [], feeds: [], log: {} }) } as unknown as View;
const logger = createLogger({
  level: 'info',
  format: 'json',
  colour: false,
  redact: redactor([]),
  out: { write: line => process.stderr.write(line) },
});
const listen = createListener({ registry: createRegistry(), logger, view, time: realTime });
let acknowledged = 0;
let started: { atMs: number; cpu: NodeJS.CpuUsage } | undefined;
let result: Polled | undefined;
const report = (event: Event): void => {
  tally.report(event);
  listen(event);
  if (event.kind !== 'settled') return;
  acknowledged++;
  if (acknowledged === polls) {
    started = { atMs: performance.now(), cpu: process.cpuUsage() };
    latencies.length = 0;
    loop.reset();
  }
  if (acknowledged === 2 * polls) finish();
};

const loop = monitorEventLoopDelay({ resolution: 1 });
loop.enable();
const calledMs = new Map<string, number>();
const latencies: number[] = [];
const log = await openEmbeddedLog({ path, maxBytes: 2 ** 32, retainBytes: 2 ** 30, report, time: realTime });
const timed: Log = Object.assign(Object.create(log) as Log, {
  async append(commit: Commit) {
    const positions = await log.append(commit);
    const nowMs = performance.now();
    for (const batch of commit.batches)
      for (const { key } of recordsIn(batch)) latencies.push(nowMs - calledMs.get(key)!);
    return positions;
  },
});
log.ensureTopic('market.quotes', { cleanup: 'delete', partitions: 6 });
log.ensureTopic('market.symbols', { cleanup: 'compact', partitions: 6 });
log.ensureTopic('market.dead-letters', { cleanup: 'delete', partitions: 6 });
const baseUrl = `http://127.0.0.1:${port}`;
const edge = createHttpEdge({
  deadlineMs: 30_000,
  maxBytes: 1 << 20,
  allow: [{ baseUrl }],
  userAgent: 'financelake/bench',
});
const wanted = { data: 'quotes', bulk: false } as const;
const running = blueprint(
  {
    sources: [
      {
        name: 'bench',
        vendor: alphaVantage,
        options: { apiKey: 'bench', baseUrl, format: 'json' },
        limits: [
          { requests: 1_000_000, perMs: 1_000 },
          { requests: 10_000_000, perMs: 86_400_000, resetsAt: '00:00', zone: 'America/New_York' },
        ],
        concurrency: inFlight,
        deadlineMs: 30_000,
        edge: request => {
          calledMs.set(request.query!.symbol!, performance.now());
          return edge(request);
        },
        feeds: [
          {
            feed: { name: 'quotes', wanted, topic: 'market.quotes', every, restateWindow: 16, decimals: 'string' },
            calendar: undefined,
            checks: { maxFuture: 86_400_000 },
            maxSymbols: 1,
            weight: 1,
            lists: ['all'],
          },
        ],
      },
    ],
    lists: [
      {
        name: 'all',
        spec: { from: 'static', list: Array.from({ length: symbols }, (_, i) => `SYM${i}`), maxShrink: 1 },
      },
    ],
    topics: { symbols: 'market.symbols', deadLetters: 'market.dead-letters' },
    once: false,
  },
  {
    time: realTime,
    random: Math.random,
    log: timed,
    listEdge: edge,
    listFile: diskListFile,
    report,
    redact: text => text,
  },
);

function finish(): void {
  const cpu = process.cpuUsage(started!.cpu);
  result = {
    perSecond: (polls * 1000) / (performance.now() - started!.atMs),
    cpuSecondsPer1000: (cpu.user + cpu.system) / 1000 / polls,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    loopP99Ms: loop.percentile(99) / 1e6,
    rssMb: process.memoryUsage.rss() / 2 ** 20,
  };
  running.drain();
}

await new Promise<void>((resolve, reject) => running.run.subscribe({ complete: resolve, error: reject }));
await log.close();
rmSync(path, { recursive: true, force: true });
process.send!(result);
process.disconnect();
