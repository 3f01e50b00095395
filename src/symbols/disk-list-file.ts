import { type Stats, watch } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Observable } from 'rxjs';
import type { ListFile } from './watch-list-file.js';

/** Hundreds of thousands of symbols are a few MiB; a larger file was named by mistake. */
const maxBytes = 16 << 20;

/** Text that changes whenever the file may have. @throws Error one line, for what cannot be a list */
export function markOf(found: Stats): string {
  if (found.isDirectory()) throw new Error('it is a directory');
  if (!found.isFile()) throw new Error('it is no regular file');
  if (found.size > maxBytes) throw new Error(`it is larger than ${maxBytes >> 20} MiB`);
  return [found.dev, found.ino, found.size, found.mtimeMs, found.ctimeMs].join(':');
}

/** A list file on disk. Its folder is watched, not the file, because editors and mounts replace files by a rename. */
export const diskListFile = (path: string): ListFile => ({
  async mark() {
    try {
      return markOf(await stat(path));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
      throw error;
    }
  },
  async read() {
    const file = await open(path);
    try {
      return await file.readFile();
    } finally {
      await file.close();
    }
  },
  hints: new Observable(subscriber => {
    try {
      const watcher = watch(dirname(path), { persistent: false }, () => subscriber.next(undefined));
      watcher.on('error', () => watcher.close());
      return () => watcher.close();
    } catch {
      // No folder, or no watches left: the regular look does without.
      return undefined;
    }
  }),
});
