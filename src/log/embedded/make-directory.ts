import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { LogFailure } from '../log.js';

/**
 * Makes a directory (mode 0700) and what is missing above it, one step at a time: Node's own `recursive` tries again without end where a
 * file system, such as /proc, answers ENOENT to mkdir itself.
 * @throws LogFailure `disk`, or the error of the file system
 */
export function makeDirectory(path: string): void {
  const missing: string[] = [];
  for (let at = resolve(path); !isThere(at); at = dirname(at)) missing.push(at);
  for (const step of missing.reverse())
    try {
      mkdirSync(step, { mode: 0o700 });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Another process was faster.
      if (code === 'EEXIST') continue;
      if (code === 'ENOENT')
        throw new LogFailure('disk', `${path}: no directory can be made in ${dirname(step)} (ENOENT)`);
      throw error;
    }
}

/** A broken link, or a part of the path that is a file, is for `mkdir` to complain of. The root is always there. */
function isThere(path: string): boolean {
  return path === dirname(path) || statSync(path, { throwIfNoEntry: false }) !== undefined;
}
