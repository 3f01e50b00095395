import { JsonBytes } from '../../records/json-bytes.js';
import { partitionOf } from '../murmur2.js';
import { bounds } from '../topics.js';

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
}

interface Lane {
  readonly bytes: JsonBytes;
  count: number;
}

const mostKnown = 65_536;
/** A length that is written once the value is: LEB128 with leading zeros. */
const lengthBytes = 4;

/**
 * Writes records where they are made as they lie in the log, by partition of their key. Holds what was written since the last `take`, and the places of
 * 65,536 keys.
 */
export class Packer {
  readonly #lanes: readonly Lane[];
  readonly #known = new Map<string, Place>();
  #runs: PackedRun[] = [];
  #at = 0;
  #start = 0;
  #valueAt = 0;

  /** @param partitions of the topic */
  constructor(partitions: number) {
    this.#lanes = Array.from({ length: partitions }, () => ({ bytes: new JsonBytes(), count: 0 }));
  }

  /** Begins a record. @returns where its value is to be written, up to `end` */
  begin(key: string): JsonBytes {
    const place = this.#known.get(key) ?? this.#placeOf(key);
    this.#at = place.partition;
    const { bytes } = this.#lanes[place.partition]!;
    this.#start = bytes.length;
    bytes.raw(place.key);
    bytes.gap(lengthBytes);
    this.#valueAt = bytes.length;
    return bytes;
  }

  /** Ends it with its own headers, ASCII shorter than 128 letters, by index of their name. */
  end(headers: readonly string[]): void {
    const lane = this.#lanes[this.#at]!;
    const { bytes } = lane;
    const length = bytes.length - this.#valueAt;
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
    if (bytes.length > bounds.packedBytes && lane.count > 0) this.#cut(this.#at, this.#start);
    lane.count += 1;
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
    const text = Buffer.from(key);
    const length: number[] = [];
    for (let rest = text.length; ; rest >>>= 7) {
      length.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);
      if (rest <= 0x7f) break;
    }
    const place = {
      partition: partitionOf(key, this.#lanes.length),
      key: Buffer.concat([Buffer.from(length), text]),
    };
    if (this.#known.size >= mostKnown) this.#known.clear();
    this.#known.set(key, place);
    return place;
  }
}
