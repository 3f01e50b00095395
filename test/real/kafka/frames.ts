/** A request or a response as it is on the wire: four bytes of length, and what follows. */
export interface Frame {
  readonly bytes: Buffer;
  /** Of the request; a response has that of the request it answers. 0 is Produce, 1 Fetch, 3 Metadata. */
  readonly apiKey: number;
  /** Counts the requests of the connection. */
  readonly correlationId: number;
}

/** Cuts a stream into frames. It holds at most one frame. */
export class FrameReader {
  #rest = Buffer.alloc(0);

  push(chunk: Buffer): Buffer[] {
    const frames: Buffer[] = [];
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (bytes.length >= 4) {
      const size = 4 + bytes.readInt32BE(0);
      if (bytes.length < size) break;
      frames.push(bytes.subarray(0, size));
      bytes = bytes.subarray(size);
    }
    this.#rest = Buffer.from(bytes);
    return frames;
  }
}

export const requestFrame = (bytes: Buffer): Frame => ({
  bytes,
  apiKey: bytes.readInt16BE(4),
  correlationId: bytes.readInt32BE(8),
});
