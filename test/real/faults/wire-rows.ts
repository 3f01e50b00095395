import { setTimeout as delay } from 'node:timers/promises';
import type { Frame } from '../kafka/frames.js';
import type { Fate } from '../kafka/proxy.js';
import { leaderOf } from './broker-rows.js';
import { type FaultRow, type Stage, seconds } from './row.js';

const produce = 0;

/** Where a request or its answer may break: before it, within its length, at the borders of its header's fields, in the body, at its last byte, behind it. */
const requestCuts: readonly ((bytes: number) => number)[] = [
  () => 0,
  () => 1,
  () => 3,
  () => 4,
  () => 6,
  () => 8,
  () => 12,
  () => 14,
  bytes => bytes >> 2,
  bytes => bytes >> 1,
  bytes => bytes - 1,
  bytes => bytes,
];
const answerCuts: readonly ((bytes: number) => number)[] = [
  () => 0,
  () => 1,
  () => 3,
  () => 4,
  () => 7,
  () => 8,
  bytes => bytes >> 1,
  bytes => bytes - 1,
];

/** Hits Produce frames of all brokers, `amount` of them, each after `calm` that passed, so that the load gets on. */
async function hit(
  { cluster, amount, load }: Stage,
  calm: number,
  fate: (at: number, frame: Frame, side: 'request' | 'answer') => Fate,
): Promise<void> {
  let hits = 0;
  let passed = 0;
  const judge =
    (side: 'request' | 'answer') =>
    (frame: Frame): Fate => {
      if (frame.apiKey !== produce || hits >= amount) return 'pass';
      const chosen = passed < calm ? 'pass' : fate(hits, frame, side);
      if (chosen === 'pass') {
        passed++;
        return 'pass';
      }
      passed = 0;
      hits++;
      return chosen;
    };
  for (const proxy of cluster.proxies) proxy.faults = { request: judge('request'), response: judge('answer') };
  await load.until(`${amount} faults`, () => hits >= amount);
  for (const proxy of cluster.proxies) proxy.heal();
  await load.caughtUp();
}

export const wireRows: readonly FaultRow[] = [
  {
    row: '3',
    fault: 'acknowledgement delayed past the request time-out with batches queued',
    perSecond: 1000,
    long: 200,
    short: 8,
    unit: 'times',
    options: { requestTimeoutMs: 1000 },
    async run(stage) {
      const late = { delayMs: stage.requestTimeoutMs + 400 };
      await hit(stage, 6, (_, __, side) => (side === 'answer' ? late : 'pass'));
      return '';
    },
  },
  {
    row: '3b',
    fault:
      'each answer of the brokers takes 0.27 to 0.45 of the request time-out, one after another, and our process is killed and starts',
    perSecond: 1000,
    long: 5,
    short: 1,
    unit: 'starts',
    way: 'forward',
    options: { requestTimeoutMs: 1000 },
    crashes: true,
    mayDouble: (starts, partitions) => starts * partitions,
    async run(stage) {
      const { cluster, random, requestTimeoutMs } = stage;
      const slow = () => ({ delayMs: requestTimeoutMs * (0.27 + 0.18 * random()) });
      for (const proxy of cluster.proxies) proxy.faults = { response: slow };
      const waits: number[] = [];
      for (let start = 0; start < stage.amount; start++) {
        await stage.crash();
        const startedMs = performance.now();
        await stage.load.more(1);
        waits.push(performance.now() - startedMs);
      }
      for (const proxy of cluster.proxies) proxy.heal();
      await stage.load.caughtUp();
      return `the first record after at most ${seconds(Math.max(...waits))}`;
    },
  },
  {
    row: '8',
    fault: `connection reset at each class of byte position of a Produce request (${requestCuts.length}) and of its answer (${answerCuts.length})`,
    perSecond: 1000,
    long: 1000,
    short: 40,
    unit: 'resets',
    async run(stage) {
      const cuts = [
        ...requestCuts.map(at => ({ side: 'request', at })),
        ...answerCuts.map(at => ({ side: 'answer', at })),
      ];
      await hit(stage, 4, (time, { bytes }, side) => {
        const cut = cuts[time % cuts.length]!;
        return cut.side === side ? { cutAt: cut.at(bytes.length) } : 'pass';
      });
      return '';
    },
  },
  {
    row: '9',
    fault: 'half-open connections to a leader: swallowed both ways, new ones too',
    perSecond: 1000,
    long: 30,
    short: 6,
    unit: 's',
    async run(stage) {
      const { cluster, load, amount } = stage;
      const broker = await leaderOf(stage, Math.floor(stage.random() * stage.partitions));
      const proxy = cluster.proxies[broker.id - 1]!;
      const before = proxy.served;
      const startedMs = performance.now();
      proxy.faults = { request: () => 'swallow', response: () => 'swallow' };
      await load.until('another connection', () => proxy.served > before);
      const detectedMs = performance.now() - startedMs;
      await delay(Math.max(0, amount * 1000 - detectedMs));
      proxy.heal();
      const waited = await load.caughtUp();
      return `another connection tried after ${seconds(detectedMs)} (request time-out ${seconds(stage.requestTimeoutMs)}); caught up ${seconds(waited)} after the end`;
    },
  },
];
