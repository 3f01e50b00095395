import { median } from './cases/processes.js';
import { type Stages, sharesOf } from './cases/shares.js';
import { openStores } from './cases/stores.js';

/**
 * Appends of 300-byte records through the log against bare puts of values of the same size into lmdb, each flushed before the next (or with 4 in flight); turns
 * are interleaved, so that both see the same machine. `npm run bench -- append [ROUNDS]`
 */
const rounds = Number(process.argv[3] ?? 12);
const { log, bare, close } = await openStores(2 ** 31);
log.ensureTopic('t', { cleanup: 'delete', partitions: 1 });
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

interface Spent {
  readonly wallMs: number;
  /** Of all threads: lmdb writes and flushes in one of its own. */
  readonly cpuMs: number;
}

async function measured(work: () => Promise<void>): Promise<Spent> {
  const cpu = process.cpuUsage();
  const startMs = performance.now();
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs: performance.now() - startMs, cpuMs: (user + system) / 1000 };
}

const throughLog = (batches: readonly Records[]): Promise<Spent> =>
  measured(() =>
    inTurn(batches, async records => void (await log.append({ batches: [{ topic: 't', partition: 0, records }] }))),
  );

function throughLmdb(count: number, turns: number): Promise<Spent> {
  // What the log stores for a record of 300 bytes with these headers, to a few bytes.
  const values = Array.from({ length: turns }, (_, i) => Buffer.alloc(count * 356, i));
  return measured(() =>
    inTurn(values, async value => {
      const key = Buffer.alloc(8);
      key.writeBigUInt64BE(BigInt(next++));
      void bare.put(key, value);
      await bare.flushed;
    }),
  );
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
  const ours: Spent[] = [];
  const bares: Spent[] = [];
  for (let round = 0; round < rounds + 2; round++) {
    const through = await throughLog(batchesOf(count, turns));
    const direct = await throughLmdb(count, turns);
    if (round < 2) continue;
    ours.push(through);
    bares.push(direct);
  }
  const of = (all: readonly Spent[], key: keyof Spent): number => median(all.map(spent => spent[key]));
  const perSecond = (all: readonly Spent[]): string => ((count * turns * 1000) / of(all, 'wallMs')).toFixed(0);
  const perThousand = (all: readonly Spent[]): string => ((1000 * of(all, 'cpuMs')) / (count * turns)).toFixed(2);
  console.log(
    `batches of ${count}, ${at} in flight: log ${perSecond(ours)}/s, lmdb ${perSecond(bares)}/s, ratio of time ${(of(ours, 'wallMs') / of(bares, 'wallMs')).toFixed(2)}; ` +
      `CPU ms per 1,000 records ${perThousand(ours)}, lmdb ${perThousand(bares)}`,
  );
  const profiled = batchesOf(count, 3 * turns);
  console.log(`  shares of the main thread: ${await sharesOf(stages, async () => void (await throughLog(profiled)))}`);
}
await close();
