import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import anyTest, { type ExecutionContext } from 'ava';
import { config, key } from './polling-config.js';
import { scratch, start, tail, until } from './program.js';
import { simulated } from './simulated.js';

/** One after the other: each is a world of its own with two processes. */
const test = anyTest.serial;

const lines = (text: string): number => text.trim().split('\n').length;

async function listening(t: ExecutionContext, listener: Parameters<typeof createServer>[1]): Promise<number> {
  const server = createServer(listener);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

test('a taken port gives exit 3 and says which one and what to do', async t => {
  const simulator = await simulated(t, {});
  const port = await listening(t, (_, response) => response.end());
  const cwd = scratch(t, { 'financelake.yaml': config(simulator.url).replace('port: 0', `port: ${port}`) });
  const run = start(t, ['run'], { cwd });
  t.is(await run.ended, 3);
  const said = run
    .err()
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as { level: string; msg: string });
  t.is(said.at(-1)?.level, 'error');
  t.regex(said.at(-1)!.msg, new RegExp(`port ${port} on 127`));
});

test('a taken port of the simulator is named with the options that move it', async t => {
  const port = await listening(t, (_, response) => response.end());
  const cwd = scratch(t, { 'financelake.yaml': `${config('http://127.0.0.1:9')}\nsimulator: { port: ${port} }` });
  const run = start(t, ['run'], { cwd });
  t.is(await run.ended, 3);
  t.regex(run.err(), new RegExp(`port ${port} on 127.0.0.1 is taken: .*simulator.port`));
});

test('a scenario that does not exist is a bad configuration, exit 2', async t => {
  const cwd = scratch(t, { 'financelake.yaml': `${config('http://127.0.0.1:9')}\nsimulator: { scenario: sunny }` });
  const run = start(t, ['run'], { cwd });
  t.is(await run.ended, 2);
  t.regex(run.err(), /sunny/);
});

test('a second start on the same log gives exit 3, names the first, and leaves it alone', async t => {
  const simulator = await simulated(t, {});
  const cwd = scratch(t, { 'financelake.yaml': config(simulator.url) });
  const first = start(t, ['run'], { cwd });
  await until('the first has records', () => (simulator.all.length > 5 ? true : undefined));
  const second = start(t, ['run'], { cwd });
  t.is(await second.ended, 3);
  t.true(second.err().includes(String(first.pid)), second.err());
  t.true(lines(second.err()) <= 5);
  const before = simulator.all.length;
  await until('the first goes on', () => (simulator.all.length > before ? true : undefined));
  first.signal('SIGTERM');
  t.is(await first.ended, 0);
});

test('after SIGHUP changed limits hold, what else was changed is named, and the instance goes on until it is drained', async t => {
  const simulator = await simulated(t, {});
  const cwd = scratch(t, { 'financelake.yaml': config(simulator.url) });
  const run = start(t, ['run'], { cwd });
  await until('it has records', () => (simulator.all.length > 2 ? true : undefined));
  const changed = config(simulator.url).replace('requests: 50', 'requests: 40').replace('every: 2s', 'every: 3s');
  writeFileSync(join(cwd, 'financelake.yaml'), changed);
  run.signal('SIGHUP');
  const said =
    'SIGHUP: sources.av.limits taken over; lists in files are looked at; a restart is needed for feeds.minutes.every';
  await until('it says so', () => (run.err().includes(said) ? true : undefined));
  await until('the source has them', () => (run.err().includes('its limits are 40/1s from now on') ? true : undefined));
  run.signal('SIGTERM');
  t.is(await run.ended, 0);
});

test('HTML in the place of an answer is named, gives exit 1 and no record', async t => {
  const port = await listening(t, (_, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!DOCTYPE html><title>Application Error</title>');
  });
  const cwd = scratch(t, { 'financelake.yaml': config(`http://127.0.0.1:${port}`) });
  const run = start(t, ['run', '--once'], { cwd });
  t.is(await run.ended, 1);
  for (const line of run.err().trim().split('\n')) t.notThrows(() => void JSON.parse(line), line);
  t.regex(run.err(), /"level":"error".*minutes AAPL: unavailable \(.*HTML/);
  t.deepEqual(await tail(t, cwd, 'market.bars'), []);
});

test('a gzip bomb of 1 GiB is an outcome with a reason, in bounded memory', async t => {
  // Members of a gzip file may follow one another: 1,024 times a mebibyte of blanks.
  const mebibyte = gzipSync(Buffer.alloc(1 << 20, 0x20));
  const port = await listening(t, (_, response) => {
    response.setHeader('content-encoding', 'gzip');
    response.setHeader('content-type', 'application/json');
    response.end(Buffer.concat(Array<Buffer>(1_024).fill(mebibyte)));
  });
  const cwd = scratch(t, { 'financelake.yaml': config(`http://127.0.0.1:${port}`) });
  const run = start(t, ['run', '--once'], { cwd });
  let peakKb = 0;
  const watch = setInterval(() => {
    try {
      peakKb = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${run.pid}/status`, 'utf8'))?.[1] ?? peakKb);
    } catch {
      clearInterval(watch);
    }
  }, 50);
  t.is(await run.ended, 1);
  clearInterval(watch);
  t.regex(run.err(), /minutes AAPL: malformed \(too-large/);
  t.true(peakKb > 0 && peakKb < 500_000, `${peakKb} kB`);
});

test('a key that every refusal repeats is found nowhere: not in logs, records, metrics, state or page', async t => {
  const faults = {
    'refuse-day': 0.1,
    'refuse-burst': 0.1,
    html: 0.1,
    'malformed-json': 0.1,
    reset: 0.05,
    redirect: 0.05,
  };
  const simulator = await simulated(t, { faults, plan: { perMinute: 60 } });
  const cwd = scratch(t, { 'financelake.yaml': config(simulator.url, 'logging: { level: debug }') });
  const run = start(t, ['run'], { cwd });
  const url = await until(
    'it listens',
    () => /http:\/\/127\.0\.0\.1:\d+/.exec(run.err().replaceAll(simulator.url, ''))?.[0],
  );
  await until(
    'refusals came',
    () => {
      const { faults: met } = simulator.counts();
      return (met['refuse-day'] ?? 0) + (met['refuse-burst'] ?? 0) > 0 && (met['malformed-json'] ?? 0) > 0
        ? true
        : undefined;
    },
    40_000,
  ).catch(() => undefined);
  const pages = ['/', '/metrics', '/readyz', '/api/v1/status', '/api/v1/symbols', '/api/v1/quota', '/api/v1/feeds'];
  const texts = await Promise.all(pages.map(async page => (await fetch(url + page)).text()));
  run.signal('SIGTERM');
  await run.ended;
  const files = readdirSync(join(cwd, 'log')).map(name => readFileSync(join(cwd, 'log', name), 'latin1'));
  const letters = JSON.stringify(await tail(t, cwd, 'market.dead-letters'));
  const found = { err: run.err(), out: run.out(), pages: texts.join(), files: files.join(), letters };
  for (const [where, text] of Object.entries(found)) t.false(text.includes(key), where);
  t.true(found.err.length > 1_000 && found.files.length > 10_000);
});

test('a free plan is respected to the call over kill -9 and restart', async t => {
  const simulator = await simulated(t, { plan: 'free' });
  const limits =
    'limits: [{ requests: 1, per: 1s }, { requests: 25, per: 1d, resetsAt: "00:00", zone: America/New_York }], concurrency: 1';
  const text = config(simulator.url).replace(/limits: .*concurrency: 4/, limits);
  const cwd = scratch(t, { 'financelake.yaml': text });
  for (const callsUntilKill of [4, 8]) {
    const run = start(t, ['run'], { cwd });
    await until(
      `${callsUntilKill} calls`,
      () => (simulator.counts().calls >= callsUntilKill ? true : undefined),
      30_000,
    );
    run.signal('SIGKILL');
    await run.ended;
  }
  const run = start(t, ['run'], { cwd });
  await until('the day is spent', () => (simulator.counts().calls >= 23 ? true : undefined), 60_000);
  await new Promise(resolve => setTimeout(resolve, 3_000));
  const { calls, violations, refused } = simulator.counts();
  t.true(calls <= 25, `${calls}`);
  t.true(calls >= 23, 'at most one call a kill is counted and not made');
  t.is(violations, 0);
  t.is(refused.second + refused.minute + refused.day, 0);
  const quota = start(t, ['quota'], { cwd });
  t.is(await quota.ended, 0);
  t.regex(quota.out(), /25\/1d +2[345]/);
  run.signal('SIGTERM');
  t.is(await run.ended, 0);
});
