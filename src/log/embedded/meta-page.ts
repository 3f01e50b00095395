import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { LogFailure } from '../log.js';

/** Layout: mdb.c of lmdb 3.5 (structs MDB_page_header, MDB_node, MDB_db, MDB_meta), data format 2, 64-bit little-endian. */
export const headerBytes = 24;
export const pageFlags = { branch: 1, leaf: 2, overflow: 4, meta: 8 } as const;
export const integerKeys = 8;
export const noRoot = -1;
const magic = 0xbeefc0de;
const version = 2;
const metaBytes = 160;

export interface Tree {
  readonly flags: number;
  readonly depth: number;
  readonly branches: number;
  readonly leaves: number;
  readonly overflows: number;
  readonly entries: number;
  readonly root: number;
}

export interface Meta {
  readonly pageSize: number;
  readonly mapSize: number;
  readonly free: Tree;
  readonly main: Tree;
  readonly lastPage: number;
  readonly transaction: number;
}

/** Reads bytes `from … from + bytes.length - 1` of the file. @throws LogFailure `damaged` when the file ends before */
export type ReadAt = (bytes: Buffer, from: number) => void;

/** The newest meta page without a look at the rest: safe to call while another process writes. */
export const readMeta = (file: string): Meta | undefined => withMeta(file, meta => meta);

/** @returns undefined when there is no file yet (or an empty one) */
export function withMeta<T>(file: string, use: (meta: Meta, read: ReadAt) => T): T | undefined {
  let fd: number;
  try {
    fd = openSync(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const { size } = fstatSync(fd);
    if (size === 0) return undefined;
    const read: ReadAt = (bytes, from) => {
      const isShort = from + bytes.length > size || readSync(fd, bytes, 0, bytes.length, from) < bytes.length;
      if (isShort) throw damaged(`it is cut: ${size} bytes, and byte ${from} belongs to it`);
    };
    const first = Buffer.alloc(metaBytes);
    read(first, 0);
    const pageSize = first.readUInt32LE(headerBytes + 24);
    if (pageSize < 512 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0)
      throw damaged('its page size is wrong');
    const second = Buffer.alloc(metaBytes);
    read(second, pageSize);
    const [even, odd] = [readMetaPage(first, 0), readMetaPage(second, 1)] as const;
    if (even.pageSize !== pageSize || odd.pageSize !== pageSize) throw damaged('its page sizes differ');
    // Each commit writes the other meta page: a wider gap is a flipped number, and lmdb would silently go back to an older state.
    const gap = Math.abs(even.transaction - odd.transaction);
    const wrongPage = even.transaction % 2 !== 0 || (odd.transaction % 2 !== 1 && odd.transaction !== 0);
    if (wrongPage || gap > 1) throw damaged('the numbers of its newest commits do not fit');
    return use(even.transaction > odd.transaction ? even : odd, read);
  } finally {
    closeSync(fd);
  }
}

function readMetaPage(bytes: Buffer, index: number): Meta {
  const at = headerBytes;
  if (bytes.readUInt16LE(18) !== pageFlags.meta || wide(bytes, 0) !== index) throw damaged('a meta page is not one');
  if (bytes.readUInt32LE(at) !== magic || bytes.readUInt32LE(at + 4) !== version)
    throw damaged('it is not a log of this version');
  const free = readTree(bytes, at + 24);
  const main = readTree(bytes, at + 72);
  if (free.flags !== integerKeys || main.flags !== 0 || bytes.readUInt32LE(at + 72) !== 0)
    throw damaged('its flags are wrong');
  const mapSize = wide(bytes, at + 16);
  if (!(mapSize < 2 ** 46)) throw damaged('its map size is wrong');
  const pageSize = bytes.readUInt32LE(at + 24);
  const lastPage = wide(bytes, at + 120);
  // Page numbers are checked in 32 bits.
  if (!(lastPage < 2 ** 32)) throw damaged('its last page is wrong');
  return { pageSize, mapSize, free, main, lastPage, transaction: wide(bytes, at + 128) };
}

const readTree = (bytes: Buffer, at: number): Tree => ({
  flags: bytes.readUInt16LE(at + 4),
  depth: bytes.readUInt16LE(at + 6),
  branches: wide(bytes, at + 8),
  leaves: wide(bytes, at + 16),
  overflows: wide(bytes, at + 24),
  entries: wide(bytes, at + 32),
  root: bytes.readBigInt64LE(at + 40) === -1n ? noRoot : wide(bytes, at + 40),
});

/** An unsigned 64-bit number; beyond 2^53 it is no longer exact, but then it is out of every bound anyway. */
export const wide = (bytes: Buffer, at: number): number => narrow(bytes, at) + narrow(bytes, at + 4) * 0x1_0000_0000;

/** Without the checks of Buffer's own: millions are read at each opening. */
export const narrow = (bytes: Buffer, at: number): number =>
  (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;

export const short = (bytes: Buffer, at: number): number => bytes[at]! | (bytes[at + 1]! << 8);

export const damaged = (how: string): LogFailure => new LogFailure('damaged', how);
