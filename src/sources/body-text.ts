/** Which UTF-16 these bytes are, by their mark or by the zero that is half of each Latin letter; undefined for anything else. */
export function utf16Of(body: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  const [first = 0, second = 0, third = 0] = body;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  if (body.length <= 2 || (first === 0) === (second === 0) || (first === 0) !== (third === 0)) return undefined;
  return first === 0 ? 'utf-16be' : 'utf-16le';
}

/**
 * A body as text for people, in whatever coding: read as another one, a key in it would have zeros between its letters, and who looks for keys would not
 * find it. So no zeros are left either, where the coding was not recognised (UTF-32, or UTF-16 behind something else).
 */
export const bodyText = (body: Uint8Array): string =>
  new TextDecoder(utf16Of(body) ?? 'utf-8', { ignoreBOM: true }).decode(body).replaceAll('\0', '');
