import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { HttpAnswer } from '../src/http/edge.js';
import { createCommitStage } from '../src/ingest/commit-stage.js';
import { judge } from '../src/ingest/judge.js';
import { recentLetters } from '../src/ingest/recent-letters.js';
import type { Feed } from '../src/ingest/series.js';
import { alphaVantage } from '../src/sources/alpha-vantage.js';
import type { Work } from '../src/sources/source.js';
import { realTime } from '../src/streams/time.js';
import { median } from './cases/processes.js';
import { type Stages, sharesOf } from './cases/shares.js';
import { openStores } from './cases/stores.js';

/**
 * The way of a record from an answer's bytes to its acknowledgement, on one event loop: parse → cursor, checks, record → group commit in the embedded log.
 * Beside it, in turns, the bare loop over the same libraries: JSON.parse, JSON.stringify of each new row, one lmdb put a record, one flush a group; it knows
 * no ids, no cursors, no checks, no exact digits of bare numbers, no partitions and no checksums.
 * `npm run bench -- records [ROUNDS] [CASE]`
 */
const rounds = Number(process.argv[3] ?? 5);
const only = process.argv[4];
const minuteMs = 60_000;
const startMs = Date.UTC(2026, 2, 10, 15);
const stamp = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');

/** As the vendor sends it: strings, newest first, four blanks of indentation. `from` numbers the oldest bar. */
function answerOf(symbol: string, from: number, bars: number): HttpAnswer {
  const rows = Array.from({ length: bars }, (_, i) => {
    const at = from + bars - 1 - i;
    const price = (shift: number): string => (80 + ((at * 37 + shift) % 997) / 100).toFixed(4);
    const [low, open, close, high] = [0, 3, 7, 9].map(shift => price(shift)).sort() as [string, string, string, string];
    const values = {
      '1. open': open,
      '2. high': high,
      '3. low': low,
      '4. close': close,
      '5. volume': `${10_000 + (at % 9_000)}`,
    };
    return [stamp(startMs + at * minuteMs), values] as const;
  });
  const body = {
    'Meta Data': {
      '1. Information': 'Intraday (1min) open, high, low, close prices and volume',
      '2. Symbol': symbol,
      '3. Last Refreshed': rows[0]![0],
      '4. Interval': '1min',
      '5. Output Size': bars > 100 ? 'Full size' : 'Compact',
      '6. Time Zone': 'US/Eastern',
    },
    'Time Series (1min)': Object.fromEntries(rows),
  };
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(body, null, 4)),
  };
}

interface Poll {
  readonly symbol: string;
  readonly answer: HttpAnswer;
  readonly fresh: number;
}

interface Case {
  readonly title: string;
  /** Rows of an answer, and symbols that are polled in turn. */
  readonly bars: number;
  readonly symbols: number;
  /** Polls that share one commit. */
  readonly group: number;
  /** New bars of each answer after the first. */
  readonly step: number;
  readonly turns: number;
}

const cases: readonly Case[] = [
  { title: 'history: 20,000 bars an answer, all new', bars: 20_000, symbols: 1, group: 1, step: 20_000, turns: 4 },
  { title: '100 bars an answer, all new', bars: 100, symbols: 64, group: 64, step: 100, turns: 20 },
  { title: '100 bars an answer, 1 new', bars: 100, symbols: 64, group: 64, step: 1, turns: 20 },
  { title: '100 bars an answer, none new', bars: 100, symbols: 64, group: 64, step: 0, turns: 20 },
];

const { log, bare, close } = await openStores(2 ** 32);
log.ensureTopic('market.bars', { cleanup: 'delete', partitions: 6 });
log.ensureTopic('dead', { cleanup: 'delete', partitions: 6 });
const stage = createCommitStage({ log, writer: 'source/bench', time: realTime, report: () => undefined });
stage.run.subscribe();
const feed: Feed = {
  name: 'bench',
  wanted: { data: 'bars', interval: '1m', adjusted: false },
  topic: 'market.bars',
  every: minuteMs,
  restateWindow: 400,
  decimals: 'string',
};
const context = {
  sourceType: alphaVantage.type,
  sourceName: 'bench',
  feed,
  calendar: undefined,
  checks: { maxFuture: 1e15 },
  deadLetters: 'dead',
  load: (key: string) => log.get(key),
  recent: recentLetters('bench', 'bench', () => undefined),
};
const options = { apiKey: 'KEY', baseUrl: alphaVantage.baseUrl, format: 'json' } as const;

interface Spent {
  wallMs: number;
  cpuMs: number;
  parseMs: number;
  settleMs: number;
  rest: number;
}

/** Work of one kind: wall time, and processor time of all threads (lmdb writes and flushes in one of its own). */
async function measured(work: (spent: Spent) => Promise<void>): Promise<Spent> {
  const spent: Spent = { wallMs: 0, cpuMs: 0, parseMs: 0, settleMs: 0, rest: 0 };
  const before = process.cpuUsage();
  const started = performance.now();
  await work(spent);
  spent.wallMs = performance.now() - started;
  const cpu = process.cpuUsage(before);
  spent.cpuMs = (cpu.user + cpu.system) / 1000;
  return spent;
}

async function throughPath(groups: readonly (readonly Poll[])[], spent: Spent): Promise<void> {
  for (const group of groups) {
    const commits = group.map(({ symbol, answer, fresh }) => {
      const nowMs = realTime.now();
      const work: Work = { wanted: feed.wanted, symbols: [symbol], newestMs: undefined, nowMs, shallow: false };
      const startedMs = performance.now();
      const outcome = alphaVantage.parse(work, answer, options);
      const parsedMs = performance.now();
      const settlement = judge({ ...context, nowMs, askedMs: nowMs }, [symbol], outcome, () => '', Math.random);
      spent.parseMs += parsedMs - startedMs;
      spent.settleMs += performance.now() - parsedMs;
      if (settlement.records.length !== fresh) throw new Error(`${settlement.records.length} records, not ${fresh}`);
      return new Promise<void>(done => stage.commit(settlement, done));
    });
    await Promise.all(commits);
  }
}

let next = 0;
const newest = new Map<string, string>();

async function throughBare(groups: readonly (readonly Poll[])[]): Promise<void> {
  for (const group of groups) {
    for (const { symbol, answer } of group) {
      const body = JSON.parse(Buffer.from(answer.body).toString()) as Record<
        string,
        Record<string, Record<string, string>>
      >;
      const last = newest.get(symbol) ?? '';
      for (const [time, row] of Object.entries(body['Time Series (1min)']!)) {
        if (time <= last) break;
        const record = {
          symbol,
          time,
          open: row['1. open'],
          high: row['2. high'],
          low: row['3. low'],
          close: row['4. close'],
          volume: row['5. volume'],
        };
        const key = Buffer.allocUnsafe(8);
        key.writeDoubleBE(next++);
        void bare.put(key, Buffer.from(JSON.stringify(record)));
      }
      newest.set(symbol, body['Meta Data']!['3. Last Refreshed'] as unknown as string);
    }
    await bare.flushed;
  }
}

const stages: Stages = [
  ['classify', /\/src\/sources\//],
  ['cursor', /\/ingest\/cursor\./],
  ['validate', /\/ingest\/(checks|final)\./],
  ['encode', /\/records\/(record|identity)\.|\/ingest\/(settle|judge)\./],
  ['append', /\/src\/log\/|\/lmdb\/|\/ingest\/commit-stage\./],
];

const whole = (value: number): string => Math.round(value).toLocaleString('en');

let epoch = 0;
for (const { title, bars, symbols, group, step, turns } of only === undefined ? cases : [cases[Number(only) - 1]!]) {
  const from = new Map<string, number>();
  epoch++;
  const pollsOf = (count: number): Poll[][] =>
    Array.from({ length: count }, () =>
      Array.from({ length: group }, (_, i) => {
        const symbol = `S${epoch}X${i % symbols}`;
        const before = from.get(symbol);
        const at = before === undefined ? 0 : before + step;
        from.set(symbol, at);
        return { symbol, answer: answerOf(symbol, at, bars), fresh: before === undefined ? bars : step };
      }),
    );
  const ours: Spent[] = [];
  const bares: Spent[] = [];
  const delays = monitorEventLoopDelay({ resolution: 1 });
  let longestMs = 0;
  for (let round = 0; round < rounds + 1; round++) {
    const groups = pollsOf(turns);
    // The first answers of a series are all new; they are not what is measured.
    delays.enable();
    delays.reset();
    const one = await measured(spent => throughPath(groups, spent));
    if (round > 0) longestMs = Math.max(longestMs, delays.max / 1e6);
    delays.disable();
    const other = await measured(() => throughBare(groups));
    if (round === 0) continue;
    ours.push(one);
    bares.push(other);
  }
  const profiled = pollsOf(turns);
  const shares = await sharesOf(stages, async () => void (await measured(spent => throughPath(profiled, spent))));
  const rows = bars * group * turns;
  const unit = step === bars ? 'records' : 'rows';
  const wall = median(ours.map(({ wallMs }) => wallMs));
  const cpu = median(ours.map(({ cpuMs }) => cpuMs));
  const bareWall = median(bares.map(({ wallMs }) => wallMs));
  const bareCpu = median(bares.map(({ cpuMs }) => cpuMs));
  const parse = median(ours.map(({ parseMs }) => parseMs));
  const settle = median(ours.map(({ settleMs }) => settleMs));
  const us = (ms: number): string => ((ms * 1000) / rows).toFixed(2);
  console.log(`${title}`);
  console.log(
    `  ${whole((rows * 1000) / wall)} ${unit}/s, ${whole((rows * 1000) / cpu)} per CPU second; bare loop ${whole((rows * 1000) / bareWall)}/s, ${whole((rows * 1000) / bareCpu)} per CPU second; ratio ${(wall / bareWall).toFixed(2)}, by CPU ${(cpu / bareCpu).toFixed(2)}`,
  );
  console.log(
    `  µs a ${unit.slice(0, -1)}: parse ${us(parse)}, cursor, checks and record ${us(settle)}, commit ${us(wall - parse - settle)} (CPU in all ${us(cpu)}); longest turn ${longestMs.toFixed(0)} ms`,
  );
  console.log(`  shares of the main thread: ${shares}`);
}
stage.close();
await close();
