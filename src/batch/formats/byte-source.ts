import { open, stat } from 'node:fs/promises';

/** The bytes of a file, as they lie there. */
export interface ByteSource {
  /** Without folders. */
  readonly name: string;
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  /** From the first byte, each time anew. A chunk may be kept. */
  read(): AsyncIterable<Uint8Array>;
}

const chunkBytes = 262_144;

export async function fileSource(path: string): Promise<ByteSource> {
  const { size } = await stat(path);
  return { name: path.slice(path.lastIndexOf('/') + 1), path, size, read: () => readFrom(path) };
}

async function* readFrom(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path);
  try {
    for (;;) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafeSlow(chunkBytes), 0, chunkBytes);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
