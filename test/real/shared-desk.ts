import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareSimulator } from '../../src/commands/start-simulator.js';
import { openEmbeddedReader } from '../../src/log/embedded/embedded-reader.js';
import type { QuotaCounts } from '../../src/simulator/quota.js';
import type { Served } from '../../src/simulator/served.js';
import { type Instance, startInstance } from './instance.js';

export interface SharedPlan {
  /** Of the topics and of the group. */
  readonly name: string;
  readonly brokers: readonly string[];
  readonly replication: number;
  readonly sources: number;
  /** Of each source, each its own. */
  readonly symbols: number;
  /** Calls a minute that the vendor grants each key. */
  readonly perMinute: number;
  readonly every: string;
}

/** Several instances with one configuration, one market, and a key for each source. */
export interface SharedDesk {
  readonly sources: readonly string[];
  readonly topic: string;
  /** The vendor's own count over all keys. */
  counts(): Promise<QuotaCounts>;
  /** Starts, or starts again, the instance of that name, with its own log. */
  start(name: string): Instance;
  /** When the vendor last answered a call of each source with data, by the wall clock. */
  lastServed(): Promise<ReadonlyMap<string, number>>;
  /** What the local logs of the stopped instances hold, `key TAB id` lines, in the order in which it was seen. */
  expected(names: readonly string[]): Promise<{ readonly file: string; readonly records: number }>;
  close(): Promise<void>;
}

const symbolsOf = (source: string, count: number): string[] =>
  Array.from({ length: count }, (_, at) => `${source.toUpperCase()}${at}`);

const sourceOf = (symbol = ''): string => /^[A-Z]*/.exec(symbol)![0].toLowerCase();

export async function openSharedDesk(plan: SharedPlan): Promise<SharedDesk> {
  const { name, sources: count, symbols, perMinute, every, brokers, replication } = plan;
  const directory = await mkdtemp(join(tmpdir(), 'financelake-shared-'));
  const sources = Array.from({ length: count }, (_, at) => `key${String.fromCharCode(97 + at)}`);
  const scenarioFile = join(directory, 'scenario.yaml');
  const all = sources.flatMap(source => symbolsOf(source, symbols));
  await writeFile(
    scenarioFile,
    `like: calm\nsymbols: [${all.join(', ')}]\nplan: { perMinute: ${perMinute} }\nquoteStepMs: 200\nlatencyMs: [1, 5]\n`,
  );
  const simulator = await prepareSimulator({ scenario: scenarioFile, seed: 1, host: '127.0.0.1', port: 0 }).start();
  const topic = `${name}.quotes`;
  const configuration = `
scale: many
sources:
${sources.map(one => `  ${one}: { type: alpha-vantage, apiKey: ${one}, baseUrl: "${simulator.url}", limits: [{ requests: ${Math.floor(perMinute / 60)}, per: 1s }, { requests: ${perMinute}, per: 1m }], concurrency: 4 }`).join('\n')}
symbols:
${sources.map(one => `  of-${one}: { from: static, list: [${symbolsOf(one, symbols).join(', ')}] }`).join('\n')}
feeds:
${sources.map(one => `  ${one}: { source: ${one}, symbols: of-${one}, data: quotes, every: ${every}, topic: ${topic} }`).join('\n')}
log:
  kind: kafka
  path: ./log
  kafka:
    brokers: [${brokers.map(broker => `"${broker}"`).join(', ')}]
    requestTimeout: 1s
    connectTimeout: 500ms
    group: { id: ${name} }
    topicDefaults: { partitions: 4, replication: ${replication} }
topics: { symbols: ${name}.symbols, deadLetters: ${name}.dead-letters, units: ${name}.units, cursors: ${name}.cursors }
http: { port: 0 }
logging: { format: json }
`;
  const running = new Set<Instance>();
  const get = async <T>(path: string): Promise<T> => (await (await fetch(`${simulator.url}${path}`)).json()) as T;
  let next = 0;
  const served = new Map<string, number>();

  return {
    sources,
    topic,
    counts: () => get<QuotaCounts>('/__truth/counts'),
    async lastServed() {
      const page = await get<{ served: Served[]; next: number }>(`/__truth/served?since=${next}`);
      ({ next } = page);
      for (const { symbols: asked, atMs } of page.served) served.set(sourceOf(asked[0]), atMs);
      return served;
    },
    start(instanceName) {
      const home = join(directory, instanceName);
      const made = mkdirSync(home, { recursive: true });
      if (made) writeFileSync(join(home, 'financelake.yaml'), configuration);
      const instance = startInstance(home);
      running.add(instance);
      void instance.ended.then(() => running.delete(instance));
      return instance;
    },
    async expected(names) {
      const records: { readonly seenAt: string; readonly line: string }[] = [];
      for (const one of names) {
        const log = openEmbeddedReader(join(directory, one, 'log'));
        for (const { partition, start } of log.ends(topic))
          for (let from = start; ; ) {
            const page = log.read(topic, partition, from, 1 << 20);
            if (page.length === 0) break;
            for (const { key, headers, value } of page) {
              const { seenAt } = JSON.parse(Buffer.from(value).toString()) as { seenAt: string };
              records.push({ seenAt, line: `${key}\t${headers['fl-id']}\n` });
            }
            from = page.at(-1)!.offset + 1;
          }
        await log.close();
      }
      const lines = records.sort((a, b) => (a.seenAt < b.seenAt ? -1 : 1)).map(({ line }) => line);
      const file = join(directory, `${topic}.expected`);
      await writeFile(file, lines.join(''));
      return { file, records: lines.length };
    },
    async close() {
      for (const { child } of running) {
        child.kill('SIGCONT');
        child.kill('SIGKILL');
        await once(child, 'close').catch(() => undefined);
      }
      await simulator.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
