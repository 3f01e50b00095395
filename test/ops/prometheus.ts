import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createSocket } from 'node:net';
import type { ExecutionContext } from 'ava';
import { createListener } from '../../src/metrics/listener.js';
import { createLogger } from '../../src/metrics/logger.js';
import { redactor } from '../../src/metrics/redactor.js';
import { createRegistry } from '../../src/metrics/registry.js';
import { scratch, until } from '../e2e/program.js';
import { everyEvent, fakeView, handClock, startMs } from '../metrics/fake-view.js';
import { rulesFile } from './rules.js';

interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

export interface Prometheus {
  query(expr: string): Promise<readonly Sample[]>;
}

/** A real Prometheus with our rules, which scrapes `targets` (HOST:PORT) each second as the job `financelake`; ends with the test. */
export async function startPrometheus(t: ExecutionContext, targets: readonly string[]): Promise<Prometheus> {
  const port = await freePort();
  const directory = scratch(t, {
    'prometheus.yml': `
global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [${rulesFile}]
scrape_configs:
  - { job_name: financelake, static_configs: [{ targets: ${JSON.stringify(targets)} }] }
`,
  });
  const child = spawn(
    'prometheus',
    [
      `--config.file=${directory}/prometheus.yml`,
      `--storage.tsdb.path=${directory}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const ended = new Promise<void>((resolve, reject) => child.on('close', () => resolve()).on('error', reject));
  // Where it is missing, the wait below says so.
  ended.catch((error: unknown) => {
    said += String(error);
  });
  t.teardown(async () => {
    child.kill('SIGKILL');
    await ended.catch(() => undefined);
  });
  const base = `http://127.0.0.1:${port}`;
  await until('prometheus is ready', async () => {
    if (said.includes('ENOENT') || child.exitCode !== null) throw new Error(`prometheus does not run: ${said}`);
    return fetch(`${base}/-/ready`).then(
      ({ ok }) => ok || undefined,
      () => undefined,
    );
  });
  return {
    async query(expr) {
      const response = await fetch(`${base}/api/v1/query?query=${encodeURIComponent(expr)}`);
      const { data, error } = (await response.json()) as { data?: { result: readonly Sample[] }; error?: string };
      if (!data) throw new Error(`${expr}: ${error}`);
      return data.result;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createSocket().listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise(resolve => server.close(resolve));
  return port;
}

/** An instance to which everything happens that can happen, again before each scrape. @returns HOST:PORT */
export async function startTroubled(t: ExecutionContext): Promise<string> {
  const time = handClock();
  const { view, report } = fakeView(time);
  const registry = createRegistry();
  const logger = createLogger({
    level: 'error',
    format: 'json',
    colour: false,
    redact: redactor([]),
    out: { write: () => undefined },
  });
  const listen = createListener({ registry, logger, view, time });
  const happen = (): void => {
    for (const event of everyEvent) {
      report(event);
      listen(event);
    }
    const used = { source: 'alphavantage', used: 24, max: 25, resetsAtMs: startMs + 47_000_000 };
    listen({ kind: 'quota', limit: '25 per 1d', ...used });
  };
  const server = createServer((_, response) => {
    happen();
    void registry.metrics().then(text => response.setHeader('content-type', registry.contentType).end(text));
  });
  server.listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
