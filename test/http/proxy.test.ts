import { connect } from 'node:net';
import test from 'ava';
import { proxyFor } from '../../src/http/proxy.js';
import { edgeTo, fails, httpServer, rawServer, until } from './loopback.js';

const via = (address: string, noProxy?: string) =>
  proxyFor(new URL(address), {
    http: 'http://plain:1',
    https: 'http://secure:2',
    ...(noProxy === undefined ? {} : { noProxy }),
  });

test('the scheme of the address decides which proxy serves', t => {
  t.is(via('http://a.example'), 'http://plain:1');
  t.is(via('https://a.example'), 'http://secure:2');
  t.is(proxyFor(new URL('https://a.example'), { http: 'http://plain:1' }), undefined);
});

test('hosts in noProxy and loopback are called directly', t => {
  const direct = [
    ['http://a.example', '*'],
    ['http://a.example', 'b.example, a.example'],
    ['http://x.a.example', 'a.example'],
    ['http://x.a.example', '.a.example'],
    ['http://x.a.example', '*.A.EXAMPLE'],
    ['https://a.example', 'a.example:443'],
    ['http://a.example:8080', 'b a.example:8080'],
    ['http://10.0.0.7', '10.0.0.7'],
    ['http://localhost:99', ''],
    ['http://127.0.0.1:99', ''],
    ['http://[::1]:99', ''],
  ] as const;
  for (const [address, noProxy] of direct) t.is(via(address, noProxy), undefined, `${address} ${noProxy}`);
  const proxied = [
    ['http://nota.example', 'a.example'],
    ['http://a.example:8080', 'a.example:80'],
    ['http://a.example', ' , '],
  ] as const;
  for (const [address, noProxy] of proxied) t.is(via(address, noProxy), 'http://plain:1', `${address} ${noProxy}`);
});

test('a call goes through a tunnel that is kept alive, the name is resolved by the proxy, and its credentials go to it alone', async t => {
  const { port } = await httpServer(t, (request, response) => {
    t.is(request.headers['proxy-authorization'], undefined);
    response.end(request.headers.host);
  });
  const heads: string[] = [];
  const proxy = await rawServer(t, (socket, first) => {
    heads.push(first.toString());
    const upstream = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(upstream).pipe(socket);
    });
    upstream.on('error', () => socket.destroy());
  });
  const edge = edgeTo(['http://feed.example'], { proxy: { http: proxy.origin.replace('//', '//user:pass@') } });
  for (let call = 0; call < 3; call++) {
    const answer = await edge({ url: 'http://feed.example/x' });
    t.is(Buffer.from(answer.body).toString(), 'feed.example');
  }
  t.is(heads.length, 1);
  t.regex(heads[0]!, /^CONNECT feed\.example:80 HTTP\/1\.1\r\n/);
  t.regex(heads[0]!, /Proxy-Authorization: Basic dXNlcjpwYXNz\r\n/);
});

test('a public redirect to another origin carries neither the query nor the headers of the request', async t => {
  const seen: string[] = [];
  const { port } = await httpServer(t, (request, response) => {
    const { host, 'x-key': key, 'user-agent': agent } = request.headers;
    seen.push([`${host}${request.url}`, key, agent].join(' '));
    if (seen.length === 1) response.writeHead(302, { location: 'http://b.example/file' }).end();
    else response.end('list');
  });
  const proxy = await rawServer(t, socket => {
    const upstream = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(upstream).pipe(socket);
    });
    upstream.on('error', () => socket.destroy());
  });
  const edge = edgeTo(['http://a.example'], { redirects: 'public', proxy: { http: proxy.origin } });
  const answer = await edge({ url: 'http://a.example/', query: { k: '1' }, headers: { 'x-key': 'secret' } });
  t.is(Buffer.from(answer.body).toString(), 'list');
  t.deepEqual(seen, ['a.example/?k=1 secret financelake/test', 'b.example/file  financelake/test']);
});

test("a proxy's refusal is a connect failure that names neither its text nor its credentials, not an answer of the vendor", async t => {
  const proxy = await rawServer(t, socket => socket.end('HTTP/1.1 407 CANARY\r\ncontent-length: 6\r\n\r\nCANARY'));
  const settings = proxy.origin.replace('//', '//CANARY:CANARY@');
  for (const origin of ['http://feed.example', 'https://feed.example']) {
    const message = await fails(
      t,
      edgeTo([origin], { proxy: { http: settings, https: settings } })({ url: origin }),
      'connect',
    );
    t.regex(message, /407/);
    t.notRegex(message, /CANARY/);
  }
});

test('a proxy that never answers is left at the deadline, its connection closed', async t => {
  const proxy = await rawServer(t, () => {});
  const edge = edgeTo(['https://feed.example'], { deadlineMs: 100, proxy: { https: proxy.origin } });
  await fails(t, edge({ url: 'https://feed.example' }), 'timeout');
  await until(t, 'the connection is closed', () => proxy.seen.open.size === 0);
});

test('a proxy that answers nonsense or nothing, or is not there, is a failure', async t => {
  const talkers = ['HTTP/1.1 200 OK\r\nno colon\r\n\r\n', '', '\r\n\r\n'];
  for (const talk of talkers) {
    const proxy = await rawServer(t, socket => socket.end(talk));
    await t.throwsAsync(
      edgeTo(['https://feed.example'], { deadlineMs: 500, proxy: { https: proxy.origin } })({
        url: 'https://feed.example',
      }),
      { name: 'HttpFailure' },
    );
  }
  await fails(
    t,
    edgeTo(['https://feed.example'], { proxy: { https: 'http://127.0.0.1:1' } })({ url: 'https://feed.example' }),
    'connect',
  );
});
