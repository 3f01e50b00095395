import type { LookupAddress, LookupAllOptions } from 'node:dns';
import test from 'ava';
import { privateAddress } from '../../src/http/failure.js';
import { guardedLookup, isPublicAddress } from '../../src/http/host-rules.js';
import { redirectTarget } from '../../src/http/redirect-target.js';
import { edgeTo, fails, httpServer, until } from './loopback.js';

test('only addresses of the public Internet are public', t => {
  const inside =
    '127.0.0.1 127.8.8.8 0.0.0.0 0.1.2.3 10.1.2.3 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 100.64.0.1 100.127.255.255 ' +
    '192.0.0.8 192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.9 224.0.0.1 240.0.0.1 255.255.255.255 ' +
    ':: ::1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::127.0.0.1 fe80::1 fec0::1 fc00::1 fd12::1 ff02::1 2001:db8::1 2002:7f00:1::1 2001::1 100::1 64:ff9b::a00:1';
  const outside =
    '8.8.8.8 1.1.1.1 172.32.0.1 100.128.0.1 185.199.108.133 2606:4700::1111 2a00:1450:4001::1 64:ff9b::808:808';
  for (const address of inside.split(' ')) t.false(isPublicAddress(address), address);
  for (const address of outside.split(' ')) t.true(isPublicAddress(address), address);
});

const answering = (...addresses: string[]) => {
  const asked: string[] = [];
  const resolve = (
    host: string,
    _options: LookupAllOptions,
    done: (error: null, addresses: LookupAddress[]) => void,
  ) => {
    asked.push(host);
    done(
      null,
      addresses.map(address => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  const call = (mayBePrivate: boolean, all: boolean) =>
    new Promise<unknown>((yes, no) =>
      guardedLookup(() => mayBePrivate, resolve)('feed.example', { all }, (error, address) =>
        error ? no(error) : yes(address),
      ),
    );
  return { asked, call };
};

test('a name that leads to a private address, even beside a public one, is refused; else the checked addresses are the ones connected to', async t => {
  const mixed = answering('8.8.8.8', '10.0.0.1');
  for (const all of [true, false]) {
    const error = await t.throwsAsync(mixed.call(false, all));
    t.is((error as NodeJS.ErrnoException).code, privateAddress);
  }
  t.is(await mixed.call(true, false), '8.8.8.8');
  const fine = answering('8.8.8.8', '2606:4700::1111');
  t.deepEqual(await fine.call(false, true), [
    { address: '8.8.8.8', family: 4 },
    { address: '2606:4700::1111', family: 6 },
  ]);
  t.is(fine.asked.length, 1);
});

test('a loopback server is reached by its literal address or by a name with allowPrivate, not by a name alone', async t => {
  const { origin, port, seen } = await httpServer(t, (_request, response) => void response.end('here'));
  const byName = `http://localhost:${port}`;
  t.regex(await fails(t, edgeTo([byName])({ url: byName }), 'refused-host'), /allowPrivate/);
  t.is(seen.connections, 0);
  t.is(
    (await edgeTo([], { allow: [{ baseUrl: `${byName}/v1`, allowPrivate: true }] })({ url: `${byName}/v1/x` })).status,
    200,
  );
  t.is((await edgeTo([origin])({ url: origin })).status, 200);
});

test('an origin that the configuration does not name is not called', async t => {
  const { origin, port, seen } = await httpServer(t, (_request, response) => void response.end('here'));
  const edge = edgeTo([`http://127.0.0.1:${port + 1}`, 'https://feed.example/api']);
  for (const url of [origin, 'http://feed.example/api', 'https://other.example', 'file:///etc/passwd', 'nonsense'])
    await fails(t, edge({ url }), 'refused-host');
  t.is(seen.connections, 0);
});

test('a redirect within the origin is followed with the headers and without the query', async t => {
  const urls: string[] = [];
  const { origin } = await httpServer(t, (request, response) => {
    urls.push(request.url!);
    t.is(request.headers['x-key'], 'k');
    if (urls.length === 1) response.writeHead(301, { location: '/two' }).end('moved');
    else if (urls.length === 2)
      response.writeHead(308, { location: `${origin}/three?page=2` }).end('moved'.repeat(50_000));
    else response.end('there');
  });
  const answer = await edgeTo([origin])({ url: `${origin}/one`, query: { apikey: 'k' }, headers: { 'x-key': 'k' } });
  t.is(Buffer.from(answer.body).toString(), 'there');
  t.deepEqual(urls, ['/one?apikey=k', '/two', '/three?page=2']);
});

test('three redirects are followed, a fourth is not, and no connection stays behind', async t => {
  const { origin, seen } = await httpServer(t, (request, response) => {
    const left = Number(request.url!.slice(1));
    if (left === 0) response.writeHead(200, { connection: 'close' }).end();
    else response.writeHead(302, { location: `/${left - 1}` }).end('x'.repeat(500_000));
  });
  t.is((await edgeTo([origin])({ url: `${origin}/3` })).status, 200);
  await fails(t, edgeTo([origin])({ url: `${origin}/4` }), 'too-many-redirects');
  await until(t, 'all connections are closed', () => seen.open.size === 0);
});

test('a redirect without a target and 304 are plain answers', async t => {
  const { origin } = await httpServer(
    t,
    (request, response) => void response.writeHead(Number(request.url!.slice(1))).end(),
  );
  for (const status of [302, 304]) t.is((await edgeTo([origin])({ url: `${origin}/${status}` })).status, status);
});

test('a redirect to another origin is refused, another port of the same host included', async t => {
  const other = await httpServer(t, (_request, response) => void response.end('stolen'));
  const { origin } = await httpServer(
    t,
    (_request, response) => void response.writeHead(302, { location: other.origin }).end(),
  );
  await fails(t, edgeTo([origin, other.origin])({ url: origin, query: { apikey: 'k' } }), 'refused-redirect');
  t.is(other.seen.connections, 0);
});

test('a public redirect never leads to a private place, however it is spelled', async t => {
  const other = await httpServer(t, (_request, response) => void response.end('inside'));
  const { port } = other;
  const hosts = [
    '127.0.0.1',
    '2130706433',
    '0x7f.1',
    '017700000001',
    '127.1',
    '0',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    'localhost',
    'LOCALHOST',
    '127.0.0.1.',
    '%31%32%37.0.0.1',
    '%E2%91%A0%E2%91%A1%E2%91%A6.0.0.1',
  ];
  const targets = [
    ...hosts.map(host => `http://${host}:${port}/`),
    'http://169.254.169.254/latest/meta-data',
    'file:///etc/passwd',
    'data:,x',
    'http://k@8.8.8.8/',
    `//127.0.0.1:${port}`,
    'http://',
  ];
  const { origin } = await httpServer(
    t,
    (request, response) => void response.writeHead(302, { location: targets[Number(request.url!.slice(1))] }).end(),
  );
  const edge = edgeTo([origin, other.origin], { redirects: 'public' });
  for (const [index, target] of targets.entries())
    t.regex(String(await t.throwsAsync(edge({ url: `${origin}/${index}` }))), /refused to (?:go|call)/, target);
  t.is(other.seen.connections, 0);
});

test('where a redirect may lead, by the kind of request', t => {
  const from = new URL('https://a.example/x?k=1');
  const allowed = [
    ['/y', 'same-origin', 'https://a.example/y'],
    ['?p=2', 'same-origin', 'https://a.example/x?p=2'],
    ['https://b.example/y', 'public', 'https://b.example/y'],
    ['//8.8.8.8/y', 'public', 'https://8.8.8.8/y'],
  ] as const;
  for (const [location, redirects, target] of allowed)
    t.is(redirectTarget(location, from, from, redirects).href, target, location);
  const refused = [
    ['https://b.example/y', 'same-origin'],
    ['https://a.example:8443/', 'same-origin'],
    ['http://a.example/y', 'same-origin'],
    ['http://a.example/y', 'public'],
    ['http://b.example/y', 'public'],
    ['https://10.0.0.1/', 'public'],
    ['https://[fd00::1]/', 'public'],
    ['https://user@b.example/', 'public'],
    ['javascript:1', 'public'],
  ] as const;
  for (const [location, redirects] of refused)
    t.throws(
      () => redirectTarget(location, from, from, redirects),
      { name: 'HttpFailure' },
      `${location} ${redirects}`,
    );
});
