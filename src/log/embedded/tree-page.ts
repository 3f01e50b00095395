import { damaged, headerBytes, type Meta, narrow, pageFlags, short, wide } from './meta-page.js';

/** Before the key of a node: length of the value (or number of the page below) in 32 bits, flags and length of the key in 16 bits each. */
export const nodeBytes = 8;
export const bigValue = 1;

/** One key of a branch page: the least of the child behind it, beyond the greatest of the child before. */
interface Bound {
  readonly page: Buffer;
  readonly at: number;
  readonly bytes: number;
}

export interface Child {
  readonly pgno: number;
  readonly low: Bound | undefined;
  readonly high: Bound | undefined;
}

export interface Nodes {
  readonly page: Buffer;
  readonly count: number;
}

/** All of a page that lmdb relies on: what kind it is, where its nodes lie, and that its keys rise between the bounds that the page above names. */
export function checkNodes(
  page: Buffer,
  { pgno, low, high }: Child,
  { isLeaf, byNumber, meta }: { readonly isLeaf: boolean; readonly byNumber: boolean; readonly meta: Meta },
): Nodes {
  const wrong = (): Error => damaged(`page ${pgno} is not what its place in the tree says`);
  if (wide(page, 0) !== pgno || wide(page, 8) > meta.transaction) throw wrong();
  if (short(page, 16) !== 0 || short(page, 18) !== (isLeaf ? pageFlags.leaf : pageFlags.branch)) throw wrong();
  // Both bounds and all node offsets count from behind the page header.
  const lower = short(page, 20);
  const upper = short(page, 22);
  const room = meta.pageSize - headerBytes;
  if (lower % 2 !== 0 || lower < 2 || lower > upper || upper > room) throw wrong();
  const count = lower / 2;
  let used = 0;
  let [beforeAt, beforeBytes] = [0, 0];
  for (let i = 0; i < count; i++) {
    const offset = short(page, headerBytes + 2 * i);
    if (offset < upper || offset % 2 !== 0 || offset + nodeBytes > room) throw wrong();
    const node = headerBytes + offset;
    const keyBytes = short(page, node + 6);
    const keyAt = node + nodeBytes;
    const flags = short(page, node + 4);
    let inline = 0;
    if (isLeaf) {
      if (flags !== 0 && flags !== bigValue) throw wrong();
      inline = flags === bigValue ? 24 : narrow(page, node);
    }
    if (keyAt + keyBytes + inline > meta.pageSize) throw wrong();
    used += even(nodeBytes + keyBytes + inline);
    // The first key of a branch page stands for "anything smaller" and may be empty.
    if (!isLeaf && i === 0) continue;
    if (keyBytes === 0 || (byNumber && keyBytes !== 8)) throw wrong();
    if (beforeBytes > 0 && order(page, beforeAt, beforeBytes, page, keyAt, keyBytes, byNumber) >= 0) throw wrong();
    if (beforeBytes === 0 && low && order(page, keyAt, keyBytes, low.page, low.at, low.bytes, byNumber) < 0)
      throw wrong();
    [beforeAt, beforeBytes] = [keyAt, keyBytes];
  }
  if (beforeBytes > 0 && high && order(page, beforeAt, beforeBytes, high.page, high.at, high.bytes, byNumber) >= 0)
    throw wrong();
  // Nodes fill the space behind `upper` exactly: an offset that points into another node would leave a difference.
  if (used !== room - upper) throw wrong();
  return { page, count };
}

export function childrenOf({ page, count }: Nodes, { low, high }: Child): Child[] {
  const bounds = Array.from({ length: count }, (_, i): Bound => {
    const node = headerBytes + short(page, headerBytes + 2 * i);
    return { page, at: node + nodeBytes, bytes: short(page, node + 6) };
  });
  return bounds.map((bound, i) => ({
    pgno: narrow(page, bound.at - nodeBytes) + short(page, bound.at - nodeBytes + 4) * 0x1_0000_0000,
    low: i === 0 ? low : bound,
    high: bounds[i + 1] ?? high,
  }));
}

const even = (bytes: number): number => bytes + (bytes & 1);

/** Negative when key `a` lies before key `b`. */
function order(
  a: Buffer,
  aAt: number,
  aBytes: number,
  b: Buffer,
  bAt: number,
  bBytes: number,
  byNumber: boolean,
): number {
  if (byNumber) return wide(a, aAt) - wide(b, bAt);
  const most = Math.min(aBytes, bBytes);
  for (let i = 0; i < most; i++) {
    const difference = a[aAt + i]! - b[bAt + i]!;
    if (difference !== 0) return difference;
  }
  return aBytes - bBytes;
}
