import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { dataFile } from '../../src/log/embedded/environment.js';
import { tempDirectory } from '../log/temp-log.js';
import type { Line } from './announce.js';
import { errorsOf, startChild } from './child.js';
import { inspect } from './inspect.js';
import { createOracle } from './oracle.js';
import type { Result } from './result.js';
import { withFault, type writingCalls } from './strace.js';
import type { WriterOptions } from './writer-child.js';

const bounds = { retainBytes: 1 << 20, maxBytes: 1 << 26 };
const compact = ['cursors'];

interface Origin {
  readonly path: string;
  /** What the log in `path` was asked to hold. */
  readonly lines: readonly Line[];
}

/** A log with some age: free pages to use again, old records to retire. */
export async function agedLog(seed: number): Promise<Origin> {
  const path = join(tempDirectory(), 'log');
  const lines: Line[] = [];
  const options: WriterOptions = { path, seed, commits: 150, ...bounds };
  const child = startChild('writer-child', [JSON.stringify(options)], line => void lines.push(line));
  if ((await child.ended) !== 0) throw new Error(`no log to begin with: ${child.err()}`);
  return { path, lines };
}

export const emptyLog = (): Origin => ({ path: '', lines: [] });

interface WrittenUnderFault {
  readonly ended: number | string;
  readonly faults: readonly string[];
  readonly said: readonly Line[];
  readonly err: string;
}

/** Starts a writer on a copy of the log, and says what is wrong with it afterwards. */
export async function writeUnderFault(
  origin: Origin,
  options: Partial<WriterOptions>,
  inject: readonly string[],
): Promise<WrittenUnderFault> {
  const path = join(tempDirectory(), 'log');
  if (origin.path !== '') cpSync(origin.path, path, { recursive: true });
  const oracle = createOracle({ compact, retires: true });
  for (const line of origin.lines) oracle.take(line);
  oracle.settle();
  const said: Line[] = [];
  const all: WriterOptions = { path, seed: 7, commits: 6, ...bounds, ...options };
  const take = (line: Line): void => {
    oracle.take(line);
    said.push(line);
  };
  const tracer = inject.length > 0 ? withFault(dataFile(path), inject) : [];
  const child = startChild('writer-child', [JSON.stringify(all)], take, tracer);
  const ended = await child.ended;
  const faults = await inspect(path, bounds, log => oracle.check(log));
  return { ended, said, err: child.err(), faults: ended === 'SIGKILL' ? [...faults, ...errorsOf(child)] : faults };
}

/**
 * Killed at the n-th call of a kind, before the call happens, until there is none any more: between pages, between pages and flush, between flush and meta page.
 * @param step every so manieth `n`, beginning with `first`: pages of an aged log lie apart, and each is a call
 */
export async function killAtCalls(
  age: string,
  call: (typeof writingCalls)[number],
  origin: Origin,
  { first, step }: { readonly first: number; readonly step: number },
  report: (result: Result) => void,
): Promise<void> {
  for (let n = first; ; n += step) {
    const { ended, faults } = await writeUnderFault(origin, {}, [`${call}:signal=SIGKILL:when=${n}`]);
    const name = `calls/${age}/${call}/${n}`;
    if (ended === 0) {
      // The last round of a call is the one in which it did not come any more.
      const unhurt = n > step ? faults : [...faults, `${call} came less than ${n} times: that is not how lmdb writes`];
      report({ name, faults: unhurt, detail: 'it came no more' });
      return;
    }
    const unexpected = ended === 'SIGKILL' ? [] : [`it ended with ${ended}`];
    report({ name, faults: [...faults, ...unexpected], detail: `killed at ${call} ${n}` });
  }
}

/** Killed when the commit is flushed and its caller does not know yet. */
export async function killBeforeReply(age: string, origin: Origin, report: (result: Result) => void): Promise<void> {
  for (let n = 0; n < 6; n++) {
    const { ended, faults } = await writeUnderFault(origin, { dieBeforeReply: n }, []);
    const unexpected = ended === 'SIGKILL' ? [] : [`it ended with ${ended}`];
    report({ name: `reply/${age}/${n}`, faults: [...faults, ...unexpected], detail: `killed before reply ${n}` });
  }
}
