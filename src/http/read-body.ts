import { promisify } from 'node:util';
import { brotliDecompress, gunzip, type InputType, inflate, inflateRaw, type ZlibOptions } from 'node:zlib';
import { httpFailure } from './failure.js';

/** What we ask for: every coding that we decode. */
export const acceptedCodings = 'gzip, deflate, br';

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

interface Received {
  readonly headers: { get(name: string): string | null };
  readonly body: (AsyncIterable<unknown> & { destroy(): void }) | null;
}

/**
 * The whole decoded body. Holds at most `maxBytes` as received plus `maxBytes` decoded; a declared length beyond the bound is refused unread.
 * Decoded here and not by node-fetch, which takes a gzip stream that was cut short for a complete one.
 */
export async function readBody(answer: Received, maxBytes: number, origin: string): Promise<Uint8Array> {
  const { body, headers } = answer;
  if (!body) return new Uint8Array();
  const tooLarge = () => httpFailure('too-large', origin, `more than ${maxBytes} bytes`);
  if (Number(headers.get('content-length')) > maxBytes) {
    body.destroy();
    throw tooLarge();
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Leaving the loop by a throw destroys the body and with it the connection.
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  const received = Buffer.concat(chunks, bytes);
  return bytes === 0 ? received : decode(received, headers.get('content-encoding'), maxBytes, origin);
}

async function decode(received: Buffer, header: string | null, maxBytes: number, origin: string): Promise<Buffer> {
  let body = received;
  const codings = (header ?? '')
    .toLowerCase()
    .split(',')
    .map(coding => coding.trim());
  for (const coding of codings.toReversed()) {
    if (coding === '' || coding === 'identity') continue;
    const decodeOne = decoders[coding];
    if (!decodeOne) throw httpFailure('coding', origin, 'a content coding that was not asked for');
    body = await decodeOne(body, { maxOutputLength: maxBytes });
  }
  return body;
}
