import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepareSimulator } from '../../src/commands/start-simulator.js';
import { openEmbeddedReader } from '../../src/log/embedded/embedded-reader.js';
import type { Readiness, Status } from '../../src/metrics/view.js';

const main = fileURLToPath(new URL('../../src/main.js', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stderr: string;
}

/** `financelake run` in a process of its own. */
export interface Instance {
  readonly child: ChildProcess;
  /** What it has written to stderr so far. */
  readonly stderr: () => string;
  readonly ended: Promise<Ended>;
  status(): Promise<Status>;
  readiness(): Promise<Readiness>;
}

/** One directory with a configuration and its log, and a market that answers as fast as it is asked. */
export interface Desk {
  readonly directory: string;
  start(...args: string[]): Instance;
  /** Resolves once the condition holds; it is asked ten times a second. Rejects when the process has ended. */
  until(instance: Instance, condition: () => boolean | Promise<boolean>): Promise<void>;
  /** What the local log of a stopped instance holds of a topic: `key TAB id` lines in a file, in order. @returns the file and the number of lines */
  expected(topic: string): Promise<{ readonly file: string; readonly records: number }>;
  close(): Promise<void>;
}

const symbols = Array.from({ length: 60 }, (_, i) => `T${i}`);
const scenario = `like: calm\nsymbols: [${symbols.join(', ')}]\nplan: unlimited\nquoteStepMs: 200\nlatencyMs: [0, 2]\n`;

const configuration = (url: string, name: string, brokers: readonly string[], extra: string, login: string): string => `
sources:
  av: { type: alpha-vantage, apiKey: key, baseUrl: "${url}", limits: [{ requests: 100000, per: 1m }], concurrency: 8 }
symbols:
  all: { from: static, list: [${symbols.join(', ')}] }
feeds:
  quotes: { source: av, symbols: all, data: quotes, every: 1s, topic: ${name}.quotes }
  minutes: { source: av, symbols: all, data: bars/1m, every: 30s, topic: ${name}.bars }
log:
  kind: kafka
  path: ./log
  kafka:
    brokers: [${brokers.map(broker => `"${broker}"`).join(', ')}]
    requestTimeout: 1s
    connectTimeout: 500ms
    topicDefaults: { partitions: 4, replication: 1 }
    ${login}
topics: { symbols: ${name}.symbols, deadLetters: ${name}.dead-letters }
http: { port: 0 }
logging: { format: json }
${extra}`;

/** `financelake run` with the configuration that lies in a directory. */
export function startInstance(directory: string, args: readonly string[] = []): Instance {
  const child = spawn(process.execPath, [main, 'run', ...args], {
    cwd: directory,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = once(child, 'close').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as string | null,
    stderr,
  }));
  const get = async <T>(path: string): Promise<T> => {
    const url = /"url":"(http:[^"]*)"/.exec(stderr)?.[1];
    if (url === undefined) throw new Error('it does not listen yet');
    return (await (await fetch(`${url}${path}`)).json()) as T;
  };
  return {
    child,
    stderr: () => stderr,
    ended,
    status: () => get<Status>('/api/v1/status'),
    readiness: () => get<Readiness>('/readyz'),
  };
}

/** Resolves once the condition holds; it is asked ten times a second. Rejects when the process has ended. */
export async function until(instance: Instance, condition: () => boolean | Promise<boolean>): Promise<void> {
  for (;;) {
    const holds = await Promise.resolve()
      .then(condition)
      .catch(() => false);
    if (holds) return;
    const next = new Promise(resolve => setTimeout(resolve, 100));
    await Promise.race([
      next,
      instance.ended.then(({ stderr }) => Promise.reject(new Error(`it has ended: ${stderr}`))),
    ]);
  }
}

/**
 * @param name of its topics: `NAME.quotes`, `NAME.bars`; brokers are shared
 * @param login further options of `log.kafka`, as one line of YAML
 */
export async function openDesk(name: string, brokers: readonly string[], extra = '', login = ''): Promise<Desk> {
  const directory = await mkdtemp(join(tmpdir(), 'financelake-desk-'));
  const scenarioFile = join(directory, 'scenario.yaml');
  await writeFile(scenarioFile, scenario);
  const simulator = await prepareSimulator({ scenario: scenarioFile, seed: 1, host: '127.0.0.1', port: 0 }).start();
  await writeFile(join(directory, 'financelake.yaml'), configuration(simulator.url, name, brokers, extra, login));
  const running = new Set<ChildProcess>();

  return {
    directory,
    start(...args) {
      const instance = startInstance(directory, args);
      running.add(instance.child);
      void instance.ended.then(() => running.delete(instance.child));
      return instance;
    },
    until,
    async expected(topic) {
      const log = openEmbeddedReader(join(directory, 'log'));
      const lines: string[] = [];
      for (const { partition, start } of log.ends(topic))
        for (let from = start; ; ) {
          const records = log.read(topic, partition, from, 1 << 20);
          if (records.length === 0) break;
          for (const { key, headers } of records) lines.push(`${key}\t${headers['fl-id']}\n`);
          from = records.at(-1)!.offset + 1;
        }
      await log.close();
      const file = join(directory, `${topic}.expected`);
      await writeFile(file, lines.join(''));
      return { file, records: lines.length };
    },
    async close() {
      for (const child of running) {
        child.kill('SIGKILL');
        await once(child, 'close').catch(() => undefined);
      }
      await simulator.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
