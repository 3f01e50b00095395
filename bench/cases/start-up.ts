import { blueprint } from '../../src/ingest/blueprint.js';
import { advance, compare, emptyCursor, encodeCursor } from '../../src/ingest/cursor.js';
import { encodeSeries, seriesKey } from '../../src/ingest/series.js';
import { openEmbeddedLog } from '../../src/log/embedded/embedded-log.js';
import type { StateChange } from '../../src/log/log.js';
import { isoInstant } from '../../src/records/instant.js';
import type { Bar } from '../../src/records/observation.js';
import { alphaVantage } from '../../src/sources/alpha-vantage.js';
import { realTime } from '../../src/streams/time.js';
import { diskListFile } from '../../src/symbols/disk-list-file.js';

export interface StartedUp {
  readonly openMs: number;
  /** From the first line of the program's own code to the first call. */
  readonly firstCallMs: number;
  /** Until every series has its due time. */
  readonly scheduledMs: number;
  readonly rssMb: number;
}

/**
 * A start over a log that knows all its series: `node start-up.js fill|start PATH SYMBOLS`. Each has a cursor of 100 bars; one series in a hundred is due.
 */
const [mode, path = '', count = '0'] = process.argv.slice(2);
const startMs = performance.now();
const symbols = Array.from({ length: Number(count) }, (_, i) => `SYM${i}`);
const feed = {
  name: 'bars',
  wanted: { data: 'bars', interval: '1m', adjusted: false },
  topic: 'market.bars',
  every: 3_600_000,
  restateWindow: 400,
  decimals: 'string',
} as const;
const log = await openEmbeddedLog({
  path,
  maxBytes: 2 ** 33,
  retainBytes: 2 ** 30,
  report: () => undefined,
  time: realTime,
});
const openMs = performance.now() - startMs;
for (const topic of ['market.bars', 'market.dead-letters', 'market.symbols'])
  log.ensureTopic(topic, { cleanup: topic === 'market.symbols' ? 'compact' : 'delete', partitions: 6 });

async function fill(): Promise<void> {
  const nowMs = Date.now();
  const newestMs = Math.floor(nowMs / 60_000) * 60_000;
  const price = '101.2300';
  const bars = Array.from({ length: 100 }, (_, i): Bar => {
    const time = isoInstant(newestMs - (100 - i) * 60_000);
    const values = { open: price, high: price, low: price, close: price };
    return { kind: 'bar', symbol: '', interval: '1m', adjusted: false, time, date: time.slice(0, 10), ...values };
  });
  const { novelties } = compare(emptyCursor, bars, feed.restateWindow);
  const cursor = encodeCursor(advance(emptyCursor, novelties, () => true, feed.restateWindow));
  for (let first = 0; first < symbols.length; first += 1_000) {
    const state = symbols.slice(first, first + 1_000).flatMap((symbol, i): StateChange[] => {
      const key = seriesKey('alpha-vantage', feed, symbol);
      const polledMs = i % 100 === 0 ? nowMs - 2 * 3_600_000 : nowMs;
      const series = {
        state: 'ok',
        failures: 0,
        polledMs,
        newestMs,
        newestDate: new Date(newestMs).toISOString().slice(0, 10),
        seenMs: nowMs,
        price,
        fresh: true,
      } as const;
      return [
        [`series/${key}`, encodeSeries(series)],
        [`cursor/${key}`, cursor],
      ];
    });
    await log.append({ batches: [], state });
  }
}

function start(): void {
  let firstCallMs = 0;
  const baseUrl = 'http://127.0.0.1:1';
  const running = blueprint(
    {
      sources: [
        {
          name: 'bench',
          vendor: alphaVantage,
          options: { apiKey: 'bench', baseUrl, format: 'json' },
          limits: [],
          concurrency: 8,
          deadlineMs: 30_000,
          edge: () => {
            firstCallMs ||= performance.now() - startMs;
            return new Promise(() => undefined);
          },
          feeds: [
            {
              feed,
              calendar: undefined,
              checks: { maxFuture: 86_400_000 },
              maxSymbols: 1,
              weight: 1,
              lists: ['all'],
            },
          ],
        },
      ],
      lists: [{ name: 'all', spec: { from: 'static', list: symbols, maxShrink: 1 } }],
      topics: { symbols: 'market.symbols', deadLetters: 'market.dead-letters' },
      once: false,
    },
    {
      time: realTime,
      random: Math.random,
      log,
      listEdge: () => Promise.reject(new Error('no lists on the web here')),
      listFile: diskListFile,
      report: () => undefined,
      redact: text => text,
    },
  );
  running.run.subscribe({ complete: () => void log.close().then(() => process.disconnect()) });
  const look = setInterval(() => {
    const [owner] = [...running.peek().values()];
    if (firstCallMs === 0 || owner?.desks[0]?.series.size !== symbols.length) return;
    clearInterval(look);
    const scheduledMs = performance.now() - startMs;
    const said: StartedUp = { openMs, firstCallMs, scheduledMs, rssMb: process.memoryUsage.rss() / 2 ** 20 };
    process.send!(said);
    running.drain();
    running.abort();
  }, 5);
}

if (mode === 'fill') {
  await fill();
  await log.close();
  process.send!({});
  process.disconnect();
} else start();
