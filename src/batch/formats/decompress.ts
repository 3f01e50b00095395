import { FileFault } from '../table.js';
import type { ByteSource } from './byte-source.js';
import { gunzip } from './gunzip.js';
import { unzstd } from './unzstd.js';

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
  readonly unpack: (packed: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;
}

const packings: readonly Packing[] = [
  { suffix: '.gz', magic: [0x1f, 0x8b], unpack: gunzip },
  { suffix: '.zst', magic: [0x28, 0xb5, 0x2f, 0xfd], unpack: unzstd },
];

const packedStep = 16_384;

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
 * @throws FileFault `compression` (named as packed and not; broken, cut short or something behind its end), `too-large`, `unsupported`; also while reading
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
      // In small pieces where it is packed, so that what was taken is little more than what was unpacked.
      const step = packing ? packedStep : chunk.length;
      for (let at = 0; at < chunk.length; at += step) {
        taken += Math.min(step, chunk.length - at);
        yield chunk.subarray(at, at + step);
      }
    }
  };
  const progress = () => (source.size === 0 ? 1 : Math.min(1, taken / source.size));
  if (!packing) return { packed: false, bytes: counted(), progress };
  return { packed: true, bytes: bounded(packing.unpack(counted()), () => taken, bounds), progress };
}

async function* bounded(
  unpacked: AsyncIterable<Uint8Array>,
  taken: () => number,
  { maxBytes, maxRatio, ratioFromBytes }: UnpackBounds,
): AsyncGenerator<Uint8Array> {
  let sum = 0;
  for await (const chunk of unpacked) {
    sum += chunk.length;
    if (sum > maxBytes) throw new FileFault('too-large', `more than ${maxBytes} bytes unpacked`);
    if (sum > ratioFromBytes && sum > taken() * maxRatio)
      throw new FileFault('too-large', `unpacks to more than ${maxRatio} times its size`);
    yield chunk;
  }
}
