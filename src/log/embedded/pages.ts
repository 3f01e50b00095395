import {
  damaged,
  headerBytes,
  integerKeys,
  type Meta,
  narrow,
  noRoot,
  pageFlags,
  type ReadAt,
  short,
  type Tree,
  wide,
  withMeta,
} from './meta-page.js';
import { readRuns } from './read-runs.js';
import { bigValue, type Child, checkNodes, childrenOf, nodeBytes } from './tree-page.js';

/**
 * Reads the structure of a closed lmdb file before lmdb maps it. lmdb trusts its pages: a cut file is a SIGBUS, a flipped page number or node offset
 * a SIGSEGV or, worse, a write into live pages. A process that dies at every start cannot even say why.
 * Every branch and leaf page and the list of free pages is visited, the first page of each large value too; the content of values is covered by their own checksums.
 * Level by level in the order of the file, so that a disk reads forwards: `npm run bench -- scale` says how long an opening takes.
 */
/** Visits each entry of the database, in no order; the key lies at `page[at … at + keyBytes - 1]` and may not be kept. */
export type Visit = (page: Buffer, at: number, keyBytes: number, valueBytes: number) => void;

/** The first page of a large value: what its header has to say. */
interface Large {
  readonly pgno: number;
  readonly count: number;
  readonly transaction: number;
}

/**
 * Checks the whole structure.
 * @returns the newest meta page, or undefined when there is no file yet (or an empty one)
 * @throws LogFailure `damaged`; errors of the file system as they are
 */
export function checkPages(file: string, visit: Visit = () => undefined): Meta | undefined {
  return withMeta(file, (meta, read) => {
    const owned = createOwned(meta);
    checkTree(meta, meta.main, read, owned, visit);
    const lists: Buffer[] = [];
    checkTree(meta, meta.free, read, owned, (page, at, keyBytes, valueBytes) => {
      if (keyBytes !== 8 || wide(page, at) > meta.transaction) throw damaged('a list of free pages has a wrong name');
      lists.push(valueAt(meta, read, page, at, valueBytes));
    });
    for (const list of lists) checkFree(list, meta, owned);
    return meta;
  });
}

interface Owned {
  claim(pgno: number, count: number, what: string): void;
  has(pgno: number): boolean;
}

/** Which pages have an owner: one bit a page. */
function createOwned({ lastPage }: Meta): Owned {
  const bits = new Uint8Array((lastPage >>> 3) + 1);
  const has = (pgno: number): boolean => (bits[pgno >>> 3]! & (1 << (pgno & 7))) !== 0;
  return {
    has,
    claim(pgno, count, what) {
      if (!Number.isSafeInteger(pgno) || pgno < 2 || count < 1 || pgno + count - 1 > lastPage)
        throw damaged(`${what} points outside`);
      for (let at = pgno; at < pgno + count; at++) {
        if (has(at)) throw damaged(`page ${at} belongs to two owners`);
        bits[at >>> 3]! |= 1 << (at & 7);
      }
    },
  };
}

function checkTree(meta: Meta, tree: Tree, read: ReadAt, owned: Owned, visit: Visit): void {
  const { pageSize } = meta;
  const counts = { branches: 0, leaves: 0, overflows: 0, entries: 0 };
  const larges: Large[] = [];
  let level: Child[] = [];
  if (tree.root !== noRoot) {
    if (tree.depth < 1 || tree.depth > 32) throw damaged('a tree has a wrong depth');
    level = [{ pgno: tree.root, low: undefined, high: undefined }];
  }
  const byNumber = tree.flags === integerKeys;
  for (let depth = 1; level.length > 0; depth++) {
    const isLeaf = depth === tree.depth;
    for (const { pgno } of level) owned.claim(pgno, 1, 'a page');
    level.sort((a, b) => a.pgno - b.pgno);
    const below: Child[] = [];
    readRuns(level, pageSize, read, (bytes, child) => {
      // A page of the tree stays in memory while its children are visited; leaves do not.
      const nodes = checkNodes(isLeaf ? bytes : Buffer.from(bytes), child, { isLeaf, byNumber, meta });
      if (!isLeaf) {
        counts.branches++;
        for (const one of childrenOf(nodes, child)) below.push(one);
        return;
      }
      counts.leaves++;
      for (let i = 0; i < nodes.count; i++) {
        const node = headerBytes + short(bytes, headerBytes + 2 * i);
        const keyBytes = short(bytes, node + 6);
        const keyAt = node + nodeBytes;
        const valueBytes = narrow(bytes, node);
        counts.entries++;
        if (short(bytes, node + 4) === bigValue) {
          const large = largeOf(bytes, keyAt + keyBytes, valueBytes, pageSize);
          owned.claim(large.pgno, large.count, 'a large value');
          counts.overflows += large.count;
          larges.push(large);
        }
        visit(bytes, keyAt, keyBytes, valueBytes);
      }
    });
    level = below;
  }
  larges.sort((a, b) => a.pgno - b.pgno);
  checkLarges(larges, pageSize, read);
  if (
    counts.branches !== tree.branches ||
    counts.leaves !== tree.leaves ||
    counts.overflows !== tree.overflows ||
    counts.entries !== tree.entries
  )
    throw damaged('the counts of its pages or entries do not fit');
}

const pagesOf = (valueBytes: number, pageSize: number): number =>
  Math.floor((headerBytes - 1 + valueBytes) / pageSize) + 1;

function largeOf(page: Buffer, at: number, valueBytes: number, pageSize: number): Large {
  const count = pagesOf(valueBytes, pageSize);
  if (wide(page, at + 16) !== count) throw damaged('a large value has a wrong length');
  return { pgno: wide(page, at), count, transaction: wide(page, at + 8) };
}

/** Only the head of each: reading all would make the time to open depend on how much the log holds. */
function checkLarges(larges: readonly Large[], pageSize: number, read: ReadAt): void {
  const head = Buffer.alloc(headerBytes);
  for (const { pgno, count, transaction } of larges) {
    read(head, pgno * pageSize);
    if (wide(head, 0) !== pgno || short(head, 18) !== pageFlags.overflow || narrow(head, 20) !== count)
      throw damaged(`page ${pgno} does not begin a large value`);
    if (wide(head, 8) !== transaction) throw damaged(`page ${pgno} is of another commit`);
  }
  const last = larges.at(-1);
  // They do not overlap, so a file that holds the last page of the last one holds all.
  if (last) read(Buffer.alloc(1), (last.pgno + last.count) * pageSize - 1);
}

/** The value of the node whose 8-byte key lies at `keyAt`. */
function valueAt({ pageSize }: Meta, read: ReadAt, page: Buffer, keyAt: number, valueBytes: number): Buffer {
  const value = Buffer.alloc(valueBytes);
  const at = keyAt + 8;
  if (short(page, keyAt - 4) === bigValue) read(value, wide(page, at) * pageSize + headerBytes);
  else page.copy(value, 0, at, at + valueBytes);
  return value;
}

/** A list of free pages: its length, then page numbers; a negative number is the length of a run whose first page follows; zeros are gaps. */
function checkFree(list: Buffer, meta: Meta, owned: Owned): void {
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
      if (owned.has(at)) throw damaged(`page ${at} is both free and in use`);
  }
}
