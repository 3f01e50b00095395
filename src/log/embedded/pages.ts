import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { LogFailure } from '../log.js';

/**
 * Reads the structure of a closed lmdb file (data format 2, 64-bit little-endian) before lmdb maps it. lmdb trusts its pages: a cut file is a SIGBUS,
 * a flipped page number or node offset a SIGSEGV or, worse, a write into live pages. A process that dies at every start cannot even say why.
 * Every branch and leaf page and the list of free pages is visited, the first page of each large value too; the content of values is covered by their own checksums.
 * Layout: mdb.c of lmdb 3.5 (structs MDB_page_header, MDB_node, MDB_db, MDB_meta).
 */
const magic = 0xbeefc0de;
const version = 2;
const headerBytes = 24;
const nodeBytes = 8;
const flags = { branch: 1, leaf: 2, overflow: 4, meta: 8 };
const bigValue = 1;
const integerKeys = 8;
const noRoot = -1;
const metaBytes = 160;

interface Tree {
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

/** Visits each entry of the database in key order. */
export type Visit = (key: Buffer, valueBytes: number) => void;

/**
 * Checks the whole structure.
 * @returns the newest meta page, or undefined when there is no file yet (or an empty one)
 * @throws LogFailure `damaged`; errors of the file system as they are
 */
export function checkPages(file: string, visit?: Visit): Meta | undefined {
  return withPages(file, (meta, page) => {
    const seen = new Uint8Array((meta.lastPage >> 3) + 1);
    const claim = (pgno: number, count: number, what: string): void => {
      if (!Number.isSafeInteger(pgno) || pgno < 2 || count < 1 || pgno + count - 1 > meta.lastPage)
        throw damaged(`${what} points outside`);
      for (let at = pgno; at < pgno + count; at++) {
        if (seen[at >> 3]! & (1 << (at & 7))) throw damaged(`page ${at} belongs to two owners`);
        seen[at >> 3]! |= 1 << (at & 7);
      }
    };
    walk(meta, meta.main, page, claim, visit ?? (() => undefined));
    const lists: Buffer[] = [];
    walk(meta, meta.free, page, claim, (key, _bytes, value) => {
      if (key.length !== 8 || wide(key, 0) > meta.transaction) throw damaged('a list of free pages has a wrong name');
      lists.push(Buffer.from(value()));
    });
    for (const list of lists) checkFree(list, meta, seen);
    return meta;
  });
}

/** The newest meta page without a look at the rest: safe to call while another process writes. */
export const readMeta = (file: string): Meta | undefined => withPages(file, meta => meta);

type PageAt = (pgno: number, count: number) => Buffer;

function withPages<T>(file: string, use: (meta: Meta, page: PageAt) => T): T | undefined {
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
    const first = Buffer.alloc(metaBytes);
    if (readSync(fd, first, 0, metaBytes, 0) < metaBytes) throw damaged('it is cut within its first page');
    const pageSize = first.readUInt32LE(headerBytes + 24);
    if (pageSize < 512 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0)
      throw damaged('its page size is wrong');
    const second = Buffer.alloc(metaBytes);
    if (readSync(fd, second, 0, metaBytes, pageSize) < metaBytes) throw damaged('it is cut within its second page');
    const metas = [readMetaPage(first, 0), readMetaPage(second, 1)] as const;
    const [even, odd] = metas;
    if (even.pageSize !== pageSize || odd.pageSize !== pageSize) throw damaged('its page sizes differ');
    // Each commit writes the other meta page: a wider gap is a flipped number, and lmdb would silently go back to an older state.
    const gap = Math.abs(even.transaction - odd.transaction);
    const wrongPage = even.transaction % 2 !== 0 || (odd.transaction % 2 !== 1 && odd.transaction !== 0);
    if (wrongPage || gap > 1) throw damaged('the numbers of its newest commits do not fit');
    const meta = even.transaction > odd.transaction ? even : odd;
    return use(meta, (pgno, count) => {
      const length = pageSize * count;
      if ((pgno + count) * pageSize > size) throw damaged(`it is cut: ${size} bytes, page ${pgno} is missing`);
      const bytes = Buffer.allocUnsafe(length);
      if (readSync(fd, bytes, 0, length, pgno * pageSize) < length) throw damaged(`page ${pgno} cannot be read`);
      return bytes;
    });
  } finally {
    closeSync(fd);
  }
}

function readMetaPage(bytes: Buffer, index: number): Meta {
  const at = headerBytes;
  if (bytes.readUInt16LE(18) !== flags.meta || wide(bytes, 0) !== index) throw damaged('a meta page is not one');
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
  if (!(lastPage < 2 ** 33)) throw damaged('its last page is wrong');
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

function walk(
  meta: Meta,
  tree: Tree,
  page: PageAt,
  claim: (pgno: number, count: number, what: string) => void,
  visit: (key: Buffer, valueBytes: number, value: () => Buffer) => void,
): void {
  const counts = { branches: 0, leaves: 0, overflows: 0, entries: 0 };
  const byNumber = tree.flags === integerKeys;
  let last: Buffer | undefined;
  const inOrder = (a: Buffer, b: Buffer): boolean => (byNumber ? wide(a, 0) < wide(b, 0) : a.compare(b) < 0);

  const big = (bytes: Buffer, at: number, valueBytes: number): Buffer => {
    const pgno = wide(bytes, at);
    const count = Math.floor((headerBytes - 1 + valueBytes) / meta.pageSize) + 1;
    if (wide(bytes, at + 16) !== count) throw damaged(`a large value has a wrong length`);
    claim(pgno, count, 'a large value');
    const head = page(pgno + count - 1, 1) && page(pgno, 1);
    if (wide(head, 0) !== pgno || head.readUInt16LE(18) !== flags.overflow || head.readUInt32LE(20) !== count)
      throw damaged(`page ${pgno} does not begin a large value`);
    if (wide(head, 8) !== wide(bytes, at + 8)) throw damaged(`page ${pgno} is of another commit`);
    counts.overflows += count;
    return head;
  };

  const down = (pgno: number, level: number, low: Buffer | undefined, high: Buffer | undefined): void => {
    claim(pgno, 1, 'a page');
    const bytes = page(pgno, 1);
    const isLeaf = level === tree.depth;
    const wrong = (): LogFailure => damaged(`page ${pgno} is not what its place in the tree says`);
    if (wide(bytes, 0) !== pgno || wide(bytes, 8) > meta.transaction) throw wrong();
    if (bytes.readUInt16LE(16) !== 0 || bytes.readUInt16LE(18) !== (isLeaf ? flags.leaf : flags.branch)) throw wrong();
    // Both bounds and all node offsets count from behind the page header.
    const lower = bytes.readUInt16LE(20);
    const upper = bytes.readUInt16LE(22);
    const room = meta.pageSize - headerBytes;
    if (lower % 2 !== 0 || lower < 2 || lower > upper || upper > room) throw wrong();
    const nodes = lower / 2;
    let used = 0;
    if (isLeaf) counts.leaves++;
    else counts.branches++;
    let before: Buffer | undefined;
    const children: { pgno: number; key: Buffer | undefined }[] = [];
    for (let i = 0; i < nodes; i++) {
      const offset = bytes.readUInt16LE(headerBytes + 2 * i);
      if (offset < upper || offset % 2 !== 0 || offset + nodeBytes > room) throw wrong();
      const node = headerBytes + offset;
      const low16 = bytes.readUInt16LE(node);
      const high16 = bytes.readUInt16LE(node + 2);
      const nodeFlags = bytes.readUInt16LE(node + 4);
      const keyBytes = bytes.readUInt16LE(node + 6);
      const dataAt = node + nodeBytes + keyBytes;
      if (dataAt > meta.pageSize) throw wrong();
      const key = bytes.subarray(node + nodeBytes, dataAt);
      if (!isLeaf) {
        // The first key of a branch page stands for "anything smaller" and may be empty.
        const named = i > 0;
        if (named && (keyBytes === 0 || (byNumber && keyBytes !== 8))) throw wrong();
        if (named && before !== undefined && !inOrder(before, key)) throw wrong();
        if (named && ((low && inOrder(key, low)) || (high && !inOrder(key, high)))) throw wrong();
        if (named) before = key;
        children.push({ pgno: low16 + high16 * 0x1_0000 + nodeFlags * 0x1_0000_0000, key: named ? key : undefined });
        used += even(nodeBytes + keyBytes);
        continue;
      }
      if (keyBytes === 0 || (byNumber && keyBytes !== 8) || (nodeFlags !== 0 && nodeFlags !== bigValue)) throw wrong();
      if ((low && inOrder(key, low)) || (high && !inOrder(key, high))) throw wrong();
      if (last !== undefined && !inOrder(last, key)) throw wrong();
      last = key;
      const valueBytes = low16 + high16 * 0x1_0000;
      const inline = nodeFlags === 0 ? valueBytes : 24;
      if (dataAt + inline > meta.pageSize) throw wrong();
      used += even(nodeBytes + keyBytes + inline);
      counts.entries++;
      if (nodeFlags === bigValue) {
        const head = big(bytes, dataAt, valueBytes);
        visit(key, valueBytes, () => {
          const pages = Math.floor((headerBytes - 1 + valueBytes) / meta.pageSize) + 1;
          return page(wide(head, 0), pages).subarray(headerBytes, headerBytes + valueBytes);
        });
      } else visit(key, valueBytes, () => bytes.subarray(dataAt, dataAt + valueBytes));
    }
    // Nodes fill the space behind `upper` exactly: an offset that points into another node would leave a difference.
    if (used !== room - upper) throw wrong();
    for (let i = 0; i < children.length; i++)
      down(children[i]!.pgno, level + 1, children[i]!.key ?? low, children[i + 1]?.key ?? high);
  };

  if (tree.root !== noRoot) {
    if (tree.depth < 1 || tree.depth > 32) throw damaged('a tree has a wrong depth');
    down(tree.root, 1, undefined, undefined);
  }
  if (
    counts.branches !== tree.branches ||
    counts.leaves !== tree.leaves ||
    counts.overflows !== tree.overflows ||
    counts.entries !== tree.entries
  )
    throw damaged('the counts of its pages or entries do not fit');
}

/** A list of free pages: its length, then page numbers; a negative number is the length of a run whose first page follows; zeros are gaps. */
function checkFree(list: Buffer, meta: Meta, live: Uint8Array): void {
  const length = list.length >= 8 ? wide(list, 0) : -1;
  if (length < 0 || length * 8 + 8 > list.length) throw damaged('a list of free pages is cut');
  for (let i = 1; i <= length; i++) {
    let count = 1;
    let entry = Number(list.readBigInt64LE(8 * i));
    if (entry === 0) continue;
    if (entry < 0) {
      count = -entry;
      entry = i < length ? Number(list.readBigInt64LE(8 * ++i)) : 0;
    }
    if (entry < 2 || entry + count - 1 > meta.lastPage) throw damaged('a list of free pages points outside');
    for (let at = entry; at < entry + count; at++)
      if (live[at >> 3]! & (1 << (at & 7))) throw damaged(`page ${at} is both free and in use`);
  }
}

const even = (bytes: number): number => bytes + (bytes & 1);

/** An unsigned 64-bit number; beyond 2^53 it is no longer exact, but then it is out of every bound anyway. */
const wide = (bytes: Buffer, at: number): number => bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * 0x1_0000_0000;

const damaged = (how: string): LogFailure => new LogFailure('damaged', how);
