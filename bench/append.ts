import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open } from 'lmdb';
import { openEmbeddedLog } from '../src/log/embedded/embedded-log.js';
import { realTime } from '../src/streams/time.js';
import { type Stages, sharesOf } from './cases/shares.js';

/**
 * Appends of 300-byte records through the log against bare puts of values of the same size into lmdb, each flushed before the next (or with 4 in flight); turns
 * are interleaved, so that both see the same machine. `npm run bench -- append [ROUNDS]`
 */
const rounds = Number(process.argv[3] ?? 12);
const path = mkdtempSync(join(tmpdir(), 'fl-bench-'));
const log = await openEmbeddedLog({
  path: join(path, 'log'),
  maxBytes: 2 ** 31,
  retainBytes: 2 ** 30,
  report: () => undefined,
  time: realTime,
});
log.ensureTopic('t', { cleanup: 'delete', partitions: 1 });
const bare = open<Buffer, Buffer>({
  path: join(path, 'bare'),
  keyEncoding: 'binary',
  encoding: 'binary',
  mapSize: 2 ** 31,
});
let next = 0;
let inFlight = 1;

const recordsOf = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    key: `SYM${i % 500}`,
    value: Buffer.alloc(300, i),
    headers: {
      'fl-id': `3fa85f64-5717-5562-b3fc-${String(next + i).padStart(12, '0')}`,
      'fl-schema': 'bar/1',
      'fl-writer': 'source/alphavantage',
      'fl-seq': String(next + i),
      'fl-epoch': '0',
    },
  }));

/** Works off `items` with `inFlight` at once. */
async function inTurn<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  const lane = async (): Promise<void> => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
}

type Records = ReturnType<typeof recordsOf>;
const batchesOf = (count: number, turns: number): Records[] => Array.from({ length: turns }, () => recordsOf(count));

async function throughLog(batches: readonly Records[]): Promise<number> {
  const startMs = performance.now();
  await inTurn(batches, async records => void (await log.append({ batches: [{ topic: 't', partition: 0, records }] })));
  return performance.now() - startMs;
}

async function throughLmdb(count: number, turns: number): Promise<number> {
  // What the log stores for a record of 300 bytes with these headers, to a few bytes.
  const values = Array.from({ length: turns }, (_, i) => Buffer.alloc(count * 356, i));
  const startMs = performance.now();
  await inTurn(values, async value => {
    const key = Buffer.alloc(8);
    key.writeBigUInt64BE(BigInt(next++));
    void bare.put(key, value);
    await bare.flushed;
  });
  return performance.now() - startMs;
}

const stages: Stages = [
  ['checks of the commit', /\/log\/commit-check\./],
  ['blocks and checksums', /\/embedded\/(block|keys)\./],
  ['transaction', /\/embedded\//],
  ['lmdb', /\/lmdb\//],
];

for (const [count, turns, at] of [
  [100, 60, 1],
  [1000, 20, 1],
  [100, 60, 4],
  [1000, 20, 4],
] as const) {
  inFlight = at;
  const logMs: number[] = [];
  const lmdbMs: number[] = [];
  for (let round = 0; round < rounds + 2; round++) {
    const through = await throughLog(batchesOf(count, turns));
    const direct = await throughLmdb(count, turns);
    if (round < 2) continue;
    logMs.push(through);
    lmdbMs.push(direct);
  }
  const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;
  const perSecond = (ms: number): number => Math.round((count * turns * 1000) / ms);
  const ratio = median(logMs) / median(lmdbMs);
  console.log(
    `batches of ${count}, ${at} in flight: log ${perSecond(median(logMs))}/s, lmdb ${perSecond(median(lmdbMs))}/s, ratio ${ratio.toFixed(2)}`,
  );
  const profiled = batchesOf(count, 3 * turns);
  console.log(`  shares of the main thread: ${await sharesOf(stages, async () => void (await throughLog(profiled)))}`);
}
await log.close();
await bare.close();
rmSync(path, { recursive: true, force: true });
