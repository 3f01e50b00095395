import { JsonBytes } from '../../records/json-bytes.js';
import { partitionOf } from '../murmur2.js';
import { bounds } from '../topics.js';
import { putText } from './lengths.js';

/** Packed records of one partition, without what they share. */
export interface PackedRun {
  readonly partition: number;
  readonly count: number;
  readonly bytes: Uint8Array;
}

interface Place {
  readonly partition: number;
  /** The key with its length. */
  readonly key: Uint8Array;
  /** Bytes of the key alone. */
  readonly keyBytes: number;
}

interface Lane {
  readonly bytes: JsonBytes;
  count: number;
}

const mostKnown = 65_536;
/** Symbols are shorter; foreign bytes need not be. */
const longestKnown = 64;
/** A length that is written once the value is: LEB128 with leading zeros. */
const lengthBytes = 4;

/**
 * Writes records where they are made as they lie in the log, by partition of their key. Holds what was written since the last `take`, and the places of
 * 65,536 short keys.
 */
export class Packer {
  readonly #lanes: readonly Lane[];
  readonly #known = new Map<string, Place>();
  #runs: PackedRun[] = [];
  #place: Place = { partition: 0, key: Buffer.of(0), keyBytes: 0 };
  #start = 0;
  #valueAt = 0;

  /** @param partitions of the topic */
  constructor(partitions: number) {
    this.#lanes = Array.from({ length: partitions }, () => ({ bytes: new JsonBytes(), count: 0 }));
  }

  /** Begins a record. @returns where its value is to be written, up to `end` */
  begin(key: string): JsonBytes {
    const place = this.#known.get(key) ?? this.#placeOf(key);
    this.#place = place;
    const { bytes } = this.#lanes[place.partition]!;
    this.#start = bytes.length;
    bytes.raw(place.key);
    bytes.gap(lengthBytes);
    this.#valueAt = bytes.length;
    return bytes;
  }

  /**
   * Ends it with its own headers, ASCII shorter than 128 letters, by index of their name.
   * @returns why no log would take it, as one line for people; then it is as if it had not begun
   */
  end(headers: readonly string[]): string | undefined {
    const { partition, keyBytes } = this.#place;
    const lane = this.#lanes[partition]!;
    const { bytes } = lane;
    const length = bytes.length - this.#valueAt;
    const fault = faultOf('its key', keyBytes, bounds.keyBytes) ?? faultOf('the record', length, bounds.valueBytes);
    if (fault !== undefined) {
      bytes.length = this.#start;
      return fault;
    }
    for (let n = 0; n < lengthBytes; n++)
      bytes.fill(this.#valueAt - lengthBytes + n, ((length >>> (7 * n)) & 0x7f) | (n < lengthBytes - 1 ? 0x80 : 0));
    bytes.byte(headers.length);
    for (let name = 0; name < headers.length; name++) {
      const text = headers[name]!;
      bytes.byte(name);
      bytes.byte(text.length);
      bytes.plain(text);
    }
    // The record that does not fit begins the next run.
    if (bytes.length > bounds.packedBytes && lane.count > 0) this.#cut(partition, this.#start);
    lane.count += 1;
    return undefined;
  }

  /** All that was written, in order within each partition; begins anew. */
  take(): PackedRun[] {
    for (const [partition, { bytes, count }] of this.#lanes.entries())
      if (count > 0) this.#cut(partition, bytes.length);
    const runs = this.#runs;
    this.#runs = [];
    return runs;
  }

  #cut(partition: number, length: number): void {
    const lane = this.#lanes[partition]!;
    this.#runs.push({ partition, count: lane.count, bytes: lane.bytes.take(length) });
    lane.count = 0;
  }

  #placeOf(key: string): Place {
    const bytes = Buffer.allocUnsafe(5 + 3 * key.length);
    const at = { position: 0 };
    putText(bytes, at, key);
    const place = {
      partition: partitionOf(key, this.#lanes.length),
      key: bytes.subarray(0, at.position),
      keyBytes: Buffer.byteLength(key),
    };
    if (key.length > longestKnown) return place;
    if (this.#known.size >= mostKnown) this.#known.clear();
    this.#known.set(key, place);
    return place;
  }
}

const faultOf = (what: string, bytes: number, most: number): string | undefined =>
  bytes > most ? `${what} has ${bytes} bytes, more than ${most}` : undefined;
