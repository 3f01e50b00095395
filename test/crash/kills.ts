import { join } from 'node:path';
import { dataFile } from '../../src/log/embedded/environment.js';
import type { Log } from '../../src/log/log.js';
import { seeded } from '../log/seeded.js';
import { tempDirectory } from '../log/temp-log.js';
import { type Child, errorsOf, startChild } from './child.js';
import { concurrency, type GraphOptions, mostAhead } from './graph-child.js';
import { inspect } from './inspect.js';
import { createOracle } from './oracle.js';
import type { Result } from './result.js';
import { withFault } from './strace.js';
import { startVendor } from './test-vendor.js';
import type { WriterOptions } from './writer-child.js';

/** One log, killed so often under its writer; then the next life begins with a new one. */
export const killsInLife = 10;

/** A fifth of the kills fall into the start, the others some commits and a moment later: counted in commits, because machines differ. */
async function killAtRandom(child: Child, random: () => number): Promise<string> {
  const inStart = random() < 0.2;
  const commits = Math.floor(random() * 30) + 1;
  const afterMs = random() * (inStart ? 500 : 8);
  if (!inStart) await child.said('acknowledged', commits);
  const timer = setTimeout(() => child.signal('SIGKILL'), afterMs);
  await child.ended;
  clearTimeout(timer);
  return `${afterMs.toFixed(1)} ms after ${inStart ? 'the start' : `${commits} commits`}`;
}

/** The log alone: commits of all shapes, up to four at once. Every third life retires what is old. */
export async function killWriter(seed: number, life: number, report: (result: Result) => void): Promise<void> {
  const random = seeded(seed * 1_000 + life);
  const path = join(tempDirectory(), 'log');
  const retires = life % 3 === 2;
  const oracle = createOracle({ compact: ['cursors'], retires });
  const bounds = { retainBytes: retires ? 2 << 20 : 1 << 30, maxBytes: 1 << 30 };
  for (let round = 0; round < killsInLife; round++) {
    const options: WriterOptions = { path, seed: Math.floor(random() * 2 ** 31), commits: 1e6, ...bounds };
    const child = startChild('writer-child', [JSON.stringify(options)], oracle.take);
    const when = await killAtRandom(child, random);
    const faults = await inspect(path, bounds, log => oracle.check(log));
    report({
      name: `writer/${life}/${round}`,
      faults: [...faults, ...errorsOf(child)],
      detail: `killed ${when}; ${oracle.acknowledged} commits acknowledged so far, ${oracle.unsaid} more there`,
    });
  }
}

/** The whole graph against a vendor: the log, and every call of the vendor's count covered by a stored reservation. */
export async function killGraph(
  seed: number,
  life: number,
  report: (result: Result) => void,
  { name = 'graph', rounds = killsInLife, slowFlush = false } = {},
): Promise<void> {
  const random = seeded(seed * 1_000 + life);
  const path = join(tempDirectory(), 'log');
  const vendor = await startVendor(seed);
  const oracle = createOracle({ compact: ['symbols'], retires: false });
  const bounds = { retainBytes: 1 << 30, maxBytes: 1 << 30 };
  let before = { reserved: 0, calls: 0 };
  try {
    for (let round = 0; round < rounds; round++) {
      const options: GraphOptions = { path, url: vendor.url, symbols: vendor.symbols };
      // Each flush takes long enough for a call that did not wait for it to reach the vendor first.
      const tracer = slowFlush ? withFault(dataFile(path), ['fdatasync:delay_enter=40000']) : [];
      const child = startChild('graph-child', [JSON.stringify(options)], oracle.take, tracer);
      const when = await killAtRandom(child, random);
      const { calls, violations } = await vendor.counts();
      const ledger: string[] = [];
      const faults = await inspect(path, bounds, log => {
        const reserved = reservedIn(log);
        ledger.push(...ledgerFaults({ reserved, calls }, before));
        before = { reserved, calls };
        return [...oracle.check(log), ...doubled(log)];
      });
      if (violations > 0) ledger.push(`${violations} calls beyond a window of the vendor`);
      const detail = `killed ${when}; ${oracle.acknowledged} commits acknowledged so far, ${oracle.unsaid} more there, ${before.calls} calls of ${before.reserved} reserved`;
      report({ name: `${name}/${life}/${round}`, faults: [...faults, ...ledger, ...errorsOf(child)], detail });
    }
  } finally {
    await vendor.stop();
  }
}

/** What the log says was spent or may still be: an open block with all that it reserves. */
function reservedIn(log: Log): number {
  let sum = 0;
  for (const [, value] of log.range('charge/av/'))
    sum += (JSON.parse(Buffer.from(value).toString()) as { readonly weight: number }).weight;
  return sum;
}

interface Ledger {
  readonly reserved: number;
  readonly calls: number;
}

/** Compared with the round before, so that what an earlier kill reserved in vain covers nothing here. */
function ledgerFaults(now: Ledger, before: Ledger): string[] {
  const reserved = now.reserved - before.reserved;
  const calls = now.calls - before.calls;
  if (reserved < calls) return [`${calls} calls reached the vendor, ${reserved} were reserved`];
  // What was permitted and not sent: at most one call a lane, and one for each that waits for its reservation; and the rest of the open block and of the next.
  const most = 4 * concurrency + 2 * mostAhead;
  return reserved > calls + most ? [`${reserved} reserved for ${calls} calls: more than ${most} in vain`] : [];
}

/** Ids are unique, and each writer's numbers have no hole. */
export function doubled(log: Log): string[] {
  const ids = new Set<string>();
  const next = new Map<string, number>();
  const faults: string[] = [];
  for (const topic of ['bars', 'quotes'])
    for (const { partition } of log.ends(topic))
      for (const { headers, offset } of log.read(topic, partition, 0, 1 << 30)) {
        const id = headers['fl-id']!;
        if (ids.has(id)) faults.push(`id ${id} twice`);
        ids.add(id);
        const slot = `${headers['fl-writer']} ${topic}/${partition}`;
        const number = next.get(slot) ?? 0;
        if (Number(headers['fl-seq']) !== number) faults.push(`fl-seq ${headers['fl-seq']} at ${slot}/${offset}`);
        next.set(slot, number + 1);
      }
  return faults.slice(0, 3);
}
