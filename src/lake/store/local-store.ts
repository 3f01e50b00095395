import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rm, stat, unlink } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { Store } from './store.js';

/** Unfinished files lie here, on the file system of the table, so that `link` can reach them. Readers of Delta pass over `_` names. */
const unfinished = '_unfinished';

const isCode = (error: unknown, code: string) => error instanceof Error && 'code' in error && error.code === code;

async function sync(path: string) {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A new directory is durable when each directory above it that gained an entry is. */
async function makeDirectory(path: string) {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) await sync(dirname(made));
}

/** `link` refuses a taken name in one step of the file system; `rename` would replace it. */
async function claim(from: string, to: string) {
  await makeDirectory(dirname(to));
  try {
    await link(from, to);
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  }
  await sync(dirname(to));
  return true;
}

/** A table in a directory of a local disk. Holds nothing between calls. */
export function localStore(directory: string): Store {
  const root = resolve(directory);

  function localPath(name: string) {
    const path = resolve(root, name);
    // A log of another writer may name anything; nothing outside the table is read or deleted for it.
    if (!path.startsWith(root + sep)) throw new RangeError(`${name} lies outside the table`);
    return path;
  }

  async function scratch() {
    await makeDirectory(join(root, unfinished));
    return join(root, unfinished, randomUUID());
  }

  return {
    localPath,
    scratch,

    async list(name) {
      const path = name === '' ? root : localPath(name);
      try {
        const entries = await readdir(path, { recursive: true, withFileTypes: true });
        return entries
          .filter(entry => entry.isFile())
          .map(entry => relative(root, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
          .sort((a, b) => (a < b ? -1 : 1));
      } catch (error) {
        if (isCode(error, 'ENOENT')) return [];
        throw error;
      }
    },

    async read(name) {
      try {
        return await readFile(localPath(name));
      } catch (error) {
        if (isCode(error, 'ENOENT')) return undefined;
        throw error;
      }
    },

    async putIfAbsent(name, bytes) {
      const target = localPath(name);
      const path = await scratch();
      try {
        const handle = await open(path, 'wx');
        try {
          await handle.writeFile(bytes);
          await handle.sync();
        } finally {
          await handle.close();
        }
        return await claim(path, target);
      } finally {
        await rm(path, { force: true });
      }
    },

    async adopt(path, name) {
      const target = localPath(name);
      await sync(path);
      const { size } = await stat(path);
      if (!(await claim(path, target))) return false;
      await unlink(path);
      return size;
    },

    async delete(name) {
      await rm(localPath(name), { force: true });
    },
  };
}
