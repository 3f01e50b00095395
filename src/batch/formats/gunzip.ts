import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { FileFault } from '../table.js';

/** Unpacks gzip, part by part. @throws FileFault `compression` */
export async function* gunzip(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const decoder = createGunzip({ chunkSize: 262_144 });
  const input = Readable.from(packed, { highWaterMark: 1 });
  let given = 0;
  input.on('data', (chunk: Uint8Array) => {
    given += chunk.length;
  });
  input.on('error', error => decoder.destroy(error));
  input.pipe(decoder);
  try {
    yield* decoder as AsyncIterable<Uint8Array>;
    // Zeros behind its end do not trouble it; they are what a disk leaves of a part that was lost.
    if (decoder.bytesWritten < given)
      throw new FileFault('compression', `something that is not gzip lies behind byte ${decoder.bytesWritten}`);
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_'))
      throw new FileFault('compression', `.gz is broken or cut short: ${error.message}`);
    throw error;
  } finally {
    input.destroy();
    decoder.destroy();
  }
}
