import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer as createNetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import test, { type ExecutionContext } from 'ava';
import fastify from 'fastify';
import { LogFailure } from '../../src/log/log.js';
import { createApp } from '../../src/metrics/app.js';
import { askControl } from '../../src/metrics/ask-control.js';
import type { Changes } from '../../src/metrics/changes.js';
import type { Door } from '../../src/metrics/guard.js';
import { createListener } from '../../src/metrics/listener.js';
import { createLogger } from '../../src/metrics/logger.js';
import { redactor } from '../../src/metrics/redactor.js';
import { createRegistry } from '../../src/metrics/registry.js';
import { routes } from '../../src/metrics/routes.js';
import { createScrape } from '../../src/metrics/scrape.js';
import { createServer } from '../../src/metrics/server.js';
import type { SymbolStatus, View } from '../../src/metrics/view.js';
import { fakeView, handClock, idleChanges, someEvents } from './fake-view.js';

const loopback: Door = { kind: 'tcp', host: '127.0.0.1', token: undefined, readOnly: false };
const network: Door = { kind: 'tcp', host: '0.0.0.0', token: 'canary-token-1', readOnly: false };
const secret = 'canary-key-42';

function parts({ view }: { view?: View } = {}) {
  const time = handClock();
  const made = fakeView(time);
  const registry = createRegistry();
  const redact = redactor([secret, 'canary-token-1']);
  const lines: string[] = [];
  const out = { write: (line: string) => lines.push(line) };
  const logger = createLogger({ level: 'info', format: 'json', colour: false, redact, out });
  const shown = view ?? made.view;
  const listen = createListener({ registry, logger, view: made.view, time });
  for (const event of someEvents) {
    made.report(event);
    listen(event);
  }
  const scrape = createScrape(registry, redact, time);
  const changes: Changes = idleChanges;
  return { view: shown, changes, registry, scrape, redact, logger, version: '0.1.0', time, lines, report: made.report };
}

const folder = () => mkdtempSync(join(tmpdir(), 'fl-web-'));

const options = (over: Partial<Parameters<typeof createServer>[0]> = {}) => ({
  ...parts(),
  host: '127.0.0.1',
  port: 0,
  token: undefined,
  readOnly: false,
  logPath: folder(),
  ...over,
});

/** A server that is closed also when the test fails; otherwise its process would hang until the time-out. */
async function started(t: ExecutionContext, given: Parameters<typeof createServer>[0]) {
  const server = await createServer(given);
  t.teardown(() => server.close());
  return server;
}

test('probes, metrics, the API and the page answer on loopback', async t => {
  const app = await createApp(loopback, parts());
  const status = async (url: string) => (await app.inject({ url, headers: { host: 'localhost:8787' } })).statusCode;
  for (const url of ['/livez', '/readyz', '/metrics', '/', '/app.js', '/app.css', '/icon.svg', '/api/v1/openapi.json'])
    t.is(await status(url), 200, url);
  for (const { path } of routes) t.is(await status(path), 200, path);
  t.is(await status('/api/v1/nothing'), 404);
  t.is(await status('/../package.json'), 404);
  t.is((await app.inject({ method: 'POST', url: '/api/v1/status', headers: { host: 'localhost' } })).statusCode, 404);
});

test('answers are as the schemas say, nothing more and nothing less', async t => {
  const app = await createApp({ kind: 'control' }, parts());
  const checker = fastify({ bodyLimit: 1e7, ajv: { customOptions: { removeAdditional: false, coerceTypes: false } } });
  for (const { path, answers } of routes) checker.post(path, { schema: { body: answers[200] } }, async () => 'fits');
  for (const { path } of routes) {
    const answer = await app.inject(path);
    const checked = await checker.inject({ method: 'POST', url: path, payload: answer.json<object>() });
    t.is(checked.body, 'fits', path);
  }
  const spoilt = { ...(await app.inject('/api/v1/status')).json<object>(), more: 1 };
  t.is((await checker.inject({ method: 'POST', url: '/api/v1/status', payload: spoilt })).statusCode, 400);
});

test('the OpenAPI document names exactly the routes that are served, through each door', async t => {
  for (const door of [loopback, { ...loopback, token: 'canary-token-1' }, { kind: 'control' } as const]) {
    const app = await createApp(door, parts());
    const { paths } = (await app.inject({ url: '/api/v1/openapi.json', headers: { host: 'localhost' } })).json<{
      paths: Record<string, object>;
    }>();
    const routesOf = (methods: string): string[] =>
      [...app.printRoutes({ commonPrefix: false }).matchAll(new RegExp(`[├└]── (\\S+) \\(${methods}`, 'g'))]
        .map(([, path]) => path!)
        .filter(path => path !== '/' && !/\.(js|css|svg)$/.test(path))
        .map(path => `/${path}`)
        .toSorted();
    const described = (method: string): string[] =>
      Object.entries(paths)
        .flatMap(([path, methods]) => (method in methods ? [path] : []))
        .toSorted();
    t.true(routesOf('GET').length >= 8);
    t.deepEqual(described('get'), routesOf('GET'));
    t.deepEqual(described('post'), routesOf('POST'));
    t.is(described('post').length > 0, door !== loopback);
  }
});

test('what changes something needs the token, also on loopback, and does not exist without one; the socket needs none', async t => {
  const asked: unknown[] = [];
  const changes: Changes = {
    async letters(action, selection) {
      asked.push([action, selection]);
      if ('code' in selection) throw new LogFailure('unreachable', 'no broker answers');
      if ('letters' in selection) throw new Error('a bug');
      return idleChanges.letters(action, selection);
    },
  };
  const post = async (door: Door, authorization?: string, payload: object = { all: true }) => {
    const app = await createApp(door, { ...parts(), changes });
    const headers = { host: 'localhost', ...(authorization && { authorization }) };
    return app.inject({ method: 'POST', url: '/api/v1/dlq/replay', headers, payload });
  };
  const withToken: Door = { ...loopback, token: 'canary-token-1' };
  t.is((await post(loopback)).statusCode, 404);
  t.is((await post(loopback, 'Bearer canary-token-1')).statusCode, 404);
  t.is((await post({ ...withToken, readOnly: true }, 'Bearer canary-token-1')).statusCode, 404);
  for (const door of [withToken, network]) {
    t.is((await post(door)).statusCode, 401);
    t.is((await post(door, 'Bearer canary-token-2')).statusCode, 401);
  }
  t.deepEqual(asked, []);
  const done = await post(withToken, 'Bearer canary-token-1');
  t.is(done.statusCode, 200);
  t.deepEqual(done.json(), await idleChanges.letters('replay', { all: true }));
  t.is((await post({ kind: 'control' })).statusCode, 200);
  t.deepEqual(asked, [
    ['replay', { all: true }],
    ['replay', { all: true }],
  ]);
  for (const wrong of [{}, { all: false }, { letters: [] }, { all: true, code: 'x' }, { some: 1 }])
    t.is((await post({ kind: 'control' }, undefined, wrong)).statusCode, 400, JSON.stringify(wrong));
  const away = await post({ kind: 'control' }, undefined, { code: 'jump' });
  t.is(away.statusCode, 503);
  t.deepEqual(away.json(), { error: 'unreachable', message: 'no broker answers' });
  t.is((await post({ kind: 'control' }, undefined, { letters: ['a'] })).statusCode, 500);
});

test('readiness says why not, component by component, and draining is never ready', async t => {
  const { report, ...made } = parts();
  const app = await createApp({ kind: 'control' }, made);
  t.deepEqual((await app.inject('/readyz')).json(), {
    ready: true,
    components: { log: { ready: true }, symbols: { ready: true } },
  });
  report({ kind: 'component', name: 'kafka', ready: false, reason: 'no broker answers' });
  const waiting = await app.inject('/readyz');
  t.is(waiting.statusCode, 503);
  t.like(waiting.json(), {
    ready: false,
    reason: 'not ready: kafka',
    components: { kafka: { ready: false, reason: 'no broker answers' } },
  });
  report({ kind: 'component', name: 'kafka', ready: true });
  t.is((await app.inject('/readyz')).statusCode, 200);
  report({ kind: 'draining', reason: 'SIGTERM', deadlineMs: 30_000 });
  const draining = await app.inject('/readyz');
  t.is(draining.statusCode, 503);
  t.is(draining.json<{ reason: string }>().reason, 'draining');
  t.is((await app.inject('/livez')).statusCode, 200);
});

test('symbols can be searched, limited, taken by list, and ordered by trouble', async t => {
  const app = await createApp({ kind: 'control' }, parts());
  const ask = async (query: string) => {
    const answer = await app.inject(`/api/v1/symbols${query}`);
    return { status: answer.statusCode, total: answer.headers['x-total-count'], body: answer.json<SymbolStatus[]>() };
  };
  const all = await ask('');
  t.is(all.body.length, 28);
  t.deepEqual([all.body[0]?.symbol, all.body[0]?.feed, all.body[1]?.feed], ['AAPL', 'daily', 'quotes']);
  const worst = await ask('?worstFirst=true&limit=5');
  t.is(worst.total, '28');
  t.deepEqual(
    worst.body.map(({ state }) => state),
    ['failing', 'failing', 'failing', 'failing', 'overdue'],
  );
  t.deepEqual([...new Set((await ask('?search=brk')).body.map(({ symbol }) => symbol))], ['BRK.B']);
  t.true((await ask('?list=mine')).body.every(({ lists }) => lists.includes('mine')));
  t.deepEqual((await ask('?search=nothing')).body, []);
  for (const wrong of ['?limit=0', '?limit=many', '?worstFirst=perhaps', '?colour=red', `?search=${'x'.repeat(65)}`])
    t.is((await ask(wrong)).status, 400, wrong);
});

test('on loopback a request under another name is turned away: that is how DNS rebinding looks', async t => {
  const app = await createApp(loopback, parts());
  const status = async (host: string, url = '/api/v1/status') =>
    (await app.inject({ url, headers: { host } })).statusCode;
  for (const host of ['localhost', 'localhost:8787', '127.0.0.1:8787', '[::1]:8787', '[::1]', 'LOCALHOST:1'])
    t.is(await status(host), 200, host);
  for (const host of ['evil.example', 'evil.example:8787', 'localhost.evil.example', '127.0.0.1.nip.io', '[::2]:8787'])
    t.is(await status(host), 421, host);
  t.is(await status('evil.example', '/'), 421);
  t.is(await status('evil.example', '/livez'), 421);
});

test('over the network data needs the token, probes and the empty page do not', async t => {
  const app = await createApp(network, parts());
  const status = async (url: string, authorization?: string) => {
    const headers = { host: 'fl.example', ...(authorization ? { authorization } : {}) };
    return (await app.inject({ url, headers })).statusCode;
  };
  for (const url of ['/livez', '/readyz', '/', '/app.js']) t.is(await status(url), 200, url);
  const data = ['/metrics', '/api/v1/status', '/api/v1/symbols', '/api/v1/quota', '/api/v1/feeds', '/api/v1/nothing'];
  for (const url of data) {
    t.is(await status(url), 401, url);
    t.is(await status(url, 'Bearer canary-token-2'), 401);
    t.is(await status(url, 'Bearer canary-token-1x'), 401);
    t.is(await status(url, 'Basic canary-token-1'), 401);
    t.not(await status(url, 'Bearer canary-token-1'), 401);
  }
  const open = await createApp({ ...network, readOnly: true }, parts());
  t.is((await open.inject({ url: '/api/v1/status', headers: { host: 'fl.example' } })).statusCode, 200);
});

test('every answer forbids what the page does not need', async t => {
  const app = await createApp(loopback, parts());
  for (const [host, url] of [
    ['localhost', '/'],
    ['localhost', '/api/v1/status'],
    ['localhost', '/nothing'],
    ['evil.example', '/'],
  ] as const) {
    const { headers } = await app.inject({ url, headers: { host, origin: 'http://evil.example' } });
    t.regex(String(headers['content-security-policy']), /default-src 'self'/, url);
    t.is(headers['x-content-type-options'], 'nosniff');
    t.is(headers['access-control-allow-origin'], undefined);
  }
});

test('what is no request, or asks for no path, is answered in the same shape and with the same headers', async t => {
  const { url } = await started(t, options());
  const port = Number(new URL(url).port);
  const answerTo = async (request: string): Promise<string> => {
    const socket = connect(port, '127.0.0.1');
    socket.end(request);
    return await text(socket);
  };
  const head = 'GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n';
  t.regex(await answerTo(`${head}\r\n`), /^HTTP\/1\.1 200 /);
  for (const [request, status] of [
    ['GET /%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', 400],
    ['garbage\r\n\r\n', 400],
    [`${head}X: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    [`${head}Host: evil.example\r\n\r\n`, 400],
  ] as const) {
    const [headers = '', body = ''] = (await answerTo(request)).split('\r\n\r\n');
    t.regex(headers, new RegExp(`^HTTP/1\\.1 ${status} `), request.slice(0, 40));
    t.regex(headers, /^content-security-policy: default-src 'self'/im, request.slice(0, 40));
    t.regex(headers, /^cache-control: no-store/im);
    t.deepEqual(Object.keys(JSON.parse(body) as object), ['error', 'message'], body);
  }
});

test('a body over 64 KiB is refused', async t => {
  const app = await createApp({ kind: 'control' }, parts());
  const post = async (length: number) =>
    (await app.inject({ method: 'POST', url: '/livez', payload: { text: 'x'.repeat(length) } })).statusCode;
  t.is(await post(65_000), 404);
  t.is(await post(66_000), 413);
});

test('an answer that fails says nothing of its cause to the client and all of it to the log', async t => {
  const { view } = fakeView(handClock());
  const made = parts({
    view: {
      ...view,
      status: () => {
        throw new Error(`index 7 is broken near ${secret}`);
      },
    },
  });
  const app = await createApp(loopback, made);
  const { statusCode, body } = await app.inject({ url: '/api/v1/status?x=1', headers: { host: 'localhost' } });
  t.is(statusCode, 500);
  t.notRegex(body, /index 7/);
  const line = made.lines.find(text => text.includes('could not be answered'))!;
  t.regex(line, /index 7 is broken near \*\*\*/);
  t.notRegex(line, /x=1/);
});

test('secrets come out of no route, and what they leave is still JSON', async t => {
  const made = parts();
  made.report({ kind: 'source-stopped', source: 'alphavantage', reason: `the key ${secret} is "wrong"` });
  made.report({ kind: 'component', name: 'log', ready: false, reason: `at https://x/?apikey=${secret}` });
  const app = await createApp({ kind: 'control' }, made);
  let answers = '';
  for (const url of ['/metrics', '/', '/api/v1/openapi.json', `/${secret}`, `/api/v1/symbols?limit=${secret}`])
    answers += (await app.inject(url)).body;
  for (const { path } of routes) {
    const answer = await app.inject(path);
    t.notThrows(() => answer.json<unknown>());
    answers += answer.body;
  }
  t.notRegex(answers, /canary/);
  t.true(answers.includes('the key *** is \\"wrong\\"'));
});

test('both doors answer, and nothing is left after closing', async t => {
  const given = options();
  const server = await started(t, given);
  t.regex(server.url, /^http:\/\/127\.0\.0\.1:\d+$/);
  t.is((await fetch(`${server.url}/livez`)).status, 200);
  const overSocket = await askControl(given.logPath, '/api/v1/status');
  t.is(overSocket?.status, 200);
  t.like(overSocket?.body, { instance: 'fl-1', ready: true });
  await server.close();
  await server.close();
  t.is(await askControl(given.logPath, '/api/v1/status'), undefined);
  t.throws(() => statSync(join(given.logPath, 'control.sock')), { code: 'ENOENT' });
  await t.throwsAsync(fetch(`${server.url}/livez`));
});

test.serial('only the user can open the control socket, whatever the umask', async t => {
  const before = process.umask(0);
  const given = options();
  await started(t, given);
  t.is(process.umask(before), 0, 'the umask is as it was');
  t.is((statSync(join(given.logPath, 'control.sock')).mode & 0o777).toString(8), '600');
});

test('over the socket no token is needed, even where the network needs one', async t => {
  const given = options({ host: '0.0.0.0', token: 'canary-token-1' });
  const server = await started(t, given);
  t.is((await askControl(given.logPath, '/api/v1/quota'))?.status, 200);
  t.is((await fetch(`${server.url.replace('0.0.0.0', '127.0.0.1')}/api/v1/quota`)).status, 401);
});

test('the network without a token is refused, unless reading is for all', async t => {
  await t.throwsAsync(createServer(options({ host: '0.0.0.0' })), { message: /set http\.token/ });
  await t.notThrowsAsync(started(t, options({ host: '0.0.0.0', readOnly: true })));
});

test('a taken port is one clear error, and the control socket is gone with it', async t => {
  const taken = createNetServer().listen(0, '127.0.0.1');
  t.teardown(() => taken.close());
  await once(taken, 'listening');
  const address = taken.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const given = options({ port });
  const error = await t.throwsAsync(createServer(given), { code: 'EADDRINUSE' });
  t.is(
    error.message,
    `port ${port} on 127.0.0.1 is taken: stop what listens there, or set http.port (0 takes a free one)`,
  );
  t.is(await askControl(given.logPath, '/livez'), undefined);
  t.throws(() => statSync(join(given.logPath, 'control.sock')), { code: 'ENOENT' });
});

test('a second instance on the same log is turned away, and the first still answers', async t => {
  const given = options();
  await started(t, given);
  await t.throwsAsync(createServer({ ...options(), logPath: given.logPath }), {
    code: 'EADDRINUSE',
    message: /another instance already runs/,
  });
  t.is((await askControl(given.logPath, '/livez'))?.status, 200);
});

test('the socket of a killed process is replaced', async t => {
  const given = options();
  const path = join(given.logPath, 'control.sock');
  const script = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.stdout.write('up'))`;
  const other = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(other.stdout, 'data');
  other.kill('SIGKILL');
  await once(other, 'exit');
  t.true(statSync(path).isSocket(), 'it was left behind');
  t.is(await askControl(given.logPath, '/livez'), undefined);
  await started(t, given);
  t.is((await askControl(given.logPath, '/livez'))?.status, 200);
});

test('a file of the socket’s name is left alone and named', async t => {
  const given = options();
  writeFileSync(join(given.logPath, 'control.sock'), 'mine');
  await t.throwsAsync(createServer(given), { message: /is in the way and is no socket/ });
  t.is(statSync(join(given.logPath, 'control.sock')).size, 4);
});

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('a log directory whose path is longer than a socket address works all the same', async t => {
  for (const length of [94, 95, 96, 150, 240]) {
    const short = folder();
    const logPath = join(short, 'd'.repeat(length - short.length - 1));
    mkdirSync(logPath);
    const server = await started(t, { ...options(), logPath });
    t.true(statSync(join(logPath, 'control.sock')).isSocket(), `${length}`);
    t.is((await askControl(logPath, '/livez'))?.status, 200);
    await server.close();
    t.throws(() => statSync(join(logPath, 'control.sock')), { code: 'ENOENT' });
    t.is(await askControl(logPath, '/livez'), undefined);
    rmSync(short, { recursive: true });
  }
});

test('asking where no log is, is no error', async t => {
  t.is(await askControl(join(folder(), 'nothing'), '/livez'), undefined);
});

test('what answers on the socket but is no instance is an error for people', async t => {
  const logPath = folder();
  const odd = createNetServer(socket => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello'));
  t.teardown(() => odd.close());
  odd.listen(join(logPath, 'control.sock'));
  await once(odd, 'listening');
  await t.throwsAsync(askControl(logPath, '/livez'), { message: /does not answer/ });
});
