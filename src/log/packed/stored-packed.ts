import type { StoredRecord } from '../log.js';
import { type Cursor, takeNumber, takeText } from './lengths.js';

/** What the packed records of one run have together. */
export interface Shared {
  readonly bytes: Buffer;
  /** Offset of the first. */
  readonly base: number;
  readonly names: readonly string[];
  readonly common: readonly (readonly [name: string, text: string])[];
  readonly counted: readonly { readonly name: string; readonly first: number }[];
}

/**
 * Walks over packed records and checks their shape.
 * @param visit gets, for each record, where three lengths lie: that of its key, that of its value, and the number of its own headers
 * @throws RangeError where it does not fit: lengths beyond the end, an own header without a name, bytes left over
 */
export function walkPacked(
  bytes: Uint8Array,
  at: Cursor,
  count: number,
  names: number,
  visit: (key: number, value: number, headers: number, index: number) => void,
): void {
  for (let index = 0; index < count; index++) {
    const key = at.position;
    skip(bytes, at);
    const value = at.position;
    skip(bytes, at);
    const headers = at.position;
    for (let n = takeNumber(bytes, at); n > 0; n--) {
      if (takeNumber(bytes, at) >= names) throw new RangeError('a header has no name');
      skip(bytes, at);
    }
    if (at.position > bytes.length) throw new RangeError('its length does not fit');
    visit(key, value, headers, index);
  }
  if (at.position !== bytes.length) throw new RangeError('its length does not fit');
}

function skip(bytes: Uint8Array, at: Cursor): void {
  const length = takeNumber(bytes, at);
  at.position += length;
}

/** A stored record that reads its parts from the bytes when they are asked for. Most are only copied: to Kafka, into a table. */
export class StoredPacked implements StoredRecord {
  readonly offset: number;
  readonly shared: Shared;
  /** Where its parts lie, each with its length in front. */
  readonly keyAt: number;
  readonly valueAt: number;
  readonly headersAt: number;

  constructor(shared: Shared, offset: number, keyAt: number, valueAt: number, headersAt: number) {
    this.shared = shared;
    this.offset = offset;
    this.keyAt = keyAt;
    this.valueAt = valueAt;
    this.headersAt = headersAt;
  }

  get key(): string {
    return takeText(this.shared.bytes, { position: this.keyAt });
  }

  /** A view into the bytes of its block. */
  get value(): Buffer {
    const { bytes } = this.shared;
    const at = { position: this.valueAt };
    const length = takeNumber(bytes, at);
    return bytes.subarray(at.position, at.position + length);
  }

  get headers(): Readonly<Record<string, string>> {
    const { bytes, base, names, common, counted } = this.shared;
    // Name by name: an object that is spread and then gets further names would lose its shape, ten times the time of the rest (Node 20).
    const headers: Record<string, string> = {};
    for (const [name, text] of common) headers[name] = text;
    for (const { name, first } of counted) headers[name] = String(first + this.offset - base);
    const at = { position: this.headersAt };
    for (let n = takeNumber(bytes, at); n > 0; n--) headers[names[takeNumber(bytes, at)]!] = takeText(bytes, at);
    return headers;
  }
}
