import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isReason, type Placed } from './places.js';

export interface Found extends Placed {
  readonly bytes: number;
  /** Changes whenever the file may have. */
  readonly mark: string;
  /** Epoch ms: when content or name last changed. */
  readonly changedMs: number;
}

export interface Scan {
  /** By name. */
  readonly files: readonly Found[];
  /** What lies there and is never taken, and why. */
  readonly refused: readonly { readonly name: string; readonly reason: string }[];
}

const mostDeep = 16;
const mostFiles = 100_000;
/** Names under which programs write what is not finished. */
const unfinished = /^[.~]|\.(tmp|temp|part|partial|filepart|crdownload|swp)$|~$/i;

/** What lies below a directory, links not followed. A file that goes away meanwhile is left out. Holds at most 100,000 entries. @throws Error with the code of the system call */
export async function scanFiles(root: string): Promise<Scan> {
  const files: Found[] = [];
  const refused: { name: string; reason: string }[] = [];
  const walk = async (below: string, depth: number): Promise<void> => {
    for (const entry of await readdir(join(root, below), { withFileTypes: true })) {
      if (files.length >= mostFiles) return;
      if (unfinished.test(entry.name) || isReason(entry.name)) continue;
      const name = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) {
        if (depth >= mostDeep) refused.push({ name, reason: `more than ${mostDeep} folders deep` });
        else await walk(name, depth + 1);
      } else if (entry.isSymbolicLink()) refused.push({ name, reason: 'a symbolic link' });
      else if (entry.isFile()) {
        const found = await look(root, name);
        if (found) files.push(found);
      } else refused.push({ name, reason: 'no regular file' });
    }
  };
  await walk('', 0);
  return { files: files.sort((a, b) => (a.name < b.name ? -1 : 1)), refused };
}

async function look(root: string, name: string): Promise<Found | undefined> {
  const path = join(root, name);
  try {
    const { size, mtimeMs, ctimeMs, ino } = await lstat(path);
    return {
      path,
      name,
      bytes: size,
      mark: `${ino}:${size}:${mtimeMs}:${ctimeMs}`,
      changedMs: Math.max(mtimeMs, ctimeMs),
    };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
