import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import test from 'ava';
import { edgeTo, fails, httpServer, rawServer, until } from './loopback.js';

const text = (body: Uint8Array): string => Buffer.from(body).toString();

test('an answer carries status, folded lower-case headers and the body, whatever the status', async t => {
  const { origin } = await httpServer(t, (request, response) => {
    t.is(request.url, '/query?symbol=EUR%2FUSD&apikey=k');
    t.is(request.headers['user-agent'], 'financelake/test');
    t.is(request.headers['accept-encoding'], 'gzip, deflate, br');
    t.is(request.headers['x-key'], 'k2');
    response.writeHead(
      429,
      [
        ['X-Limit', 'a'],
        ['X-Limit', 'b'],
        ['Retry-After', '7'],
      ].flat(),
    );
    response.end('slow down');
  });
  const answer = await edgeTo([origin])({
    url: `${origin}/query`,
    query: { symbol: 'EUR/USD', apikey: 'k' },
    headers: { 'x-key': 'k2' },
  });
  t.is(answer.status, 429);
  t.is(answer.headers['x-limit'], 'a, b');
  t.is(answer.headers['retry-after'], '7');
  t.is(text(answer.body), 'slow down');
});

test('a header of the request replaces our own', async t => {
  const { origin } = await httpServer(t, (request, response) => void response.end(request.headers['user-agent']));
  const answer = await edgeTo([origin])({ url: origin, headers: { 'User-Agent': 'someone@example.com' } });
  t.is(text(answer.body), 'someone@example.com');
});

test('ten error answers need no more connections than calls in flight', async t => {
  const { origin, seen } = await httpServer(t, (_request, response) => {
    response.writeHead(500);
    response.end('x'.repeat(100_000));
  });
  const edge = edgeTo([origin]);
  const lane = async () => {
    for (let call = 0; call < 5; call++) t.is((await edge({ url: origin })).status, 500);
  };
  await Promise.all([lane(), lane()]);
  t.true(seen.connections <= 2, `${seen.connections} connections`);
});

const plain = Buffer.from('{"symbol":"IBM"}'.repeat(50));
const coded: Record<string, Buffer> = {
  gzip: gzipSync(plain),
  'x-gzip': gzipSync(plain),
  GZIP: gzipSync(plain),
  deflate: deflateSync(plain),
  br: brotliCompressSync(plain),
  'gzip, br': brotliCompressSync(gzipSync(plain)),
  identity: plain,
};

test('every coding that was asked for is decoded, also stacked and as bare deflate', async t => {
  const { origin } = await httpServer(t, (request, response) => {
    const coding = new URL(request.url!, origin).searchParams.get('c')!;
    if (coding === 'bare') response.writeHead(200, { 'content-encoding': 'deflate' }).end(deflateRawSync(plain));
    else response.writeHead(200, { 'content-encoding': coding }).end(coded[coding]);
  });
  for (const coding of [...Object.keys(coded), 'bare']) {
    const answer = await edgeTo([origin])({ url: origin, query: { c: coding } });
    t.is(text(answer.body), plain.toString(), coding);
  }
});

test('a coding that was not asked for and bytes that are not in their coding are refused', async t => {
  const { origin } = await httpServer(t, (request, response) => {
    response.writeHead(200, { 'content-encoding': request.url!.slice(1) }).end('this is no compressed text');
  });
  for (const coding of ['zstd', 'gzip', 'br', 'deflate'])
    await fails(t, edgeTo([origin])({ url: `${origin}/${coding}` }), 'coding');
});

test('an answer without a body may name a coding', async t => {
  const { origin } = await httpServer(t, (request, response) => {
    response.writeHead(Number(request.url!.slice(1)), { 'content-encoding': 'gzip' }).end();
  });
  for (const status of [200, 204, 304]) t.is((await edgeTo([origin])({ url: `${origin}/${status}` })).body.length, 0);
});

test('a compressed body that ends early is cut, even where the framing is whole', async t => {
  const { origin } = await httpServer(t, (request, response) => {
    const coding = request.url!.slice(1);
    response.writeHead(200, { 'content-encoding': coding }).end(coded[coding]!.subarray(0, -9));
  });
  for (const coding of ['gzip', 'deflate', 'br'])
    await fails(t, edgeTo([origin])({ url: `${origin}/${coding}` }), 'cut');
});

test('a body shorter than declared, an unfinished chunked body and a connection closed without an answer are cut', async t => {
  const heads: Record<string, string> = {
    '/length': 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort',
    '/chunked': 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nshort\r\n',
    '/closing': 'HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n5\r\nshort\r\n',
    '/closing-length': 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 100\r\n\r\nshort',
    '/header': 'HTTP/1.1 200 OK\r\ncontent-le',
    '/nothing': '',
  };
  const { origin } = await rawServer(t, (socket, first) => socket.end(heads[first.toString().split(' ')[1]!]!));
  for (const path of Object.keys(heads)) await fails(t, edgeTo([origin])({ url: origin + path }), 'cut');
});

test('a chunked body is whole however its last chunk is split, and with a trailer', async t => {
  const body = 'x'.repeat(0x50000);
  const tails = ['0\r\n\r\n', '0\r\nx-sum: 1\r\n\r\n'];
  const { origin } = await rawServer(t, (socket, first) => {
    socket.setNoDelay(true);
    socket.write(`HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n50000\r\n${body}\r\n`);
    const bytes = tails[Number(first.toString().split(' ')[1]!.slice(1))]!.split('');
    const next = () => {
      const byte = bytes.shift();
      if (byte === undefined) socket.end();
      else socket.write(byte, () => setImmediate(next));
    };
    next();
  });
  for (const tail of tails.keys()) t.is(text((await edgeTo([origin])({ url: `${origin}/${tail}` })).body), body);
});

test.serial('a gigabyte packed into a megabyte is stopped with little memory', async t => {
  const mebibyte = Buffer.alloc(1 << 20);
  const member = gzipSync(mebibyte, { level: 9 });
  const bombs: Record<string, Buffer> = {
    gzip: Buffer.concat(Array.from({ length: 1024 }, () => member)),
    deflate: deflateSync(Buffer.alloc(1 << 26), { level: 1 }),
    br: brotliCompressSync(Buffer.alloc(1 << 26), { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }),
  };
  const { origin } = await httpServer(t, (request, response) => {
    const coding = request.url!.slice(1);
    response.writeHead(200, { 'content-encoding': coding }).end(bombs[coding]);
  });
  const edge = edgeTo([origin], { maxBytes: 4 << 20 });
  const before = process.memoryUsage().rss;
  for (const coding of Object.keys(bombs)) await fails(t, edge({ url: `${origin}/${coding}` }), 'too-large');
  const grown = (process.memoryUsage().rss - before) / (1 << 20);
  t.true(grown < 64, `${grown} MiB more`);
});

test('a body beyond the bound is refused by its declared length or while it comes, and its connection is closed', async t => {
  const { origin, seen } = await httpServer(t, (request, response) => {
    if (request.url === '/declared') response.setHeader('content-length', 2_000_000);
    const more = () => {
      while (response.write(Buffer.alloc(10_000))) if (response.closed) return;
    };
    response.on('drain', more);
    if (request.url === '/declared') response.write('begin');
    else more();
  });
  const edge = edgeTo([origin]);
  await fails(t, edge({ url: `${origin}/declared` }), 'too-large');
  await fails(t, edge({ url: `${origin}/endless` }), 'too-large');
  await until(t, 'both connections are closed', () => seen.open.size === 0);
});

test('the deadline covers the wait for headers, a stalled body, a dribble and a chain of redirects, and closes the connection', async t => {
  const { origin, seen } = await httpServer(t, (request, response) => {
    if (request.url === '/silent') return;
    if (request.url === '/stall') response.write('begin');
    else if (request.url === '/dribble') {
      const drip = setInterval(() => response.write('.'), 10);
      response.on('close', () => clearInterval(drip));
    } else setTimeout(() => response.writeHead(302, { location: '/again' }).end(), 60);
  });
  // Were any of the four not covered, it would never end.
  const edge = edgeTo([origin], { deadlineMs: 150, maxRedirects: 10_000 });
  await Promise.all(
    ['/silent', '/stall', '/dribble', '/again'].map(path => fails(t, edge({ url: origin + path }), 'timeout')),
  );
  await until(t, 'all connections are closed', () => seen.open.size === 0);
});

test('a caller can give up before and during a call', async t => {
  const { origin, seen } = await httpServer(t, (_request, response) => void response.write('begin'));
  const edge = edgeTo([origin]);
  await fails(t, edge({ url: origin }, AbortSignal.abort()), 'aborted');
  t.is(seen.connections, 0);
  const caller = new AbortController();
  const call = fails(t, edge({ url: origin }, caller.signal), 'aborted');
  await until(t, 'the server was called', () => seen.open.size === 1);
  caller.abort();
  await call;
  await until(t, 'the connection is closed', () => seen.open.size === 0);
});

test('headers beyond the bound are too large, bytes that are not HTTP cannot be decoded', async t => {
  const { origin } = await rawServer(t, (socket, first) => {
    if (first.toString().startsWith('GET /big')) socket.end(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`);
    else socket.end('220 mail.example ESMTP\r\n');
  });
  await fails(t, edgeTo([origin])({ url: `${origin}/big` }), 'too-large');
  await fails(t, edgeTo([origin])({ url: `${origin}/mail` }), 'coding');
});

test('a closed port is a connect failure, a TLS handshake that fails is tls, an unknown name is dns', async t => {
  const { port } = await httpServer(t, () => {});
  const secure = createTlsServer({}).listen(0, '127.0.0.1');
  t.teardown(() => secure.close());
  await until(t, 'the server listens', () => secure.listening);
  const tls = `https://127.0.0.1:${(secure.address() as AddressInfo).port}`;
  t.regex(await fails(t, edgeTo(['http://127.0.0.1:1'])({ url: 'http://127.0.0.1:1/' }), 'connect'), /ECONNREFUSED/);
  await fails(t, edgeTo([tls])({ url: tls }), 'tls');
  await fails(t, edgeTo([`https://127.0.0.1:${port}`])({ url: `https://127.0.0.1:${port}` }), 'tls');
  await fails(t, edgeTo(['http://no-such-name.invalid'])({ url: 'http://no-such-name.invalid' }), 'dns');
});

test('no failure shows path, query, header or redirect target', async t => {
  const canary = 'CANARY-5150';
  const { origin } = await rawServer(t, (socket, first) => {
    const path = first.toString().split(' ')[1]!;
    const answers: Record<string, string> = {
      cut: 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx',
      large: `HTTP/1.1 200 OK\r\ncontent-length: 2000000\r\n\r\n${canary}`,
      counted: `HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(1_100_000)}`,
      coding: `HTTP/1.1 200 OK\r\ncontent-encoding: ${canary}\r\ncontent-length: 1\r\n\r\nx`,
      away: `HTTP/1.1 302 Found\r\nlocation: http://other.example/${canary}?k=${canary}\r\n\r\n`,
      odd: `HTTP/1.1 302 Found\r\nlocation: ftp://${canary}/\r\n\r\n`,
      user: `HTTP/1.1 302 Found\r\nlocation: http://${canary}:x@127.0.0.1/\r\n\r\n`,
      bad: `HTTP/1.1 302 Found\r\nlocation: http://[${canary}\r\n\r\n`,
      loop: `HTTP/1.1 302 Found\r\nlocation: ${path}\r\n\r\n`,
      mail: `${canary}\r\n\r\n`,
    };
    const answer = answers[path.split('/')[1]!];
    if (answer !== undefined) socket.end(answer);
  });
  const secrets = { query: { apikey: canary }, headers: { 'x-api-key': canary } };
  const calls = ['cut', 'large', 'counted', 'coding', 'away', 'odd', 'user', 'bad', 'loop', 'mail', 'silent'].map(
    async name =>
      [
        name,
        await t.throwsAsync(edgeTo([origin], { deadlineMs: 400 })({ url: `${origin}/${name}/${canary}`, ...secrets })),
      ] as const,
  );
  const more = [
    edgeTo(['http://127.0.0.1:1'])({ url: `http://127.0.0.1:1/${canary}`, ...secrets }),
    edgeTo([origin])({ url: `http://10.0.0.1/${canary}`, ...secrets }),
    edgeTo([origin])({ url: `no address ${canary}`, ...secrets }),
    edgeTo([origin])({ url: origin, headers: { 'x-api-key': `${canary}\n` } }),
    edgeTo([origin])({ url: origin.replace('//', `//${canary}@`) }),
  ].map(async call => ['more', await t.throwsAsync(call)] as const);
  for (const [name, error] of await Promise.all([...calls, ...more])) {
    t.is(error.name, 'HttpFailure', name);
    for (const shown of [error.message, error.stack ?? '', JSON.stringify(error), String(error.cause)])
      t.false(shown.includes(canary), `${name}: ${shown}`);
  }
});
