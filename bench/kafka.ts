import { execFile } from 'node:child_process';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startCluster } from '../test/real/kafka/cluster.js';
import type { Sent } from './cases/kafka-producer.js';
import { partitions } from './cases/kafka-records.js';
import { measured, median } from './cases/processes.js';

/**
 * Records into one real broker: our path (publisher and adapter) against bare loops over the same clients and Kafka's own producer, by turns. All are
 * idempotent, acknowledged by all, with batches of 1,000 records. `npm run bench -- kafka [ROUNDS] [RECORDS] [WARM_UP]`
 */
const [rounds = 3, records = 400_000, warmUp = 100_000] = process.argv.slice(3).map(Number);
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const hasPlatformatic = major > 22 || (major === 22 && minor >= 22);
const ways = ['kafkajs', 'bare kafkajs', ...(hasPlatformatic ? ['platformatic', 'bare platformatic'] : []), 'java'];
const javaSource = fileURLToPath(new URL('../../bench/cases/JavaProducer.java', import.meta.url));

const cluster = await startCluster({ brokers: 1, heapMiB: 512 });
const found = new Map<string, Sent[]>(ways.map(way => [way, []]));
const startMs = performance.now();
try {
  await cluster.admin.createTopic('bench', partitions, 1, {
    'retention.bytes': '200000000',
    'segment.bytes': '50000000',
  });
  await cluster.admin.fullIsr();
  const [broker = ''] = cluster.addresses('DIRECT');
  for (let round = 0; round < rounds; round++) {
    for (const way of ways) {
      const args = [broker, 'bench', String(warmUp), String(records)];
      found.get(way)!.push(way === 'java' ? await java(args) : await measured<Sent>('kafka-producer', [way, ...args]));
    }
  }
} finally {
  await cluster.close();
}

async function java(args: readonly string[]): Promise<Sent> {
  const call = ['-Xmx512m', '-cp', cluster.classes.classPath, javaSource, ...args];
  const { stdout } = await promisify(execFile)('java', call);
  const [ms = Number.NaN, cpuSeconds = Number.NaN] = stdout.trim().split(' ').map(Number);
  return { ms, cpuSeconds };
}

const rate = ({ ms }: Sent): number => (records * 1000) / ms;
const perMillion = ({ cpuSeconds }: Sent): number => (cpuSeconds * 1e6) / records;
/** Of each round by itself, so that both have seen the same machine. */
const ratio = (way: string, other: string, of: (sent: Sent) => number): string =>
  median(found.get(way)!.map((sent, round) => of(sent) / of(found.get(other)![round]!))).toFixed(2);

console.log(
  `Node ${process.versions.node}, ${rounds} rounds of ${records} records, load ${loadavg()[0]!.toFixed(0)}, ${((performance.now() - startMs) / 1000).toFixed(0)} s`,
);
console.log(
  '| | records/s, median (range) | to bare | to Java | CPU s per million | to bare |\n|---|--:|--:|--:|--:|--:|',
);
for (const way of ways) {
  const rates = found.get(way)!.map(rate);
  const k = (value: number): string => `${(value / 1000).toFixed(0)} k`;
  const hasBare = ways.includes(`bare ${way}`);
  console.log(
    `| ${way} | ${k(median(rates))} (${k(Math.min(...rates))}-${k(Math.max(...rates))}) | ${hasBare ? ratio(way, `bare ${way}`, rate) : ''} | ${ratio(way, 'java', rate)} | ${median(found.get(way)!.map(perMillion)).toFixed(1)} | ${hasBare ? ratio(way, `bare ${way}`, perMillion) : ''} |`,
  );
}
