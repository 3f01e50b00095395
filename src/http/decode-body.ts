import { promisify } from 'node:util';
import { brotliDecompress, gunzip, type InputType, inflate, inflateRaw, type ZlibOptions } from 'node:zlib';
import { httpFailure } from './failure.js';

/** What we ask for: every coding that we decode. */
export const acceptedCodings = 'gzip, deflate, br';

const maxCodings = 3;

type Decoder = (body: Buffer, options: ZlibOptions) => Promise<Buffer>;
const decoder = (
  decode: (body: InputType, options: ZlibOptions, done: (error: Error | null, result: Buffer) => void) => void,
): Decoder => promisify(decode);

const zlibBody = decoder(inflate);
const rawBody = decoder(inflateRaw);
const decoders: Readonly<Record<string, Decoder | undefined>> = {
  gzip: decoder(gunzip),
  'x-gzip': decoder(gunzip),
  br: decoder(brotliDecompress),
  // Some servers send the bare deflate stream under this name; a zlib header has 8 in its low four bits.
  deflate: (body, options) => ((body[0]! & 0x0f) === 8 ? zlibBody : rawBody)(body, options),
};

/**
 * A whole body out of its codings, at most `maxBytes` after each. One that was cut short within whole framing is an error.
 * @param codings the `content-encoding` header
 */
export async function decodeBody(
  received: Buffer,
  codings: string,
  maxBytes: number,
  origin: string,
): Promise<Uint8Array> {
  let body = received;
  if (body.length === 0) return body;
  const names = codings.toLowerCase().split(',');
  // Each costs up to `maxBytes` of work again, and a header has room for thousands.
  if (names.length > maxCodings) throw httpFailure('coding', origin, `more than ${maxCodings} content codings`);
  for (const coding of names.toReversed()) {
    const name = coding.trim();
    if (name === '' || name === 'identity') continue;
    const decode = decoders[name];
    if (!decode) throw httpFailure('coding', origin, 'a content coding that was not asked for');
    body = await decode(body, { maxOutputLength: maxBytes });
  }
  return body;
}
