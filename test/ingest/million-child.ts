import { encodeSeries } from '../../src/ingest/series.js';
import { openMemoryLog } from '../../src/log/memory.js';
import { isoInstant } from '../../src/records/instant.js';
import { type Call, start, world } from './world.js';

/**
 * `node --expose-gc million-child.js due|idle`: the whole graph over a million series, all of them due, or none within the hour. Prints as JSON the heap in use
 * without them, with them, and, where they are due, after each tenth of the polls.
 */
const series = 1_000_000;
const polls = 50_000;
const concurrency = 8;
const hourMs = 3_600_000;
const isDue = process.argv[2] === 'due';

/** One collection leaves what only the turn before still held: again, until it takes nothing more. */
const heap = async (): Promise<number> => {
  for (let last = Number.POSITIVE_INFINITY; ; ) {
    await new Promise(resolve => setImmediate(resolve));
    globalThis.gc?.();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    const now = heapUsed + arrayBuffers;
    if (now > last - 100_000) return Math.min(now, last);
    last = now;
  }
};

/** As a series is stored once it was polled: what an entry takes then is there from the beginning. */
const stored = encodeSeries({
  state: 'ok',
  failures: 0,
  polledMs: isDue ? start - 2 * hourMs : start,
  newestMs: start - hourMs,
  newestDate: '2026-03-10',
  seenMs: start - hourMs,
  price: '10',
  fresh: true,
});

const bar = ({ work }: Call) => {
  const time = isoInstant(start);
  const prices = { open: '10', high: '20', low: '1', close: '10' };
  return {
    kind: 'records',
    observations: [
      { kind: 'bar', symbol: work.symbols[0]!, interval: '1m', adjusted: false, time, date: '2026-03-10', ...prices },
    ],
  } as const;
};

const symbols = Array.from({ length: series }, (_, at) => `S${at}`);
const memory = openMemoryLog();
let isStalled = true;
const held: (() => void)[] = [];
const without = await heap();
const { time, calls, events, running, stop } = world({
  symbols,
  every: hourMs,
  concurrency,
  answer: bar,
  edge: () =>
    new Promise(resolve => {
      const answer = (): void => resolve({ status: 200, headers: {}, body: Buffer.from('{}') });
      if (isStalled) held.push(answer);
      else time.schedule(answer, 50);
    }),
  // It keeps nothing: what is measured is the graph alone.
  reopened: {
    ...memory,
    bytes: 0,
    get: key => (key.startsWith('series/') ? stored : undefined),
    append: () => memory.append({ batches: [] }),
  },
});
/** The test's own notes would grow with the polls. */
const forget = (): void => {
  events.length = 0;
  (calls as Call[]).length = 0;
};
const inLanes = (): number => [...running.peek().values()].reduce((sum, { inFlight }) => sum + inFlight, 0);
const dueNow = (): number => [...running.peek().values()][0]!.desks[0]!.timetable.dueCount(time.now(), series);

await time.advance(60_000);
forget();
const [waiting, withThem] = [dueNow(), await heap()];
const heaps: number[] = [];
let done = 0;
let most = inLanes();
isStalled = false;
for (const answer of held.splice(0)) answer();
while (isDue && done < polls) {
  const before = done;
  while (done < before + polls / 10) {
    await time.advance(1_000);
    done += calls.length;
    most = Math.max(most, inLanes());
    forget();
  }
  heaps.push(await heap());
}
process.stdout.write(JSON.stringify({ without, withThem, waiting, heaps, most, stillWaiting: dueNow() }));
stop();
