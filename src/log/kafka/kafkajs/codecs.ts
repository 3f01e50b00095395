import { promisify } from 'node:util';
import zlib from 'node:zlib';
import kafkajs, { CompressionTypes } from 'kafkajs';
import type { Compression } from '../cluster.js';
import type { Compressor } from './produce-body.js';

type Codec = (buffer: Uint8Array) => Promise<Buffer>;
type ByCallback = (buffer: Uint8Array, done: (error: Error | null, result: Buffer) => void) => void;

// Not in the types of the oldest Node that is supported, nor in that Node.
const { zstdCompress, zstdDecompress } = zlib as unknown as Partial<
  Record<'zstdCompress' | 'zstdDecompress', ByCallback>
>;

export const hasZstd = zstdCompress !== undefined && zstdDecompress !== undefined;

/** KafkaJS has gzip inside and a place for others, one for the whole process. */
export function addCodecs(): void {
  if (!hasZstd) return;
  const compress: Codec = promisify(zstdCompress!);
  const decompress: Codec = promisify(zstdDecompress!);
  kafkajs.CompressionCodecs[CompressionTypes.ZSTD] = () => ({
    compress: ({ buffer }: { readonly buffer: Buffer }) => compress(buffer),
    decompress,
  });
}

/** undefined where nothing is compressed. */
export function compressorOf(codec: CompressionTypes): Compressor | undefined {
  if (codec === CompressionTypes.None) return undefined;
  const { compress } = kafkajs.CompressionCodecs[codec]!() as Pick<Compressor, 'compress'>;
  return { codec, compress };
}

export const codecOf: Readonly<Record<Compression, CompressionTypes>> = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  zstd: CompressionTypes.ZSTD,
};
