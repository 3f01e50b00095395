import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { openTable } from '../../../src/batch/formats/formats.js';
import { FileFault } from '../../../src/batch/table.js';
import { anyTable, type Read, readTable } from '../formats/reading.js';
import type { Damaged } from './damage.js';

export interface Tried {
  /** The code of its fault, or `read`. */
  readonly outcome: string;
  /** The promise that was broken. */
  readonly broken?: string;
}

/** Reads a damaged file as the readers do, and looks whether what comes is what was promised. */
export async function tryFile(directory: string, file: Damaged): Promise<Tried> {
  try {
    const got = await read(directory, file);
    if (file.mustFault) return { outcome: 'read', broken: `${got.rows.length} rows of a file that cannot be whole` };
    if (file.original && !isDeepStrictEqual(got.rows, (await read(directory, file.original)).rows))
      return { outcome: 'read', broken: 'other rows than were packed, in spite of a checksum' };
    return { outcome: 'read' };
  } catch (error) {
    if (!(error instanceof FileFault))
      return { outcome: 'threw', broken: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    const isShort = /^[^\r\n]{1,400}$/.test(error.message) && !error.message.includes(directory);
    return { outcome: error.code, ...(!isShort && { broken: `no short reason: ${error.message}` }) };
  }
}

async function read(directory: string, { name, bytes }: Pick<Damaged, 'name' | 'bytes'>): Promise<Read> {
  const path = join(directory, name);
  writeFileSync(path, bytes);
  return readTable(await openTable(path, anyTable));
}
