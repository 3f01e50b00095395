import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { openEmbeddedReader } from '../src/log/embedded/embedded-reader.js';
import { type KafkaCluster, startCluster } from '../test/real/kafka/cluster.js';
import { writeBars } from './cases/bars-files.js';
import type { Sent } from './cases/kafka-producer.js';
import { partitions } from './cases/kafka-records.js';
import { measured, median } from './cases/processes.js';
import { type Ran, runOnce } from './cases/program.js';
import type { TableRead } from './cases/table-read.js';

/**
 * A file of bars through the whole program (`run --once`, from its start to its exit) into the embedded log and into one real broker, beside a plain csv-parse loop and
 * a bare producer loop, by turns. `npm run bench -- files [ROUNDS] [ROWS] [embedded]`: with the last word without Kafka.
 */
const [roundsText = '3', rowsText = '1000000', only] = process.argv.slice(3);
const [rounds, rows] = [Number(roundsText), Number(rowsText)];
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const hasPlatformatic = major > 22 || (major === 22 && minor >= 22);
const clients = only === 'embedded' ? [] : ['kafkajs', ...(hasPlatformatic ? ['platformatic'] : [])];
const directory = mkdtempSync(join(tmpdir(), 'files-'));
const topic = 'market.bars';

interface Figures extends Partial<Omit<Ran, 'seconds' | 'cpuSeconds'>> {
  readonly seconds: number;
  readonly cpuSeconds: number;
}
const found = new Map<string, Figures[]>();
const add = (title: string, figures: Figures): void => {
  found.set(title, [...(found.get(title) ?? []), figures]);
};

const configuration = (
  log: string,
): string => `log: { path: ./log, retain: 60GiB, maxBytes: 64GiB, partitions: ${partitions}${log} }
http: { port: 0 }
logging: { format: json }
batch:
  inbox: ./inbox
  stableFor: 0s
  datasets:
    bars: { match: "bars.*", kind: bar, interval: 1m, columns: { symbol: symbol, time: { column: time, zone: UTC }, open: open, high: high, low: low, close: close, volume: volume } }
`;

async function through(file: string, log: string): Promise<Ran> {
  const cwd = mkdtempSync(join(directory, 'run-'));
  mkdirSync(join(cwd, 'inbox'));
  copyFileSync(file, join(cwd, 'inbox', basename(file)));
  writeFileSync(join(cwd, 'financelake.yaml'), configuration(log));
  const ran = await runOnce(cwd);
  const reader = openEmbeddedReader(join(cwd, 'log'));
  const records = reader.ends(topic).reduce((sum, { end }) => sum + end, 0);
  await reader.close();
  if (records !== rows) throw new Error(`${basename(file)}: ${records} records of ${rows} rows`);
  rmSync(cwd, { recursive: true });
  return ran;
}

let cluster: KafkaCluster | undefined;
try {
  const [csv, parquet] = await writeBars(directory, rows);
  let broker = '';
  if (clients.length > 0) {
    cluster = await startCluster({ brokers: 1, heapMiB: 512 });
    const kept = { 'retention.bytes': '400000000', 'segment.bytes': '100000000' };
    for (const name of ['bench', topic]) await cluster.admin.createTopic(name, partitions, 1, kept);
    await cluster.admin.fullIsr();
    [broker = ''] = cluster.addresses('DIRECT');
  }
  for (let round = 0; round < rounds; round++) {
    add('csv-parse, plain loop', await measured<TableRead>('table-read', [csv, 'bare']));
    add('CSV, embedded', await through(csv, ''));
    add('Parquet, embedded', await through(parquet, ''));
    for (const client of clients) {
      const args = [`bare ${client}`, broker, 'bench', '100000', String(rows)];
      const sent = await measured<Sent>('kafka-producer', args);
      add(`bare ${client} producer`, { seconds: sent.ms / 1000, cpuSeconds: sent.cpuSeconds });
      const log = `, kind: kafka, kafka: { brokers: ["${broker}"], client: ${client}, topicDefaults: { partitions: ${partitions}, replication: 1 } }`;
      add(`CSV, Kafka by ${client}`, await through(csv, log));
      add(`Parquet, Kafka by ${client}`, await through(parquet, log));
    }
  }
} finally {
  await cluster?.close();
  rmSync(directory, { recursive: true });
}

console.log(`Node ${process.versions.node}, ${rounds} rounds of ${rows} rows, load ${loadavg()[0]!.toFixed(0)}\n`);
console.log('| | k rows/s, median | CPU s per million | peak of the program | of its reader |\n|---|--:|--:|--:|--:|');
for (const [title, all] of found) {
  const of = (key: keyof Figures): number => median(all.map(one => one[key] ?? Number.NaN));
  const mb = (key: keyof Figures): string => (Number.isNaN(of(key)) ? '' : `${of(key).toFixed(0)} MB`);
  console.log(
    `| ${title} | ${(rows / of('seconds') / 1000).toFixed(0)} | ${((of('cpuSeconds') * 1e6) / rows).toFixed(1)} | ${mb('mainMb')} | ${mb('readerMb')} |`,
  );
}
