import { createHttpEdge } from '../../src/http/create-http-edge.js';
import { blueprint } from '../../src/ingest/blueprint.js';
import type { FeedSpec } from '../../src/ingest/feed-desk.js';
import { openEmbeddedLog } from '../../src/log/embedded/embedded-log.js';
import { alphaVantage } from '../../src/sources/alpha-vantage.js';
import type { Wanted } from '../../src/sources/source.js';
import { realTime } from '../../src/streams/time.js';
import { diskListFile } from '../../src/symbols/disk-list-file.js';
import { announce, say } from './announce.js';

export interface GraphOptions {
  readonly path: string;
  readonly url: string;
  readonly symbols: readonly string[];
}

/** Longer than any test: a reservation then stays in the log for as long as the simulator's count does. */
const dayMs = 86_400_000;
export const concurrency = 8;
const perSecond = 400;
/** What the schedule reserves ahead of the calls at most, see src/schedule/bookings.ts. */
export const mostAhead = perSecond / 10;

const feed = (name: string, wanted: Wanted, topic: string): FeedSpec => ({
  feed: { name, wanted, topic, every: 40, restateWindow: 50, decimals: 'string' },
  calendar: undefined,
  checks: { maxFuture: dayMs },
  maxSymbols: 1,
  weight: 1,
  lists: ['all'],
});

/** The graph as `run` runs it, on the real log and over real HTTP, polling as fast as its limits let it. Ends when it is killed, or drained by SIGTERM. */
async function poll({ path, url, symbols }: GraphOptions): Promise<void> {
  const report = (): void => undefined;
  const stored = await openEmbeddedLog({ path, maxBytes: 1 << 30, retainBytes: 1 << 30, report, time: realTime });
  const log = announce(stored, { dieBeforeReply: undefined });
  for (const topic of ['bars', 'quotes', 'dead']) log.ensureTopic(topic, { cleanup: 'delete', partitions: 3 });
  log.ensureTopic('symbols', { cleanup: 'compact', partitions: 1 });
  const edge = createHttpEdge({
    deadlineMs: 5_000,
    maxBytes: 8 << 20,
    allow: [{ baseUrl: url, allowPrivate: false }],
    userAgent: 'crash',
    proxy: undefined,
  });
  const running = blueprint(
    {
      sources: [
        {
          name: 'av',
          vendor: alphaVantage,
          options: { apiKey: 'key', baseUrl: url, format: 'json' },
          limits: [
            { requests: perSecond, perMs: 1_000 },
            { requests: 1_000_000, perMs: dayMs },
          ],
          concurrency,
          deadlineMs: 5_000,
          edge,
          feeds: [
            feed('minutes', { data: 'bars', interval: '1m', adjusted: false }, 'bars'),
            feed('quotes', { data: 'quotes', bulk: false }, 'quotes'),
          ],
        },
      ],
      lists: [{ name: 'all', spec: { from: 'static', list: symbols, maxShrink: 1 } }],
      topics: { symbols: 'symbols', deadLetters: 'dead' },
      once: false,
    },
    { time: realTime, random: Math.random, log, listEdge: edge, listFile: diskListFile, report, redact: text => text },
  );
  process.once('SIGTERM', () => running.drain());
  say(['ready', process.pid]);
  await new Promise<void>((complete, error) => running.run.subscribe({ complete, error }));
  await log.close();
  say(['ended']);
}

if (process.argv[1]?.endsWith('graph-child.js')) await poll(JSON.parse(process.argv[2] ?? '') as GraphOptions);
