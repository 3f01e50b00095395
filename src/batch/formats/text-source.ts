import type { TextLayout } from '../dataset.js';
import { FileFault } from '../table.js';
import type { ByteSource } from './byte-source.js';
import { decoded, type Encoding } from './charset.js';
import { unpack } from './decompress.js';

/** Characters of one line, or of one record that quotes run over several. */
export const maxRecordCharacters = 2 ** 20;

/** Characters by which the shape of a file is judged. */
const sampleCharacters = 2 ** 18;

export interface Text {
  /** Pieces of any length; line ends are `\n`. */
  readonly pieces: AsyncIterable<string>;
  /** Known once the first piece is there. */
  readonly encoding: () => Encoding;
  readonly progress: () => number;
}

/** A file as text, without the first `skip` lines of its layout. */
export async function openText(source: ByteSource, layout: Pick<TextLayout, 'encoding' | 'skip'>): Promise<Text> {
  const { bytes, progress } = await unpack(source);
  const { pieces, encoding } = decoded(bytes, layout.encoding);
  return { pieces: withoutLines(lineFeeds(pieces), layout.skip), encoding, progress };
}

/** The first characters of a file, and whether that is all of it. */
export interface Sample {
  readonly text: string;
  readonly whole: boolean;
  readonly encoding: Encoding;
}

export async function sampleOf(source: ByteSource, layout: Pick<TextLayout, 'encoding' | 'skip'>): Promise<Sample> {
  const { pieces, encoding } = await openText(source, layout);
  let text = '';
  for await (const piece of pieces) {
    text += piece;
    if (text.length > sampleCharacters)
      return { text: text.slice(0, sampleCharacters), whole: false, encoding: encoding() };
  }
  return { text, whole: true, encoding: encoding() };
}

/** CR LF and CR become LF. */
async function* lineFeeds(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let carried = '';
  for await (const piece of pieces) {
    let text = carried + piece;
    carried = text.endsWith('\r') ? '\r' : '';
    if (carried !== '') text = text.slice(0, -1);
    yield text.includes('\r') ? text.replaceAll(/\r\n?/g, '\n') : text;
  }
  if (carried !== '') yield '\n';
}

async function* withoutLines(pieces: AsyncIterable<string>, count: number): AsyncGenerator<string> {
  let left = count;
  for await (const piece of pieces) {
    let from = 0;
    for (; left > 0 && from < piece.length; left--) {
      const end = piece.indexOf('\n', from);
      if (end < 0) from = piece.length;
      if (end < 0) break;
      from = end + 1;
    }
    if (from < piece.length) yield from === 0 ? piece : piece.slice(from);
  }
}

/** Pieces of whole lines, each line with its end; the last one of a file may lack it. */
export async function* wholeLines(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of pieces) {
    const end = piece.lastIndexOf('\n') + 1;
    if (end > 0) yield rest + piece.slice(0, end);
    rest = end > 0 ? piece.slice(end) : rest + piece;
    if (rest.length > maxRecordCharacters) throw tooLong();
  }
  if (rest !== '') yield rest;
}

export const tooLong = (): FileFault =>
  new FileFault('structure', `a line of more than ${maxRecordCharacters} characters`);
