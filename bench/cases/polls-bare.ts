import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open } from 'lmdb';
import { Pool } from 'undici';
import { quantile } from './processes.js';

/**
 * The same polls in a bare loop over the same libraries: request, JSON.parse, JSON.stringify of a record, one put a poll; what came in while a
 * transaction was flushed goes into the next one. No quota, cursor, identity, checks or events. `node polls-bare.js PORT POLLS SYMBOLS IN_FLIGHT`
 */
const [port, polls, symbols, inFlight] = process.argv.slice(2).map(Number) as [number, number, number, number];
const path = mkdtempSync(join(tmpdir(), 'fl-bench-'));
const db = open<Buffer, string>({ path, encoding: 'binary', overlappingSync: false, mapSize: 2 ** 32 });
const pool = new Pool(`http://127.0.0.1:${port}`, { connections: inFlight });
const latencies: number[] = [];
let next = 0;
let waiting: { key: string; value: Buffer; done: () => void }[] = [];
let committing = false;

async function commitAll(): Promise<void> {
  committing = true;
  while (waiting.length > 0) {
    const group = waiting;
    waiting = [];
    await db.batch(() => {
      for (const { key, value } of group) void db.put(key, value);
    });
    for (const { done } of group) done();
  }
  committing = false;
}

const commit = (key: string, value: Buffer): Promise<void> =>
  new Promise(done => {
    waiting.push({ key, value, done });
    if (!committing) void commitAll();
  });

// A call waits here and not in the pool, so that a latency begins with the call, as it does with a permit.
let free = inFlight;
const queue: (() => void)[] = [];
async function call(at: number): Promise<{ readonly text: string; readonly startMs: number }> {
  if (free === 0) await new Promise<void>(resolve => queue.push(resolve));
  else free -= 1;
  const startMs = performance.now();
  const { body } = await pool.request({
    method: 'GET',
    path: `/query?function=GLOBAL_QUOTE&symbol=SYM${at % symbols}&apikey=bench`,
  });
  const text = await body.text();
  const waiting = queue.shift();
  if (waiting) waiting();
  else free += 1;
  return { text, startMs };
}

async function lane(until: number): Promise<void> {
  while (next < until) {
    const at = next++;
    const { text, startMs } = await call(at);
    const quote = JSON.parse(text) as { 'Global Quote': Record<string, string> };
    const record = { source: 'bench', seenAt: new Date().toISOString(), ...quote['Global Quote'] };
    await commit(String(at).padStart(12, '0'), Buffer.from(JSON.stringify(record)));
    latencies.push(performance.now() - startMs);
  }
}

// As many lanes as the real path has.
const all = (until: number): Promise<unknown> => Promise.all(Array.from({ length: 2 * inFlight }, () => lane(until)));
await all(polls);
latencies.length = 0;
const startMs = performance.now();
const before = process.cpuUsage();
await all(2 * polls);
const cpu = process.cpuUsage(before);
const result = {
  perSecond: (polls * 1000) / (performance.now() - startMs),
  cpuSecondsPer1000: (cpu.user + cpu.system) / 1000 / polls,
  p50Ms: quantile(latencies, 0.5),
  p99Ms: quantile(latencies, 0.99),
  rssMb: process.memoryUsage.rss() / 2 ** 20,
};
await pool.close();
await db.close();
rmSync(path, { recursive: true, force: true });
process.send!(result);
process.disconnect();
