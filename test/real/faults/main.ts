import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { seeded } from '../../log/seeded.js';
import { startCluster } from '../kafka/cluster.js';
import { countBack } from '../kafka/read-back.js';
import { brokerRows, whole } from './broker-rows.js';
import { playInstances } from './instances-row.js';
import { Load } from './load.js';
import type { ClientName, LoadOptions, Way } from './load-messages.js';
import { faultsOf, tableHead, tableLine } from './report.js';
import type { FaultRow } from './row.js';
import { storeRows } from './store-rows.js';
import { topicRows } from './topic-rows.js';
import { wireRows } from './wire-rows.js';

/**
 * `main.js [--short] [--only ROW,ROW] [--seed S] [--seeds N] [--way forward|publisher|bare] [--client kafkajs|platformatic]`: lets three real brokers meet the
 * faults of docs/reliability.md under load, and counts with Kafka's own consumer what was lost, doubled or out of order. `--seeds` repeats each row with so many seeds.
 */
const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1' },
    client: { type: 'string', default: 'kafkajs' },
    way: { type: 'string', default: 'forward' },
  },
});
const partitions = 6;
const only = values.only === '' ? undefined : values.only.split(',');
const way = values.way as Way;
const rows = [...brokerRows, ...storeRows, ...wireRows, ...topicRows]
  .filter(row => row.way === undefined || row.way === way)
  .filter(({ row }) => only === undefined || only.includes(row) || only.includes(row.replace(/[a-z]$/, '')))
  .sort((a, b) => Number.parseInt(a.row, 10) - Number.parseInt(b.row, 10));
const seeds = Array.from({ length: Number(values.seeds) }, (_, at) => Number(values.seed) + at);

const directory = mkdtempSync(join(tmpdir(), 'financelake-faults-'));
const cluster = await startCluster({ brokers: 3, proxied: true, secured: true });
let files = 0;
const freshFile = (): string => {
  const file = join(directory, `sent-${files++}`);
  writeFileSync(file, '');
  return file;
};

async function play(
  { run, asUser, options, shortOptions, crashes, mayDouble, mayMix, ...row }: FaultRow,
  seed: number,
): Promise<boolean> {
  const topic = `row-${row.row}-${seed}`;
  const { admin, security } = cluster;
  await admin.createTopic(topic, partitions, 3);
  if (asUser)
    for (const operation of ['describe', 'write', 'read']) await admin.allow('app', operation, ['topic', topic]);
  let sent = freshFile();
  const stored = freshFile();
  const loadOptions: LoadOptions = {
    way,
    client: values.client as ClientName,
    brokers: cluster.addresses(asUser ? 'SASL' : 'PROXIED'),
    ...(asUser && { login: { ca: security.ca, username: 'app', password: security.users.app } }),
    topic,
    partitions,
    seed: seed * 1000,
    perSecond: row.perSecond,
    valueBytes: 300,
    requestTimeoutMs: 2000,
    sent,
    stored,
    logPath: join(directory, `log-${topic}`),
    logMaxBytes: 4 * 2 ** 30,
    ...options,
    ...(values.short && shortOptions),
  };
  let lives = 0;
  const begin = (): Load => new Load({ ...loadOptions, seed: loadOptions.seed + lives++ });
  let load = begin();
  const amount = values.short ? row.short : row.long;
  try {
    await load.until('started', ({ acknowledged }) => acknowledged > row.perSecond);
    const detail = await run({
      cluster,
      topic,
      partitions,
      get load() {
        return load;
      },
      async crash() {
        await load.kill();
        load = begin();
      },
      async terminate() {
        const parting = await load.terminate();
        load = begin();
        return parting;
      },
      way,
      random: seeded(seed),
      amount,
      requestTimeoutMs: loadOptions.requestTimeoutMs,
      freshFile() {
        sent = freshFile();
        return sent;
      },
    });
    await load.more(row.perSecond);
    await load.finish();
    const count = await countBack(cluster, topic, sent, crashes ? stored : sent);
    const faults = faultsOf(count, load.state, {
      mayDouble: mayDouble?.(amount, partitions, way) ?? 0,
      mayMix: mayMix?.(way) ?? false,
    });
    console.log(tableLine({ row, amount, seed, count, state: load.state, detail }));
    for (const fault of faults) console.log(`FAILED ${row.row}: ${fault}`);
    if (Object.keys(load.state.told).length > 0) console.error(`  ${row.row}: ${JSON.stringify(load.state.told)}`);
    return faults.length === 0;
  } catch (error) {
    console.log(`FAILED ${row.row} with seed ${seed}: ${error instanceof Error ? error.stack : String(error)}`);
    return false;
  } finally {
    await load.kill();
    await mend();
  }
}

/** Whatever a row left behind: the next one begins with a whole cluster. */
async function mend(): Promise<void> {
  for (const proxy of cluster.proxies) proxy.heal();
  for (const broker of cluster.brokers) {
    broker.resume();
    if (broker.pid === undefined) await broker.start();
  }
  await whole(cluster);
}

let [passed, failed] = [0, 0];
const startedMs = performance.now();
try {
  console.log(tableHead);
  for (const seed of seeds) {
    for (const row of rows) {
      if (await play(row, seed)) passed++;
      else failed++;
    }
  }
  // The whole program, and not the load; in its small form it is test/real/shared.test.ts.
  if (way === 'forward' && (only?.includes('20') ?? !values.short)) {
    const { line, faults } = await playInstances(cluster, { symbols: 6_000, frozenMs: 20_000 });
    console.log(line);
    for (const fault of faults) console.log(`FAILED 20: ${fault}`);
    if (faults.length === 0) passed++;
    else failed++;
  }
} finally {
  await cluster.close();
  rmSync(directory, { recursive: true });
}
console.log(`in ${((performance.now() - startedMs) / 1000).toFixed(0)} s`);
console.log(`${passed} passed, ${failed} failed`);
// A row that failed may have left something that waits.
process.exit(failed === 0 && passed > 0 ? 0 : 1);
