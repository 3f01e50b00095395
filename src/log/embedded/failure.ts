import { statfsSync } from 'node:fs';
import { getSystemErrorName } from 'node:util';
import { LogFailure } from '../log.js';

// lmdb.h: the map or one transaction is full; a page is missing, of a wrong type, no lmdb file, another version.
const full = [-30792, -30788];
const broken = [-30797, -30796, -30793, -30794];

/** What an error of lmdb or of the file system means for the log in `path`. */
export function logFailure(error: unknown, path: string): LogFailure {
  if (error instanceof LogFailure)
    return error.code === 'damaged' ? new LogFailure('damaged', mend(path, error.message)) : error;
  const { code, message } = error as NodeJS.ErrnoException & { code?: string | number };
  if (typeof code === 'number' && full.includes(code)) return new LogFailure('full', `the log in ${path} is full`);
  if (typeof code === 'number' && broken.includes(code)) return new LogFailure('damaged', mend(path, message));
  const name = typeof code === 'number' && code > 0 ? getSystemErrorName(-code) : String(code ?? message);
  const space = spaceless.includes(name) ? freeSpace(path) : '';
  return new LogFailure('disk', `${path}: ${reasons[name] ?? message} (${name})${space}`);
}

/** Whether room would mend it: of the log's own, or on its disk. */
export const isWithoutRoom = (error: unknown, failure: LogFailure): boolean =>
  failure.code === 'full' || (error as NodeJS.ErrnoException).code === 'ENOSPC';

const reasons: Record<string, string | undefined> = {
  EACCES: 'the directory may not be read or written by this user',
  EPERM: 'the directory may not be read or written by this user',
  EROFS: 'the file system is mounted read only: remount it for writing, or choose another log.path',
  ENOSPC: 'no space left on the disk: the last 1 MiB is kept free; make room',
  EDQUOT: 'the disk quota of this user is used up',
  EIO: 'the disk refused to read or write',
  ENOTDIR: 'a part of the path is not a directory',
  EEXIST: 'the path is not a directory',
};

const mend = (path: string, how: string): string =>
  `the log in ${path} is damaged: ${how}. Nothing was changed. Stop all that use it, move the directory aside (mv ${path} ${path}.damaged) and start again: a new log begins; restore a backup if there is one.`;

/** lmdb turns a write that was cut short by a full disk into EIO. */
const spaceless = ['ENOSPC', 'EDQUOT', 'EIO'];

function freeSpace(path: string): string {
  try {
    return `; ${freeBytes(path)} bytes are free`;
  } catch {
    return '';
  }
}

/** Bytes that this user may still write on the file system of `path`. */
export function freeBytes(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}
