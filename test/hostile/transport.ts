import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { body, bytes, dribble, endless, nothing, redirect } from './answer.js';
import type { Case } from './cases.js';

const ok = 'HTTP/1.1 200 OK\r\n';
const chunked = `${ok}transfer-encoding: chunked\r\n\r\n`;
const mebibyte = Buffer.alloc(1 << 20, 0x20);
/** Members of a gzip file may follow one another. */
const gzipBomb = () => Buffer.concat(Array<Buffer>(1_024).fill(gzipSync(mebibyte)));
const blanks = () => Buffer.alloc(64 << 20, 0x20);

/** The edge of a vendor's program follows none at all. */
const notFollowed = /^unavailable too-many-redirects/;

/** What a server can do below the body. The slow ones cost only waiting and are asked for side by side. */
export const transport: readonly Case[] = [
  { name: 'no answer at all', talk: nothing, expect: /^unavailable timeout/, slow: true },
  { name: 'a status line, byte by byte', talk: dribble('', `${ok}x: y\r\n`), expect: /^(unavailable|malformed)/, slow: true },
  { name: 'headers, byte by byte', talk: dribble(ok, 'x-a: b\r\n'), expect: /^unavailable timeout/, slow: true },
  { name: 'a body, byte by byte', talk: dribble(`${ok}content-length: 99999\r\n\r\n{`, '"a"'), expect: /^unavailable timeout/, slow: true },
  { name: 'a chunked body, byte by byte', talk: dribble(chunked, '1\r\n{\r\n'), expect: /^unavailable timeout/, slow: true },
  { name: 'early hints for ever', talk: endless('', 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'), expect: /^(unavailable|malformed)/, slow: true, heavy: true },
  { name: 'an upgrade to another protocol', talk: endless('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n', 'x'), expect: /^(unavailable|malformed)/, slow: true, heavy: true },
  { name: 'headers for ever', talk: endless(ok, 'x-header: aaaaaaaaaaaaaaaa\r\n'), expect: /^malformed too-large/ },
  { name: 'one header for ever', talk: endless(`${ok}x: `, 'aaaaaaaaaaaaaaaa'), expect: /^malformed too-large/ },
  { name: 'ten thousand short headers', talk: bytes(`${ok}${'a:b\r\n'.repeat(10_000)}\r\n`), expect: /^malformed too-large/ },
  { name: 'a chunk extension for ever', talk: endless(`${chunked}1;`, 'aaaaaaaaaaaaaaaa'), expect: /^(malformed|unavailable)/, slow: true, heavy: true },
  { name: 'trailers for ever', talk: endless(`${chunked}1\r\n{\r\n0\r\n`, 'x-header: aaaaaaaaaaaaaaaa\r\n'), expect: /^(malformed|unavailable)/ },
  { name: 'a body for ever', talk: endless(`${ok}\r\n`, ' '), expect: /^malformed too-large/ },
  { name: 'chunks for ever', talk: endless(chunked, '4\r\n    \r\n'), expect: /^(malformed too-large|unavailable timeout)/, slow: true, heavy: true },
  { name: 'one-byte chunks for ever', talk: endless(chunked, '1\r\n \r\n'), expect: /^(malformed too-large|unavailable timeout)/, slow: true, heavy: true },
  { name: 'a declared length of 100 GB', talk: endless(`${ok}content-length: 100000000000\r\n\r\n`, ' '), expect: /^malformed too-large/ },
  { name: 'fewer bytes than declared', talk: bytes(`${ok}content-length: 100\r\n\r\n{}`), expect: /^unavailable cut/ },
  { name: 'a chunked body without an end', talk: bytes(`${chunked}2\r\n{}\r\n`), expect: /^unavailable cut/ },
  { name: 'a length and chunks at once', talk: bytes(`${ok}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`), expect: /^(malformed|unavailable)/ },
  { name: 'two different lengths', talk: bytes(`${ok}content-length: 2\r\ncontent-length: 3\r\n\r\n{}`), expect: /^(malformed|unavailable)/ },
  { name: 'the greeting of an SSH server', talk: bytes('SSH-2.0-OpenSSH_9.6\r\n'), expect: /^malformed coding/ },
  { name: 'bytes of no protocol', talk: bytes(Buffer.from(Array.from({ length: 4_096 }, (_, at) => (at * 131) % 256))), expect: /^malformed coding/ },
  { name: 'a status of 999', talk: body(() => '{}', 'x: y', '999 Nothing'), expect: /^(malformed|unavailable)/ },
  { name: 'a header of odd bytes', talk: body(() => '{}', 'x-odd: \u0001\u00e9\u007f'), expect: /^(unknown-symbol|malformed|unavailable)/ },
  { name: 'Retry-After of three thousand years', talk: body(() => '{}', 'retry-after: 99999999999', '503 Busy'), expect: /^unavailable HTTP 503/, closes: true },
  { name: 'a redirect to the metadata address', talk: redirect('http://169.254.169.254/latest/meta-data'), expect: /^unavailable refused-redirect/, program: notFollowed },
  { name: 'a redirect to this machine', talk: redirect('http://localhost:22/'), expect: /^unavailable refused-redirect/, program: notFollowed },
  { name: 'a redirect to an odd spelling of this machine', talk: redirect('http://2130706433/'), expect: /^unavailable refused-redirect/, program: notFollowed },
  { name: 'a redirect to a file', talk: redirect('file:///etc/passwd'), expect: /^unavailable refused-redirect/, program: notFollowed },
  { name: 'a redirect in a circle', talk: redirect('?again'), expect: /^unavailable too-many-redirects/ },
  { name: 'a gzip bomb of 1 GiB', talk: body(gzipBomb, 'content-encoding: gzip'), expect: /^malformed too-large/, heavy: true },
  { name: 'a deflate bomb of 64 MiB', talk: body(() => deflateSync(blanks()), 'content-encoding: deflate'), expect: /^malformed too-large/, heavy: true },
  { name: 'a brotli bomb of 64 MiB', talk: body(() => brotliCompressSync(blanks(), { params: { 1: 4 } }), 'content-encoding: br'), expect: /^malformed too-large/, heavy: true },
  { name: 'a gzip bomb within a gzip bomb', talk: body(() => gzipSync(gzipBomb()), 'content-encoding: gzip, gzip'), expect: /^malformed too-large/, heavy: true },
  { name: 'a thousand content codings', talk: body(() => gzipSync('{}'), `content-encoding: ${'br,'.repeat(1_000)}gzip`), expect: /^malformed coding/ },
  { name: 'bytes that are not in their coding', talk: body(() => 'no gzip', 'content-encoding: gzip'), expect: /^malformed coding/ },
  { name: 'a gzip body cut short', talk: body(() => gzipSync(mebibyte).subarray(0, 500), 'content-encoding: gzip'), expect: /^unavailable cut/ },
]; // biome-ignore format: a table
