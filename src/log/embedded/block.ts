import { crc32 } from 'node:zlib';
import { LogFailure, type LogRecord, type PackedRecords } from '../log.js';
import { putNumber, putText, takeNumber, takeText } from '../packed/lengths.js';
import { type Shared, StoredPacked, walkPacked } from '../packed/stored-packed.js';
import type { BlockPlace } from './keys.js';

/**
 * A block is one lmdb value: consecutive records of one partition. Little-endian.
 *
 *   0 u32 crc32 of all that follows      4 u16 format, u16 topic      8 u32 partition
 *  12 u64 base offset                   20 u32 count                 24 u64 number of the commit      32 f64 epoch ms
 *  40 header names: n, then n texts · common headers: m, then m times (name, text) · counted headers: c, then c times (name, f64 number of the first record)
 *     records: key, value, own headers: k, then k times (name, text)
 *
 * Texts and bytes are a length and then UTF-8 or bytes; names are indices; all counts and lengths are LEB128.
 * Headers that all records share (writer, epoch, schema) are stored once; so is one that counts them. Format 1 has no counted headers.
 */
const format = 2;
const headBytes = 40;

/** A block ends before it grows beyond this, so that a small read never decodes much and freed pages fit again. */
const targetBytes = 256 * 1024;

export interface BlockHead extends BlockPlace {
  /** Number of the commit that wrote it: the order of blocks over all partitions. */
  readonly commit: number;
  readonly timeMs: number;
}

/** Records encoded without their place; `placeBlock` fills that in once it is known. */
export interface Block {
  readonly bytes: Buffer;
  readonly count: number;
}

export function encodeBlocks(records: readonly LogRecord[]): Block[] {
  const blocks: Block[] = [];
  for (let first = 0; first < records.length; ) {
    let bound = headBytes + 16;
    let end = first;
    while (end < records.length) {
      const size = boundOf(records[end]!);
      if (end > first && bound + size > targetBytes) break;
      bound += size;
      end++;
    }
    blocks.push(encodeBlock(records, first, end, bound));
    first = end;
  }
  return blocks;
}

/** Bytes that a record takes at most, with its headers' names. */
function boundOf(record: LogRecord): number {
  let bound = record.value.length + 3 * record.key.length + 13;
  for (const name in record.headers) bound += 3 * (name.length + record.headers[name]!.length) + 18;
  return bound;
}

/** Where small blocks are written before their length is known. Encoding never awaits, so one is enough. */
const scratch = Buffer.allocUnsafeSlow(targetBytes / 2);

/**
 * Memory of large blocks that are on the disk, for the next ones. Fresh memory for each took a third of the main thread with batches of 1,000 records: page
 * faults, and the collector, which counts what lies outside of its heap.
 */
const idle: Buffer[] = [];
const maxIdle = 32;

const memoryOf = (bound: number): Buffer => {
  if (bound <= scratch.length) return scratch;
  return (bound <= targetBytes ? idle.pop() : undefined) ?? Buffer.allocUnsafeSlow(Math.max(bound, targetBytes));
};

/** Blocks that nobody looks at any more: their bytes become those of others. */
export function reuseBlocks(blocks: readonly Block[]): void {
  for (const { bytes } of blocks) {
    const { buffer } = bytes;
    if (buffer.byteLength === targetBytes && idle.length < maxIdle) idle.push(Buffer.from(buffer));
  }
}

function encodeBlock(records: readonly LogRecord[], first: number, end: number, bound: number): Block {
  const out = memoryOf(bound);
  const at = { position: headBytes };
  const common = commonHeaders(records, first, end);
  const names = [...common];
  const known = new Set(names);
  for (let i = first; i < end; i++) {
    for (const name in records[i]!.headers) {
      if (known.has(name)) continue;
      known.add(name);
      names.push(name);
    }
  }
  putNumber(out, at, names.length);
  for (const name of names) putText(out, at, name);
  putNumber(out, at, common.length);
  for (let i = 0; i < common.length; i++) {
    putNumber(out, at, i);
    putText(out, at, records[first]!.headers[names[i]!]!);
  }
  putNumber(out, at, 0);
  for (let i = first; i < end; i++) {
    const { key, value, headers } = records[i]!;
    putText(out, at, key);
    putNumber(out, at, value.length);
    out.set(value, at.position);
    at.position += value.length;
    let count = 0;
    for (let n = common.length; n < names.length; n++) if (headers[names[n]!] !== undefined) count++;
    putNumber(out, at, count);
    for (let n = common.length; n < names.length; n++) {
      const header = headers[names[n]!];
      if (header === undefined) continue;
      putNumber(out, at, n);
      putText(out, at, header);
    }
  }
  const written = out.subarray(0, at.position);
  return { bytes: out === scratch ? copyOf(written) : written, count: end - first };
}

/** Packed records as a block of their own. */
export function encodePacked({ count, bytes, names: own, common, counted }: PackedRecords): Block {
  const texts = Object.entries(common);
  const names = [...own, ...texts.map(([name]) => name), ...(counted ? [counted.name] : [])];
  let bound = headBytes + 32 + bytes.length;
  for (const text of [...names, ...texts.map(([, text]) => text)]) bound += 3 * text.length + 6;
  const out = memoryOf(bound);
  const at = { position: headBytes };
  putNumber(out, at, names.length);
  for (const name of names) putText(out, at, name);
  putNumber(out, at, texts.length);
  for (const [index, [, text]] of texts.entries()) {
    putNumber(out, at, own.length + index);
    putText(out, at, text);
  }
  putNumber(out, at, counted ? 1 : 0);
  if (counted) {
    putNumber(out, at, names.length - 1);
    at.position = out.writeDoubleLE(counted.first, at.position);
  }
  out.set(bytes, at.position);
  const written = out.subarray(0, at.position + bytes.length);
  return { bytes: out === scratch ? copyOf(written) : written, count };
}

function copyOf(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(copy);
  return copy;
}

/** Names of the headers that all records have with one value. */
function commonHeaders(records: readonly LogRecord[], first: number, end: number): string[] {
  const common: string[] = [];
  const { headers } = records[first]!;
  next: for (const name in headers) {
    const value = headers[name]!;
    for (let i = first + 1; i < end; i++) if (records[i]!.headers[name] !== value) continue next;
    common.push(name);
  }
  return common;
}

/** Completes a block in place: from here on it says itself where it belongs. */
export function placeBlock(block: Block, head: Omit<BlockHead, 'count'>): void {
  const { bytes } = block;
  bytes.writeUInt16LE(format, 4);
  bytes.writeUInt16LE(head.topic, 6);
  bytes.writeUInt32LE(head.partition, 8);
  putWide(bytes, 12, head.base);
  bytes.writeUInt32LE(block.count, 20);
  putWide(bytes, 24, head.commit);
  bytes.writeDoubleLE(head.timeMs, 32);
  bytes.writeUInt32LE(crc32(bytes.subarray(4)), 0);
}

/** Only the head, unchecked: enough to order blocks and to count them. */
export const blockHead = (bytes: Buffer): BlockHead => ({
  topic: bytes.readUInt16LE(6),
  partition: bytes.readUInt32LE(8),
  base: readWide(bytes, 12),
  count: bytes.readUInt32LE(20),
  commit: readWide(bytes, 24),
  timeMs: bytes.readDoubleLE(32),
});

/**
 * The records of the block that lies at `place`. They are views into `bytes`.
 * @throws LogFailure `damaged` when checksum, place or shape do not fit
 */
export function decodeBlock(bytes: Buffer, place: BlockPlace): StoredPacked[] {
  if (bytes.length < headBytes) throw damaged('it is cut');
  if (bytes.readUInt32LE(0) !== crc32(bytes.subarray(4))) throw damaged('its checksum does not fit');
  const version = bytes.readUInt16LE(4);
  if (version !== 1 && version !== format) throw damaged('its format is unknown');
  const head = blockHead(bytes);
  if (
    head.topic !== place.topic ||
    head.partition !== place.partition ||
    head.base !== place.base ||
    head.count !== place.count
  )
    throw damaged('it belongs elsewhere');
  try {
    const at = { position: headBytes };
    const shared = takeShared(bytes, at, head.base, version);
    const records: StoredPacked[] = [];
    walkPacked(bytes, at, head.count, shared.names.length, (key, value, headers, index) => {
      records.push(new StoredPacked(shared, head.base + index, key, value, headers));
    });
    return records;
  } catch (error) {
    throw error instanceof RangeError ? damaged(error.message) : error;
  }
}

function takeShared(bytes: Buffer, at: { position: number }, base: number, version: number): Shared {
  const names: string[] = [];
  for (let n = takeNumber(bytes, at); n > 0; n--) names.push(takeText(bytes, at));
  const name = (): string => {
    const found = names[takeNumber(bytes, at)];
    if (found === undefined) throw new RangeError('a header has no name');
    return found;
  };
  const common: [string, string][] = [];
  for (let n = takeNumber(bytes, at); n > 0; n--) common.push([name(), takeText(bytes, at)]);
  const counted: { readonly name: string; readonly first: number }[] = [];
  for (let n = version === 1 ? 0 : takeNumber(bytes, at); n > 0; n--) {
    counted.push({ name: name(), first: bytes.readDoubleLE(at.position) });
    at.position += 8;
  }
  return { bytes, base, names, common, counted };
}

const damaged = (how: string): LogFailure => new LogFailure('damaged', `a block of records is damaged: ${how}`);

const putWide = (out: Buffer, position: number, value: number): void => {
  out.writeUInt32LE(value % 0x1_0000_0000, position);
  out.writeUInt32LE(Math.floor(value / 0x1_0000_0000), position + 4);
};

const readWide = (bytes: Buffer, position: number): number =>
  bytes.readUInt32LE(position) + bytes.readUInt32LE(position + 4) * 0x1_0000_0000;
