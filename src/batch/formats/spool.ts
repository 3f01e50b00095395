import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ByteSource } from './byte-source.js';
import { unpack, usualBounds } from './decompress.js';

/** A file that can be read at any place. */
export interface Spooled {
  readonly path: string;
  readonly remove: () => Promise<void>;
}

/**
 * The file itself. If it is packed, what is in it in a temporary directory, at most 16 GiB; if its path reads as a pattern, a link to it there.
 */
export async function spool(source: ByteSource): Promise<Spooled> {
  const { bytes, packed } = await unpack(source, { ...usualBounds, maxBytes: 2 ** 34 });
  const given = resolve(source.path);
  if (!packed && !/[*?[]/.test(given)) return { path: given, remove: async () => {} };
  const directory = await mkdtemp(join(tmpdir(), 'financelake-'));
  const remove = () => rm(directory, { recursive: true, force: true });
  const path = join(directory, 'file.parquet');
  try {
    if (packed) await pipeline(Readable.from(bytes), createWriteStream(path));
    else await symlink(given, path);
  } catch (error) {
    await remove();
    throw error;
  }
  return { path, remove };
}
