import { connect } from 'node:net';
import { gunzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { createFaults, type FaultName, faults } from '../../src/simulator/faults.js';
import { type Started, started } from './started.js';

const series = 'function=TIME_SERIES_INTRADAY&symbol=AAPL&interval=1min';

/** What a client without any help sees: every byte until the connection ends, or until `enough` of them have come. */
function raw(
  { simulator }: Started,
  query: string,
  enough = Number.POSITIVE_INFINITY,
): Promise<{ text: Buffer; error: string }> {
  return new Promise(resolve => {
    const parts: Buffer[] = [];
    let error = '';
    const socket = connect(simulator.port, '127.0.0.1', () => {
      socket.write(`GET /query?${query}&apikey=k HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    });
    socket.on('data', (part: Buffer) => {
      parts.push(part);
      if (Buffer.concat(parts).length >= enough) socket.destroy();
    });
    socket.on('error', (failure: NodeJS.ErrnoException) => {
      error = failure.code ?? '';
    });
    socket.on('close', () => resolve({ text: Buffer.concat(parts), error }));
  });
}

const refusal =
  (status: number, pattern: RegExp) =>
  async (t: ExecutionContext, { get }: Started) => {
    const answer = await get(series);
    t.is(answer.status, status);
    t.regex(await answer.text(), pattern);
  };

const seen: Record<FaultName, (t: ExecutionContext, started: Started) => Promise<void>> = {
  async reset(t, simulated) {
    const { text, error } = await raw(simulated, series);
    t.is(text.length, 0);
    t.is(error, 'ECONNRESET');
  },
  'refuse-burst': refusal(200, /"Information": "Burst pattern detected/),
  'refuse-minute': refusal(200, /"Information": "Minute-level rate limit exceed/),
  'refuse-note': refusal(200, /"Note": "Thank you/),
  'refuse-day': refusal(200, /"Information": "We have detected your API key as k /),
  unavailable: refusal(503, /<title>Application Error/),
  forbidden: refusal(403, /<html>/),
  html: refusal(200, /^<!DOCTYPE html>/),
  'empty-object': refusal(200, /^\{\}$/),
  async 'retry-after-seconds'(t, { get }) {
    const answer = await get(series);
    t.deepEqual([answer.status, answer.headers.get('retry-after')], [429, '2']);
  },
  async 'retry-after-date'(t, { get, startMs }) {
    const answer = await get(series);
    t.is(answer.status, 429);
    t.is(answer.headers.get('retry-after'), new Date(startMs + 2000).toUTCString());
  },
  async banned(t, { get }) {
    const answer = await get(series);
    t.deepEqual([answer.status, answer.headers.get('retry-after')], [418, '120']);
  },
  async redirect(t, { get, simulator }) {
    const answer = await get(series);
    t.deepEqual([answer.status, answer.headers.get('location')], [302, `http://127.0.0.1:${simulator.port + 1}/query`]);
  },
  async 'gzip-bomb'(t, simulated) {
    const { text } = await raw(simulated, series);
    const body = text.subarray(text.indexOf('\r\n\r\n') + 4);
    t.true(body.length < 700_000);
    t.is(gunzipSync(body.subarray(0, body.length / 512)).length, 1024 * 1024);
  },
  async 'cut-length'(t, simulated) {
    const { text, error } = await raw(simulated, series);
    const promised = Number(/Content-Length: (\d+)/.exec(text.toString())![1]);
    t.is(text.length - text.indexOf('\r\n\r\n') - 4, Math.ceil(promised / 2));
    t.is(error, '');
  },
  async 'cut-chunked'(t, simulated) {
    const { text } = await raw(simulated, series);
    t.regex(text.toString(), /Transfer-Encoding: chunked/);
    t.true(text.length > 5000);
    t.false(text.toString().endsWith('0\r\n\r\n'));
  },
  async stalled(t, simulated) {
    const { text } = await raw(simulated, series, 9000);
    const promised = Number(/Content-Length: (\d+)/.exec(text.toString())![1]);
    t.true(text.length < promised);
  },
  async 'malformed-json'(t, { text }) {
    const body = await text(series);
    t.throws(() => JSON.parse(body) as unknown, { instanceOf: SyntaxError });
  },
  async 'renamed-key'(t, { text }) {
    t.regex(
      await text('function=GLOBAL_QUOTE&symbol=AAPL'),
      /"Global Quote - DATA DELAYED BY 15 MINUTES": \{\s+"01. symbol"/,
    );
    t.regex(await text(series), /"Time Series \(1min\)": /);
  },
  async 'artificial-rows'(t, { text }) {
    t.regex(
      await text('function=REALTIME_BULK_QUOTES&symbol=AAPL'),
      /"message": "This is a premium endpoint.*ARTIFICIAL/,
    );
  },
  async 'empty-listing'(t, { text }) {
    t.is(await text('function=LISTING_STATUS'), 'symbol,name,exchange,assetType,ipoDate,delistingDate,status\r\n');
  },
  async 'short-listing'(t, { text }) {
    t.is((await text('function=LISTING_STATUS')).trimEnd().split('\r\n').length, 3);
  },
  async slow(t, simulated) {
    const body = simulated.text(series);
    t.is(simulated.simulator.served().length, 0);
    t.regex(await body, /"1. open"/);
    t.is(simulated.simulator.served().length, 1);
  },
  async gzip(t, { get }) {
    const answer = await get(series);
    t.is(answer.headers.get('content-encoding'), 'gzip');
    t.regex(await answer.text(), /"Time Series \(1min\)"/);
  },
};

const readable: readonly FaultName[] = ['renamed-key', 'slow', 'gzip'];

for (const fault of Object.keys(faults) as FaultName[]) {
  test(`a plain client sees the fault ${fault}`, async t => {
    const simulated = await started(t, { faults: { [fault]: 1 }, slowMs: 30 });
    await seen[fault](t, simulated);
    t.true(simulated.simulator.counts().faults[fault]! >= 1);
    if (!readable.includes(fault)) t.is(simulated.simulator.counts().served, 0);
  });
}

test('an answer that its client gave up is not served, though nothing was wrong with it', async t => {
  const simulated = await started(t);
  await raw(simulated, `${series}&outputsize=full`, 1);
  await simulated.text('function=GLOBAL_QUOTE&symbol=AAPL');
  t.deepEqual(
    simulated.simulator.served().map(served => served.function),
    ['GLOBAL_QUOTE'],
  );
});

test('what happens to a call depends on the seed and its number for its symbol, not on what other symbols do', t => {
  const scenario = { faults: { html: 0.2, reset: 0.1 }, schedule: [] };
  const alone = createFaults(5, 0, scenario);
  const crowd = createFaults(5, 0, scenario);
  const other = createFaults(6, 0, scenario);
  const fate = (of: typeof alone, symbol: string) => of.next('GLOBAL_QUOTE', symbol, 0);
  const expected = Array.from({ length: 300 }, () => fate(alone, 'AAPL'));
  const among = Array.from({ length: 300 }, () => {
    fate(crowd, 'IBM');
    crowd.next('TIME_SERIES_DAILY', 'AAPL', 0);
    return fate(crowd, 'AAPL');
  });
  t.deepEqual(among, expected);
  t.notDeepEqual(
    Array.from({ length: 300 }, () => fate(other, 'AAPL')),
    expected,
  );
  const count = (name: string): number => expected.filter(({ fault }) => fault === name).length;
  t.true(count('html') > 35 && count('html') < 80, `${count('html')}`);
  t.true(count('reset') > 15 && count('reset') < 50, `${count('reset')}`);
});

test('a scheduled fault strikes every call of its span, and comes again', t => {
  const schedule = [
    { fault: 'unavailable', afterMs: 100, forMs: 50, everyMs: 1000 },
    { fault: 'html', afterMs: 500, forMs: 10, everyMs: 0 },
    { fault: 'empty-listing', afterMs: 0, forMs: 5000, everyMs: 0 },
  ] as const;
  const { next } = createFaults(1, 10_000, { faults: {}, schedule });
  const at = (ms: number): FaultName | undefined => next('GLOBAL_QUOTE', 'X', 10_000 + ms).fault;
  t.deepEqual([0, 99, 100, 149, 150, 500, 509, 510, 1099, 1100, 1149, 1150, 1500, 2120].map(at), [
    undefined,
    undefined,
    'unavailable',
    'unavailable',
    undefined,
    'html',
    'html',
    undefined,
    undefined,
    'unavailable',
    'unavailable',
    undefined,
    undefined,
    'unavailable',
  ]);
  t.is(next('LISTING_STATUS', '', 10_001).fault, 'empty-listing');
});
