import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataFile } from '../../src/log/embedded/environment.js';
import { tempDirectory } from '../log/temp-log.js';
import { smallDisk } from '../small-disk.js';
import type { Line } from './announce.js';
import { errorsOf, startChild } from './child.js';
import type { GraphOptions } from './graph-child.js';
import { inspect } from './inspect.js';
import { doubled } from './kills.js';
import { createOracle } from './oracle.js';
import type { Result } from './result.js';
import { withFault } from './strace.js';
import { startVendor } from './test-vendor.js';

const bounds = { retainBytes: 1 << 30, maxBytes: 1 << 30 };
const command = (name: string, ...args: string[]): void => void execFileSync(name, args, { stdio: 'pipe' });

/** A disk of its own under `path`, and what makes it fail and come back. */
interface Disk {
  readonly path: string;
  readonly tracer: (path: string) => readonly string[];
  fail(): void;
  mend(): void;
  remove(): void;
}

const tmpfs = (): Disk => {
  const disk = smallDisk();
  return {
    path: disk.path,
    tracer: () => [],
    fail: () => disk.fill(),
    mend: () => disk.free(),
    remove: () => disk.remove(),
  };
};

/** ext4 that finds itself broken and takes no more writes (`errors=remount-ro`); what comes back is the same disk, checked, mounted in its place. */
const ext4 = (): Disk => {
  const path = tempDirectory();
  const [image, repaired] = [`${path}.img`, `${path}.repaired.img`];
  writeFileSync(image, '');
  truncateSync(image, 32 << 20);
  command('mkfs.ext4', '-q', '-F', image);
  command('mount', '-o', 'loop', image, path);
  let mounts = 1;
  return {
    path,
    tracer: () => [],
    fail: () => command('mount', '-o', 'remount,abort', path),
    mend() {
      cpSync(image, repaired);
      try {
        command('e2fsck', '-fy', repaired);
      } catch {
        // Exit code 1 says that errors were corrected; a mount of what is still broken fails.
      }
      command('mount', '-o', 'loop', repaired, path);
      mounts++;
    },
    remove() {
      for (; mounts > 0; mounts--) command('umount', '--lazy', path);
    },
  };
};

/** Flushes fail for a while. */
const flaky = (): Disk => ({
  path: tempDirectory(),
  tracer: path => withFault(dataFile(path), ['fdatasync:error=EIO:when=12..34']),
  fail: () => undefined,
  mend: () => undefined,
  remove: () => undefined,
});

const disks = { full: tmpfs, 'read-only': ext4, flush: flaky } as const;
export const graphDisks = Object.keys(disks) as readonly (keyof typeof disks)[];

/** The whole graph on a disk that fails and comes back: polling pauses and goes on by itself, nothing that was acknowledged is lost, nothing else is there. */
export async function failGraphDisk(kind: keyof typeof disks, report: (result: Result) => void): Promise<void> {
  const vendor = await startVendor(1);
  const disk = disks[kind]();
  const path = join(disk.path, 'log');
  mkdirSync(path);
  const oracle = createOracle({ compact: ['symbols'], retires: false });
  const faults: string[] = [];
  const said = new Map<Line[0], number>();
  const count = (kind: Line[0]): number => said.get(kind) ?? 0;
  const take = (line: Line): void => {
    said.set(line[0], count(line[0]) + 1);
    oracle.take(line);
  };
  const calls = async (): Promise<number> => (await vendor.counts()).calls;
  try {
    const options: GraphOptions = { path, url: vendor.url, symbols: vendor.symbols };
    const child = startChild('graph-child', [JSON.stringify(options)], take, disk.tracer(path));
    await child.said('acknowledged', 10);
    disk.fail();
    await child.said('refused', 4);
    if (kind === 'read-only' && count('refused') < 4) {
      // The disk turned between the trial and lmdb's pages, at which lmdb may abort, see docs/durability.md: the log has to be sound all the same.
      const ended = await child.ended;
      disk.mend();
      const found = await inspect(path, bounds, log => oracle.check(log));
      if (ended !== 'SIGABRT') faults.push(`it ended with ${ended}`, ...errorsOf(child));
      report({ name: `graph-disk/${kind}`, faults: [...faults, ...found], detail: 'lmdb ended it with SIGABRT' });
      return;
    }
    const further = (): Promise<void> => child.said('refused', count('refused') + refusalsInSpan);
    const stood = await standsStill(calls, further);
    await further();
    const during = await calls();
    if (stood === undefined) faults.push(`polling goes on over ${count('refused')} refusals`);
    else if (during > stood) faults.push(`${during - stood} calls after polling had paused`);
    const refused = count('refused');
    disk.mend();
    await child.said('acknowledged', count('acknowledged') + 20);
    const after = await calls();
    if (after <= during) faults.push(`${during} calls before the disk came back, ${after} after it`);
    child.signal('SIGTERM');
    const ended = await child.ended;
    if (ended !== 0) faults.push(`it ended with ${ended}`, ...errorsOf(child));
    faults.push(...(await inspect(path, bounds, log => [...oracle.check(log), ...doubled(log)])));
    const detail = `${refused} refusals, ${during} calls, then ${after}; ${oracle.acknowledged} commits acknowledged`;
    report({ name: `graph-disk/${kind}`, faults, detail });
  } finally {
    await vendor.stop();
    disk.remove();
  }
}

/** The commit stage tries each second, the budget beside it with growing pauses: so many refusals take a second at least, in which an unpaused graph makes dozens of calls. */
const refusalsInSpan = 4;
const mostSpans = 8;

/**
 * Calls whose answers wait for the log, or that were permitted before it failed, are still made: then none is.
 * @param span resolves after some further refusals: a busy machine makes it longer, not emptier
 * @returns the count that did not change over a span; undefined if it always did
 */
async function standsStill(read: () => Promise<number>, span: () => Promise<void>): Promise<number | undefined> {
  for (let spans = 0; spans < mostSpans; spans++) {
    const before = await read();
    await span();
    if ((await read()) === before) return before;
  }
  return undefined;
}
