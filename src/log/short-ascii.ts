/** Length below which text is counted and written character by character: a call into the engine costs more than the text. Nearly all keys and headers. */
export const shortLength = 0x80;

/**
 * Writes a text of ASCII shorter than `shortLength`, for which there is room.
 * @returns false where it is not such a text; what was written then is to be overwritten
 */
export function writeShortAscii(out: Uint8Array, position: number, text: string): boolean {
  const { length } = text;
  if (length >= shortLength) return false;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return false;
    out[position + i] = code;
  }
  return true;
}
