import { writeShortAscii } from '../short-ascii.js';

/** Where the next byte is written or read. */
export interface Cursor {
  position: number;
}

/** LEB128, as all lengths, counts and indices in a block of the embedded log. */
export function putNumber(out: Uint8Array, at: Cursor, value: number): void {
  let rest = value;
  while (rest > 0x7f) {
    out[at.position++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  out[at.position++] = rest;
}

/** @throws RangeError */
export function takeNumber(bytes: Uint8Array, at: Cursor): number {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at.position++];
    if (byte === undefined || shift > 28) throw new RangeError('a length is wrong');
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
}

/** Its length and then UTF-8. */
export function putText(out: Buffer, at: Cursor, text: string): void {
  const { length } = text;
  if (writeShortAscii(out, at.position + 1, text)) {
    out[at.position] = length;
    at.position += 1 + length;
    return;
  }
  const bytes = Buffer.byteLength(text);
  putNumber(out, at, bytes);
  out.write(text, at.position);
  at.position += bytes;
}

/** @throws RangeError */
export function takeText(bytes: Buffer, at: Cursor): string {
  const length = takeNumber(bytes, at);
  const text = bytes.toString('utf8', at.position, at.position + length);
  at.position += length;
  return text;
}
