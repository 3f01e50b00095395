import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataFile } from '../../src/log/embedded/environment.js';
import { seeded } from '../log/seeded.js';
import { tempDirectory } from '../log/temp-log.js';
import { errorsOf, startChild } from './child.js';
import { inspect } from './inspect.js';
import { createOracle } from './oracle.js';
import type { Result } from './result.js';
import { recorded } from './strace.js';
import { readTrace, type TraceEvent } from './trace.js';
import type { WriterOptions } from './writer-child.js';

const bounds = { retainBytes: 512 << 10, maxBytes: 1 << 26 };
const sectorBytes = 512;

/**
 * A kill leaves what the kernel holds in memory; a power cut does not. So a writer runs once with every write and flush recorded, and the disk is made up as it
 * may look after a cut at some point: all that was flushed before, and of the rest nothing, all, a beginning, or any pages or sectors.
 * @param inject faults of the disk during the recording
 */
export async function cutPower(
  name: string,
  { seed, cuts, inject }: { readonly seed: number; readonly cuts: number; readonly inject: readonly string[] },
  report: (result: Result) => void,
): Promise<void> {
  const path = join(tempDirectory(), 'log');
  const trace = join(tempDirectory(), 'trace');
  const options: WriterOptions = { path, seed, commits: 50, retries: 20, ...bounds };
  const child = startChild('writer-child', [JSON.stringify(options)], () => undefined, recorded(trace, inject));
  const ended = await child.ended;
  const events = readTrace(trace, dataFile(path));
  const whole = imageAfter(events, events.length, () => 'all');
  // The reading of the trace is proved by the file itself.
  const file = readFileSync(dataFile(path));
  const isTrue = ended === 0 && (inject.length > 0 || whole.equals(file));
  report({
    name: `${name}/recording`,
    faults: isTrue ? [] : [`the recording of ${events.length} events is not what happened`, ...errorsOf(child)],
    detail: `ended with ${ended}, ${events.filter(({ kind }) => kind === 'flush').length} flushes`,
  });
  const random = seeded(seed);
  for (let cut = 0; cut < cuts; cut++) {
    const at = Math.floor(random() * (events.length + 1));
    const fate = fates[Math.floor(random() * fates.length)]!;
    const image = imageAfter(events, at, () => fate, random);
    const faults = await inspectImage(image, events.slice(0, at));
    report({ name: `${name}/${cut}`, faults, detail: `cut behind event ${at} of ${events.length}, kept: ${fate}` });
  }
}

const fates = ['none', 'all', 'beginning', 'pages', 'sectors'] as const;
type Fate = (typeof fates)[number];

/** The disk as it may look when the power goes after `count` events. */
function imageAfter(
  events: readonly TraceEvent[],
  count: number,
  fateOf: () => Fate,
  random: () => number = () => 0,
): Buffer {
  let image = Buffer.alloc(0);
  const put = (offset: number, bytes: Buffer): void => {
    if (image.length < offset + bytes.length)
      image = Buffer.concat([image, Buffer.alloc(offset + bytes.length - image.length)]);
    bytes.copy(image, offset);
  };
  const happened = events.slice(0, count);
  let flushed = -1;
  for (const event of happened) if (event.kind === 'flush') flushed = Math.max(flushed, event.since);
  const fate = fateOf();
  const stop = happened.length * random();
  for (const [i, event] of happened.entries()) {
    if (event.kind === 'truncate') {
      image = Buffer.concat([image.subarray(0, event.size), Buffer.alloc(Math.max(0, event.size - image.length))]);
      continue;
    }
    if (event.kind !== 'write') continue;
    const { offset, bytes } = event;
    const isKept = i < flushed || event.isSynced || fate === 'all' || (fate === 'beginning' && i < stop);
    if (isKept) put(offset, bytes);
    if (isKept || fate === 'none' || fate === 'beginning') continue;
    const unit = fate === 'pages' ? 4_096 : sectorBytes;
    for (let from = 0; from < bytes.length; ) {
      const to = Math.min(bytes.length, from + unit - ((offset + from) % unit));
      if (random() < 0.5) put(offset + from, bytes.subarray(from, to));
      from = to;
    }
  }
  return image;
}

async function inspectImage(image: Buffer, events: readonly TraceEvent[]): Promise<readonly string[]> {
  const oracle = createOracle({ compact: ['cursors'], retires: true });
  for (const event of events) if (event.kind === 'said') oracle.take(event.line);
  const path = tempDirectory();
  mkdirSync(path, { recursive: true });
  writeFileSync(dataFile(path), image);
  return inspect(path, bounds, log => oracle.check(log));
}
