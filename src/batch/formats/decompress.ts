import { Readable, type Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { FileFault } from '../table.js';
import type { ByteSource } from './byte-source.js';

export interface Unpacked {
  readonly packed: boolean;
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Share of the file as it lies there that has been read. */
  readonly progress: () => number;
}

export interface UnpackBounds {
  readonly maxBytes: number;
  /** Of bytes out per byte in, looked at from `ratioFromBytes` on. */
  readonly maxRatio: number;
  readonly ratioFromBytes: number;
}

/** Prices pack to about a tenth; gzip at its best, as bombs have it, to a thousandth. */
export const usualBounds: UnpackBounds = { maxBytes: 2 ** 38, maxRatio: 400, ratioFromBytes: 2 ** 24 };

interface Packing {
  readonly suffix: string;
  readonly magic: readonly number[];
  /** Undefined where this Node has none. */
  readonly create: (() => Transform & { bytesWritten: number }) | undefined;
}

const { createZstdDecompress } = zlib as { createZstdDecompress?: () => Transform & { bytesWritten: number } };

const packings: readonly Packing[] = [
  { suffix: '.gz', magic: [0x1f, 0x8b], create: () => zlib.createGunzip({ chunkSize: 262_144 }) },
  { suffix: '.zst', magic: [0x28, 0xb5, 0x2f, 0xfd], create: createZstdDecompress },
];

const begins = (bytes: Uint8Array, magic: readonly number[]): boolean => magic.every((byte, at) => bytes[at] === byte);

/** The name without the ending of a compression. */
export function innerName(name: string): string {
  const packing = packings.find(({ suffix }) => name.toLowerCase().endsWith(suffix));
  return packing ? name.slice(0, -packing.suffix.length) : name;
}

/** The first bytes of a file: at least four where it has them. */
async function firstBytes(source: ByteSource): Promise<Uint8Array> {
  let first: Uint8Array = new Uint8Array();
  for await (const chunk of source.read()) {
    first = first.length === 0 ? chunk : Buffer.concat([first, chunk]);
    if (first.length >= 4) break;
  }
  return first;
}

/**
 * What is in a file: unpacked where its first bytes say that it is packed, whatever its name.
 * @throws FileFault `compression` (broken, cut, something behind its end, or named as packed and not), `too-large`, `unsupported`; also while reading
 */
export async function unpack(source: ByteSource, bounds: UnpackBounds = usualBounds): Promise<Unpacked> {
  const first = await firstBytes(source);
  const packing = packings.find(({ magic }) => begins(first, magic));
  const named = packings.find(({ suffix }) => source.name.toLowerCase().endsWith(suffix));
  if (first.length > 0 && named && named !== packing)
    throw new FileFault('compression', `named ${named.suffix}, but its bytes are something else`);
  let taken = 0;
  const counted = async function* () {
    for await (const chunk of source.read()) {
      taken += chunk.length;
      yield chunk;
    }
  };
  const progress = () => (source.size === 0 ? 1 : Math.min(1, taken / source.size));
  if (!packing) return { packed: false, bytes: counted(), progress };
  if (!packing.create)
    throw new FileFault('unsupported', `${packing.suffix} needs Node 22.15 or newer, this is ${process.version}`);
  return { packed: true, bytes: unpacked(counted(), packing, packing.create(), bounds), progress };
}

async function* unpacked(
  packed: AsyncIterable<Uint8Array>,
  { suffix }: Packing,
  decoder: Transform & { bytesWritten: number },
  bounds: UnpackBounds,
): AsyncGenerator<Uint8Array> {
  const input = Readable.from(packed);
  let given = 0;
  let sum = 0;
  input.on('data', (chunk: Uint8Array) => {
    given += chunk.length;
  });
  input.on('error', error => decoder.destroy(error));
  input.pipe(decoder);
  try {
    for await (const chunk of decoder as AsyncIterable<Uint8Array>) {
      sum += chunk.length;
      if (sum > bounds.maxBytes) throw new FileFault('too-large', `more than ${bounds.maxBytes} bytes unpacked`);
      if (sum > bounds.ratioFromBytes && sum > given * bounds.maxRatio)
        throw new FileFault('too-large', `unpacks to more than ${bounds.maxRatio} times its size`);
      yield chunk;
    }
    if (decoder.bytesWritten < given)
      throw new FileFault('compression', `something that is not ${suffix} lies behind byte ${decoder.bytesWritten}`);
  } catch (error) {
    if (error instanceof FileFault || !isCoding(error)) throw error;
    throw new FileFault('compression', `${suffix} is broken or cut short: ${error.message}`);
  } finally {
    input.destroy();
    decoder.destroy();
  }
}

const isCoding = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && /^(Z_|ZSTD_)/.test(String(error.code));
