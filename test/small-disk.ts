import { execFileSync } from 'node:child_process';
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDirectory } from './log/temp-log.js';

export interface SmallDisk {
  readonly path: string;
  /** Leaves no page free. */
  fill(): void;
  /** Gives all of that back. */
  free(): void;
  remove(): void;
}

/** 8 MiB in memory, mounted for itself: needs root, and throws without. */
export function smallDisk(): SmallDisk {
  const path = tempDirectory();
  const ballast = join(path, 'ballast');
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', path], { stdio: 'pipe' });
  return {
    path,
    fill() {
      writeFileSync(ballast, '');
      for (const size of [1 << 20, 1 << 16, 1 << 12])
        for (;;)
          try {
            writeFileSync(ballast, Buffer.alloc(size), { flag: 'a' });
          } catch {
            break;
          }
    },
    free: () => truncateSync(ballast, 0),
    remove: () => void execFileSync('umount', ['--lazy', path], { stdio: 'pipe' }),
  };
}
