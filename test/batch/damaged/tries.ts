import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { damagedFile, parquets, texts } from './damage.js';
import { type Tried, tryFile } from './try-file.js';

export interface Range {
  readonly seed: number;
  /** Inclusive. */
  readonly first: number;
  /** Exclusive. */
  readonly end: number;
}

export interface Said extends Partial<Tried> {
  readonly index: number;
  readonly name: string;
  readonly how: string;
  /** Of this process so far. */
  readonly peakMiB?: number;
}

process.once('message', ({ seed, first, end }: Range) => {
  void tryAll(seed, first, end);
});

/** Says each file before it is read, and what came of it: whoever listens knows the one that ended this process. */
async function tryAll(seed: number, first: number, end: number): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'damaged-'));
  process.once('disconnect', () => process.exit());
  for (let index = first; index < end; index++) {
    const file = damagedFile(seed, index, [...texts, ...parquets]);
    const { name, how } = file;
    process.send!({ index, name, how } satisfies Said);
    const tried = await tryFile(directory, file);
    const peakMiB = process.resourceUsage().maxRSS / 1024;
    process.send!({ index, name, how, peakMiB, ...tried } satisfies Said);
  }
  rmSync(directory, { recursive: true });
  process.disconnect();
}
