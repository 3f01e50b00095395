import { crc32 } from 'node:zlib';

/**
 * The one lmdb database holds five kinds of entries, told apart and kept together by the first byte of the key.
 * Numbers are big-endian, so that lmdb's byte order is the order of offsets.
 *
 * | key | value |
 * | --- | --- |
 * | fence | 8-byte double: the id of the process that may write |
 * | topic, id u16 (0 is the log itself) | checked JSON: name, cleanup, partitions (the log: identity, format) |
 * | block, topic u16, partition u16, base u64, count u32 | block of records, see block.ts |
 * | index, topic u16, partition u16, record key | checked u64: the offset of the live record of this key of a compact topic |
 * | state, key | checked bytes |
 */
export const kinds = { fence: 0x66, topic: 0x74, block: 0x62, index: 0x69, state: 0x73 } as const;

export const fenceKey = Buffer.from([kinds.fence]);

export function topicKey(topic: number): Buffer {
  const key = Buffer.from([kinds.topic, 0, 0]);
  key.writeUInt16BE(topic, 1);
  return key;
}

export const blockKeyBytes = 17;

export function blockKey(topic: number, partition: number, base: number, count: number): Buffer {
  const key = Buffer.allocUnsafe(blockKeyBytes);
  key[0] = kinds.block;
  key.writeUInt16BE(topic, 1);
  key.writeUInt16BE(partition, 3);
  key.writeUInt32BE(Math.floor(base / 0x1_0000_0000), 5);
  key.writeUInt32BE(base % 0x1_0000_0000, 9);
  key.writeUInt32BE(count, 13);
  return key;
}

/** Where a block lies; it holds offsets `base … base + count - 1`. */
export interface BlockPlace {
  readonly topic: number;
  readonly partition: number;
  readonly base: number;
  readonly count: number;
}

export const blockPlace = (key: Buffer): BlockPlace => ({
  topic: key.readUInt16BE(1),
  partition: key.readUInt16BE(3),
  base: key.readUInt32BE(5) * 0x1_0000_0000 + key.readUInt32BE(9),
  count: key.readUInt32BE(13),
});

/** By partition: the newest record of a partition is then never the one that goes, and the next offset can be read off it. */
export function indexKey(topic: number, partition: number, recordKey: string): Buffer {
  const key = Buffer.allocUnsafe(5 + Buffer.byteLength(recordKey));
  key[0] = kinds.index;
  key.writeUInt16BE(topic, 1);
  key.writeUInt16BE(partition, 3);
  key.write(recordKey, 5);
  return key;
}

export const stateKey = (key: string): Buffer => Buffer.concat([Buffer.from([kinds.state]), Buffer.from(key)]);

export const stateKeyText = (key: Buffer): string => key.toString('utf8', 1);

/** The first key after all that begin with `prefix`. No key begins with 0xff: kinds are ASCII and the rest is UTF-8. */
export const afterPrefix = (prefix: Buffer): Buffer => Buffer.concat([prefix, Buffer.from([0xff])]);

/** lmdb has no checksums: a flipped bit would be served as good. The key is covered too, so that a value never answers for another key. */
export function checked(key: Buffer, value: Uint8Array): Buffer {
  const entry = Buffer.allocUnsafe(4 + value.length);
  entry.set(value, 4);
  entry.writeUInt32LE(crc32(value, crc32(key)));
  return entry;
}

/** The value behind its checksum, or undefined when it does not fit. */
export function uncheck(key: Buffer, entry: Buffer): Buffer | undefined {
  if (entry.length < 4) return undefined;
  const value = entry.subarray(4);
  return crc32(value, crc32(key)) === entry.readUInt32LE(0) ? value : undefined;
}
