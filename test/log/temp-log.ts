import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedLogOptions, openEmbeddedLog } from '../../src/log/embedded/embedded-log.js';
import type { Log } from '../../src/log/log.js';
import type { Event } from '../../src/records/event.js';
import { realTime } from '../../src/streams/time.js';

let root: string | undefined;
let count = 0;

/** A directory that goes when the process ends. */
export function tempDirectory(): string {
  if (root === undefined) {
    const made = mkdtempSync(join(tmpdir(), 'fl-log-'));
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
    root = made;
  }
  const path = join(root, String(count++));
  mkdirSync(path);
  return path;
}

export async function openTemp(
  path: string,
  options: Partial<EmbeddedLogOptions> = {},
): Promise<{ log: Log; events: Event[] }> {
  const events: Event[] = [];
  const report = (event: Event): void => void events.push(event);
  const log = await openEmbeddedLog({
    path,
    maxBytes: 64 << 20,
    retainBytes: 64 << 20,
    report,
    time: realTime,
    ...options,
  });
  return { log, events };
}
