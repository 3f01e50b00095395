/** A 32-bit key out of any text (FNV-1a), e.g. `7|AAPL|volume`. */
export function keyOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash | 0;
}

/**
 * Chance in [0, 1) as a pure function of a key and a counter, so that any draw can be made without the ones before it.
 * Integer arithmetic only: the same on every machine and every version of Node (`Math.exp` and the like are not promised to be).
 */
export function chance(key: number, counter: number): number {
  let hash = (key + Math.imul(counter, 0x9e3779b1)) | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad);
  hash = Math.imul(hash ^ (hash >>> 15), 0x735a2d97);
  return ((hash ^ (hash >>> 15)) >>> 0) / 4_294_967_296;
}
