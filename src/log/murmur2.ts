const seed = 0x9747b28c;
const m = 0x5bd1e995;

/**
 * The 32-bit murmur2 of Kafka's Java client (signed, like there), of the UTF-8 bytes of `key`.
 * Source of the algorithm and of the seed: org.apache.kafka.common.utils.Utils.murmur2.
 */
export function murmur2(key: string): number {
  // Symbols are ASCII, where a code unit is a byte: no buffer is made for them.
  for (let i = 0; i < key.length; i++) {
    if (key.charCodeAt(i) > 0x7f) {
      const bytes = Buffer.from(key);
      return hash(bytes.length, at => bytes[at]!);
    }
  }
  return hash(key.length, at => key.charCodeAt(at));
}

function hash(length: number, byte: (at: number) => number): number {
  let h = seed ^ length;
  const whole = length & ~3;
  for (let i = 0; i < whole; i += 4) {
    let k = byte(i) | (byte(i + 1) << 8) | (byte(i + 2) << 16) | (byte(i + 3) << 24);
    k = Math.imul(k, m);
    k ^= k >>> 24;
    h = Math.imul(h, m) ^ Math.imul(k, m);
  }
  const rest = length & 3;
  if (rest === 3) h ^= byte(whole + 2) << 16;
  if (rest >= 2) h ^= byte(whole + 1) << 8;
  if (rest >= 1) h = Math.imul(h ^ byte(whole), m);
  h ^= h >>> 13;
  h = Math.imul(h, m);
  return h ^ (h >>> 15);
}

/** The partition that Kafka's default partitioner chooses for a keyed record: other producers land on the same one. */
export const partitionOf = (key: string, partitions: number): number => (murmur2(key) & 0x7fffffff) % partitions;
