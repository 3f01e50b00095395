import { readFileSync } from 'node:fs';
import * as zlib from 'node:zlib';
import test from 'ava';
import fc from 'fast-check';
import xxhash from 'xxhash-wasm';
import { decoded } from '../../../src/batch/formats/charset.js';
import { unpack } from '../../../src/batch/formats/decompress.js';
import { FileFault } from '../../../src/batch/table.js';
import { runs } from '../../property-runs.js';
import { bytesAsFile, filePath } from './reading.js';

async function faultOf(work: () => Promise<unknown>): Promise<string> {
  try {
    return `no fault: ${String(await work())}`;
  } catch (error) {
    if (error instanceof FileFault) return `${error.code}: ${error.message}`;
    throw error;
  }
}

async function textOf(
  bytes: Uint8Array,
  encoding?: Parameters<typeof decoded>[1],
  ...lengths: number[]
): Promise<string> {
  let text = '';
  for await (const piece of decoded(bytesAsFile(bytes, 'a', ...lengths).read(), encoding).pieces) text += piece;
  return text;
}

async function unpacked(bytes: Uint8Array, name = 'a.csv.gz', ...lengths: number[]): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const piece of (await unpack(bytesAsFile(bytes, name, ...lengths))).bytes) parts.push(piece);
  return Buffer.concat(parts).toString();
}

const swapped = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

test('text of any encoding is read the same in pieces of any length, its mark left out', async t => {
  const texts = fc.string({ unit: 'grapheme', minLength: 1 }).map(text => `a${text.replaceAll('\0', '')}`);
  await fc.assert(
    fc.asyncProperty(texts, fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), async (text, sizes) => {
      t.is(await textOf(Buffer.from(text), undefined, ...sizes), text);
      t.is(await textOf(Buffer.from(`\uFEFF${text}`), 'latin1', ...sizes), text);
      t.is(await textOf(Buffer.from(`\uFEFF${text}`, 'utf16le'), undefined, ...sizes), text);
      t.is(await textOf(swapped(`\uFEFF${text}`), 'utf-8', ...sizes), text);
      t.is(await textOf(swapped(text), 'utf-16be', ...sizes), text);
      t.is(await textOf(Buffer.from(`ab${text}`, 'utf16le'), undefined, ...sizes), `ab${text}`);
    }),
    runs(300),
  );
});

test('bytes that are not the encoding are named by their offset, in pieces of any length', async t => {
  const latin = Buffer.from('Zürich,Genève', 'latin1');
  const half = Buffer.from('ab\ud800c', 'utf16le');
  for (const size of [1, 2, 3, 100]) {
    t.regex(await faultOf(() => textOf(latin, undefined, size)), /^encoding: no UTF-8 .*latin1.* at byte 1$/);
    t.is(await textOf(latin, 'latin1', size), 'Zürich,Genève');
    t.regex(
      await faultOf(() => textOf(Buffer.from([0x61, 0x80]), 'latin1', size)),
      /Latin-1 .*windows-1252.* at byte 1$/,
    );
    const windows = Buffer.from([0x80, 0x20, 0x93, 0xfc, 0x94, 0x9f]);
    t.is(await textOf(windows, 'windows-1252', size), '€ “ü”Ÿ');
    t.regex(await faultOf(() => textOf(Buffer.from([0x80, 0x81]), 'windows-1252', size)), /Windows-1252 at byte 1$/);
    t.regex(await faultOf(() => textOf(Buffer.from('ü'.repeat(9)).subarray(0, 17), undefined, size)), /at byte 16$/);
    t.regex(await faultOf(() => textOf(half, undefined, size)), /no UTF-16 at byte 4$/);
    t.regex(await faultOf(() => textOf(half.subarray(0, 3), 'utf-16le', size)), /half a character at byte 3$/);
    t.regex(await faultOf(() => textOf(Buffer.from('abcd\0'), undefined, size)), /character 5 is a zero/);
  }
});

/** Zstandard as Node packs it where it can, else of raw blocks, with a checksum. */
async function zstd(bytes: Uint8Array): Promise<Buffer> {
  if ('zstdCompressSync' in zlib) return (zlib.zstdCompressSync as (bytes: Uint8Array) => Buffer)(bytes);
  const blocks: Buffer[] = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x38])];
  for (let at = 0; at === 0 || at < bytes.length; at += 2 ** 17) {
    const block = bytes.subarray(at, at + 2 ** 17);
    const isSame = block.length > 1 && block.every(byte => byte === block[0]);
    const bits = Number(at + 2 ** 17 >= bytes.length) | (isSame ? 2 : 0) | (block.length << 3);
    blocks.push(
      Buffer.from([bits & 255, (bits >> 8) & 255, bits >> 16]),
      isSame ? Buffer.from(block.subarray(0, 1)) : Buffer.from(block),
    );
  }
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32LE(Number((await xxhash()).h64Raw(bytes) & 0xffff_ffffn));
  return Buffer.concat([...blocks, checksum]);
}

const packings = [
  ['.gz', async (bytes: Uint8Array): Promise<Buffer> => zlib.gzipSync(bytes)],
  ['.zst', zstd],
] as const;

for (const [suffix, pack] of packings) {
  const name = `a.csv${suffix}`;

  test(`${suffix}: several parts behind each other are one file, in pieces of any length`, async t => {
    const bytes = Buffer.concat([await pack(Buffer.from('one,')), await pack(Buffer.from('two'))]);
    for (const size of [1, 2, 5, 1000]) t.is(await unpacked(bytes, name, size), 'one,two');
  });

  test(`${suffix}: a file cut at any byte, with a byte behind its end, or with zeros there is broken`, async t => {
    const bytes = await pack(Buffer.from('date,close\n2024-01-01,1\n'));
    for (let end = 4; end < bytes.length; end++)
      t.regex(await faultOf(() => unpacked(bytes.subarray(0, end), name)), /^compression: /, `${end}`);
    for (const tail of ['x', '\0', '\0'.repeat(300_000), 'more'])
      t.regex(
        await faultOf(() => unpacked(Buffer.concat([bytes, Buffer.from(tail)]), name)),
        /^compression: /,
        tail.slice(0, 4),
      );
  });

  test(`${suffix}: what unpacks to far more than its size is refused in time`, async t => {
    const layer = await pack(Buffer.alloc(2 ** 26));
    const bomb = Buffer.concat(Array.from({ length: 50 }, () => layer));
    let read = 0;
    const fault = await faultOf(async () => {
      for await (const piece of (await unpack(bytesAsFile(bomb, name, 65_536))).bytes) read += piece.length;
    });
    t.regex(fault, /^too-large: /);
    t.true(read <= 2 ** 27, `${read}`);
  });
}

test('a bit that flips in what is packed is a fault, or changes nothing', async t => {
  const good = readFileSync(filePath('made-plotly-apple.csv.zst'));
  const text = await unpacked(good, 'a.csv.zst');
  for (let at = 4; at < good.length; at += 61) {
    const bytes = Buffer.from(good);
    bytes[at] = bytes[at]! ^ (1 << (at % 8));
    const outcome = await faultOf(() => unpacked(bytes, 'a.csv.zst'));
    t.true(/^(compression|unsupported): /.test(outcome) || outcome === `no fault: ${text}`, `${at}`);
  }
});

test('packed bytes are known by their beginning, whatever the name; a name that says packed must be right', async t => {
  t.is(await unpacked(zlib.gzipSync('x'), 'a.csv'), 'x');
  t.regex(await faultOf(() => unpacked(Buffer.from('plain'), 'a.csv.gz')), /^compression: named \.gz/);
});
