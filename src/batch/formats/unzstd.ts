import { Decompress } from 'fzstd';
import xxhash, { type XXHash } from 'xxhash-wasm';
import { FileFault } from '../table.js';

// Node's own decoder (22.15 and later) takes a stream that is cut, and one of several frames, for whole after what it has read.

/** Bytes of the window that a frame may ask for: all levels but those that are called ultra or long need no more. */
const maxWindow = 8 * 2 ** 20;

const broken = (why: string): FileFault => new FileFault('compression', `.zst is broken or cut short: ${why}`);

/**
 * Unpacks Zstandard (RFC 8878), frame by frame; checksums are compared where frames have one.
 * Holds a window and a block. @throws FileFault `compression`, `unsupported` (a larger window, a dictionary)
 */
export async function* unzstd(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const hashes = await xxhash();
  const input = new ByteQueue(packed);
  try {
    for (;;) {
      const magic = await input.upTo(4);
      if (magic.length === 0) return;
      if (magic.length < 4) throw broken('a few bytes lie behind its end');
      const kind = magic.readUInt32LE();
      if (kind >>> 4 === 0x184d2a5) await input.skip((await input.take(4)).readUInt32LE());
      else if (kind === 0xfd2fb528) yield* frame(magic, input, hashes.create64());
      else throw broken('what lies behind a frame is none');
    }
  } finally {
    await input.close();
  }
}

async function* frame(magic: Buffer, input: ByteQueue, hash: XXHash<bigint>): AsyncGenerator<Uint8Array> {
  const { header, hasChecksum } = await headerOf(input);
  const decoder = new Decompress();
  let out: Uint8Array[] = [];
  decoder.ondata = piece => {
    out.push(piece);
  };
  let pending = Buffer.concat([magic, header]);
  for (let isLast = false; !isLast; ) {
    const head = await input.take(3);
    const bits = head.readUIntLE(0, 3);
    isLast = (bits & 1) === 1;
    const type = (bits >> 1) & 3;
    const size = bits >> 3;
    if (type === 3 || size > 2 ** 17) throw broken('a block is none');
    const body = await input.take(type === 1 ? 1 : size);
    const checksum = isLast && hasChecksum ? await input.take(4) : Buffer.alloc(0);
    out = [];
    try {
      decoder.push(Buffer.concat([pending, head, body, checksum]), isLast);
    } catch (error) {
      throw broken(error instanceof Error ? error.message : String(error));
    }
    pending = Buffer.alloc(0);
    for (const piece of out) hash.update(piece);
    if (isLast && hasChecksum && Number(hash.digest() & 0xffff_ffffn) !== checksum.readUInt32LE())
      throw broken('its checksum is another');
    for (const piece of out) if (piece.length > 0) yield piece;
  }
}

async function headerOf(input: ByteQueue): Promise<{ readonly header: Buffer; readonly hasChecksum: boolean }> {
  const descriptor = await input.take(1);
  const flags = descriptor[0]!;
  const isSingle = (flags & 32) !== 0;
  const sizeBytes = flags >> 6 === 0 ? (isSingle ? 1 : 0) : 1 << (flags >> 6);
  if ((flags & 3) !== 0) throw new FileFault('unsupported', '.zst that needs a dictionary');
  if ((flags & 8) !== 0) throw broken('its header is none');
  const rest = await input.take((isSingle ? 0 : 1) + sizeBytes);
  const window = isSingle ? sizeIn(rest) : windowOf(rest[0]!);
  if (window > maxWindow)
    throw new FileFault(
      'unsupported',
      `.zst that needs a window of ${window} bytes; more than ${maxWindow} are not kept`,
    );
  return { header: Buffer.concat([descriptor, rest]), hasChecksum: (flags & 4) !== 0 };
}

const windowOf = (descriptor: number): number => 2 ** (10 + (descriptor >> 3)) * (1 + (descriptor & 7) / 8);

function sizeIn(bytes: Buffer): number {
  if (bytes.length === 8) return Number(bytes.readBigUInt64LE());
  return bytes.readUIntLE(0, bytes.length) + (bytes.length === 2 ? 256 : 0);
}

/** Bytes by count instead of by chunk. */
class ByteQueue {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #held: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Fewer only at the end. */
  async upTo(count: number): Promise<Buffer> {
    while (this.#held.length < count) {
      const next = await this.#chunks.next();
      if (next.done) break;
      this.#held = Buffer.concat([this.#held, next.value]);
    }
    const taken = this.#held.subarray(0, count);
    this.#held = this.#held.subarray(taken.length);
    return taken;
  }

  async take(count: number): Promise<Buffer> {
    const taken = await this.upTo(count);
    if (taken.length < count) throw broken('it ends in the middle');
    return taken;
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  async skip(count: number): Promise<void> {
    for (let left = count; left > 0; ) left -= (await this.take(Math.min(left, 65_536))).length;
  }
}
