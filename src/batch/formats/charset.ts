import { isAscii, isUtf8 } from 'node:buffer';
import { utf16Of } from '../../sources/body-text.js';
import type { TextLayout } from '../dataset.js';
import { FileFault } from '../table.js';

export type Encoding = NonNullable<TextLayout['encoding']>;

/** Turns bytes into text piece by piece; a character that is cut waits for its rest. */
interface Decoder {
  /** @throws FileFault `encoding` with the offset of the byte that is at fault */
  decode(bytes: Buffer, last: boolean): string;
}

const halfCharacter = /\p{Surrogate}/u;

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const fault = (what: string, offset: number): FileFault => new FileFault('encoding', `${what} at byte ${offset}`);

/**
 * The coding that the first bytes show: by their mark, else UTF-16 by the zeros between Latin letters, else as declared, else UTF-8. Latin-1 only
 * where it is declared: any bytes are Latin-1, so that a guess would turn what is broken into wrong letters.
 */
function encodingOf(first: Uint8Array, declared: Encoding | undefined): Encoding {
  if (first[0] === 0xef && first[1] === 0xbb && first[2] === 0xbf) return 'utf-8';
  const marked = (first[0] === 0xff && first[1] === 0xfe) || (first[0] === 0xfe && first[1] === 0xff);
  if (marked || declared === undefined) return utf16Of(first.subarray(0, 4)) ?? declared ?? 'utf-8';
  return declared;
}

export interface Decoded {
  readonly pieces: AsyncIterable<string>;
  /** Known once the first piece is there. */
  readonly encoding: () => Encoding;
}

/**
 * The text, without its byte order mark. No zero characters and no halves of characters get through.
 * @throws FileFault `encoding`
 */
export function decoded(bytes: AsyncIterable<Uint8Array>, declared?: Encoding): Decoded {
  let encoding: Encoding = declared ?? 'utf-8';
  const pieces = async function* () {
    let decoder: Decoder | undefined;
    let characters = 0;
    const clean = (text: string): string => {
      const zero = text.indexOf('\0');
      if (zero >= 0)
        throw new FileFault('encoding', `character ${characters + zero + 1} is a zero: no text, or another encoding`);
      const marked = characters === 0 && text.startsWith('\uFEFF');
      characters += text.length;
      return marked ? text.slice(1) : text;
    };
    const begin = (start: Buffer): Decoder => {
      encoding = encodingOf(start, declared);
      return decoders[encoding]();
    };
    let start: Buffer = Buffer.alloc(0);
    for await (const chunk of bytes) {
      const piece: Buffer = start.length === 0 ? asBuffer(chunk) : Buffer.concat([start, chunk]);
      start = Buffer.alloc(0);
      if (!decoder && piece.length < 4) start = piece;
      else {
        decoder ??= begin(piece);
        const text = clean(decoder.decode(piece, false));
        if (text.length > 0) yield text;
      }
    }
    const text = clean((decoder ?? begin(start)).decode(start, true));
    if (text.length > 0) yield text;
  };
  return { pieces: pieces(), encoding: () => encoding };
}

const noLetters = ' '.repeat(32);
/** https://encoding.spec.whatwg.org/#windows-1252, where that has no control characters. Some versions of Node decode it as Latin-1. */
const windowsLetters = '€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ';

const decoders: Readonly<Record<Encoding, () => Decoder>> = {
  'utf-8': utf8,
  'utf-16le': () => utf16(false),
  'utf-16be': () => utf16(true),
  latin1: oneByte('no letter of Latin-1 (if it is Windows-1252, say `encoding: windows-1252`)', noLetters),
  'windows-1252': oneByte('no letter of Windows-1252', windowsLetters),
};

function utf8(): Decoder {
  let carried: Buffer = Buffer.alloc(0);
  let offset = 0;
  return {
    decode(bytes, last) {
      const whole = carried.length === 0 ? bytes : Buffer.concat([carried, bytes]);
      const end = last ? whole.length : completeUtf8(whole);
      const piece = whole.subarray(0, end);
      const ascii = isAscii(piece);
      if (!ascii && !isUtf8(piece))
        throw fault(
          'no UTF-8 (if it is Latin-1 or Windows-1252, say `encoding: latin1` or `encoding: windows-1252`)',
          offset + firstBad(piece),
        );
      carried = Buffer.from(whole.subarray(end));
      offset += end;
      return piece.toString(ascii ? 'latin1' : 'utf8');
    },
  };
}

/** Where the last character that is cut begins. */
function completeUtf8(bytes: Uint8Array): number {
  const { length } = bytes;
  for (let back = 1; back <= Math.min(3, length); back++) {
    const byte = bytes[length - back]!;
    if (byte < 0x80) return length;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? length - back : length;
  }
  return length;
}

/** How many bytes come before the first that is no UTF-8. Only for a message, so that it may be slow. */
function firstBad(bytes: Uint8Array): number {
  let good = 0;
  for (;;) {
    const width = [1, 2, 3, 4].find(n => good + n <= bytes.length && isUtf8(bytes.subarray(good, good + n)));
    if (width === undefined) return good;
    good += width;
  }
}

function utf16(bigEndian: boolean): Decoder {
  let carried: Buffer = Buffer.alloc(0);
  let offset = 0;
  return {
    decode(bytes, last) {
      const whole = Buffer.concat([carried, bytes]);
      if (last && whole.length % 2 === 1) throw fault('UTF-16 that ends in half a character', offset + whole.length);
      const even = whole.subarray(0, whole.length - (whole.length % 2));
      if (bigEndian) even.swap16();
      const leads = even.length > 0 && (even[even.length - 1]! & 0xfc) === 0xd8;
      const end = leads && !last ? even.length - 2 : even.length;
      const text = even.toString('utf16le', 0, end);
      const half = text.search(halfCharacter);
      if (half >= 0) throw fault('no UTF-16', offset + half * 2);
      const rest = Buffer.from(whole.subarray(end));
      if (bigEndian && end < even.length) rest.subarray(0, 2).swap16();
      carried = rest;
      offset += end;
      return text;
    },
  };
}

/** @param high what the bytes 0x80 to 0x9f are; a blank where they are nothing */
function oneByte(what: string, high: string): () => Decoder {
  return () => {
    let offset = 0;
    return {
      decode(bytes) {
        const wrong = bytes.findIndex(byte => byte >= 0x80 && byte < 0xa0 && high[byte - 0x80] === ' ');
        if (wrong >= 0) throw fault(what, offset + wrong);
        offset += bytes.length;
        const text = bytes.toString('latin1');
        return high === noLetters ? text : text.replace(/[\u0080-\u009f]/g, one => high[one.charCodeAt(0) - 0x80]!);
      },
    };
  };
}
