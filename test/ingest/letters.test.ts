import test from 'ava';
import { maxRecent, recentLetters } from '../../src/ingest/recent-letters.js';
import { redactor } from '../../src/metrics/redactor.js';
import type { Quote } from '../../src/records/observation.js';
import type { RejectedRow } from '../../src/sources/outcome.js';
import type { Call } from './world.js';
import { start, world } from './world.js';

const minute = 60_000;

/** Sixty of the longest symbols: joined they are longer than a key of the log may be. */
const symbols = Array.from({ length: 60 }, (_, at) => `LONG${'X'.repeat(26)}${String(at).padStart(2, '0')}`);

const quotesOf = ({ work, atMs }: Call): Quote[] =>
  work.symbols.map(symbol => ({
    kind: 'quote',
    symbol,
    time: new Date(Math.floor(atMs / minute) * minute).toISOString(),
    date: '2026-03-10',
    price: '10',
  }));

const bulk = { symbols, quotes: true, maxSymbols: 60, concurrency: 1 } as const;
const badRow = (text: string): RejectedRow => ({
  code: 'bad-number',
  detail: `price is not a number: ${text}`,
  row: `price=${text}`,
});

test('a malformed answer to a call of sixty long symbols is a dead letter of the feed', async t => {
  const { time, records, log, ended, stop } = world({
    ...bulk,
    answer: () => ({ kind: 'malformed', detail: 'no block of quotes' }),
  });
  await time.advance(minute);
  t.is(ended(), 'running');
  stop();
  const letters = log.ends('dead').flatMap(({ partition }) => log.read('dead', partition, 0, 1 << 30));
  t.deepEqual(
    letters.map(({ key }) => key),
    ['feed'],
  );
  const [{ origin } = { origin: undefined }] = records('dead') as unknown as { origin: { symbol: string } }[];
  t.regex(origin!.symbol, /^LONGX+00,LONGX+01,.*…$/);
  t.true(origin!.symbol.length <= 201);
});

test('a malformed answer after failures of another kind has its dead letter, and those that follow it have none until one is good', async t => {
  const kinds = ['unavailable', 'malformed', 'unavailable', 'malformed', 'empty', 'malformed', 'malformed'] as const;
  const { time, calls, records, stop } = world({
    symbols: ['A'],
    answer: () => ({ kind: kinds[calls.length - 1] ?? 'malformed', detail: 'nonsense' }),
  });
  for (const letters of [0, 1, 1, 1, 1, 2, 2]) {
    const before = calls.length;
    while (calls.length === before) await time.advance(1_000);
    await time.advance(500);
    t.is(records('dead').length, letters, `after ${calls.length} calls`);
  }
  stop();
});

test('a row that stays wrong in calls of several symbols is one dead letter, also after a restart', async t => {
  const answer = (call: Call) =>
    ({ kind: 'records', observations: quotesOf(call), rejected: [badRow('x'), badRow('y')] }) as const;
  const first = world({ ...bulk, answer });
  await first.time.advance(5 * minute);
  first.stop();
  t.true(first.calls.length >= 5, `${first.calls.length}`);
  t.is(first.records('dead').length, 2);
  const settled = first.events.flatMap(event => (event.kind === 'settled' ? [event.rejected] : []));
  t.deepEqual(settled.slice(0, 3), [2, 0, 0], 'counted where they are written');
  t.is(first.events.filter(({ kind }) => kind === 'dead-letter').length, 1);

  const rows = [badRow('x'), badRow('z')];
  const second = world({
    ...bulk,
    reopened: first.log,
    startMs: start + 10 * minute,
    answer: call => ({ kind: 'records', observations: quotesOf(call), rejected: rows }),
  });
  await second.time.advance(13 * minute);
  second.stop();
  t.is(second.records('dead').length, 3, 'the new one');
});

test('more wrong rows than are remembered are letters once, and one that counts the rest', async t => {
  const rejected = Array.from({ length: maxRecent + 50 }, (_, at) => badRow(`x${at}`));
  const { time, records, calls, events, stop } = world({
    ...bulk,
    answer: call => ({ kind: 'records', observations: quotesOf(call), rejected }),
  });
  await time.advance(4 * minute);
  stop();
  t.true(calls.length >= 4, `${calls.length}`);
  const letters = records('dead');
  t.is(letters.length, maxRecent);
  t.deepEqual(
    letters.flatMap(({ code, detail }) => (code === 'too-many' ? [detail] : [])),
    ['51 more rows are wrong'],
  );
  t.is(events.filter(({ kind }) => kind === 'dead-letter').length, 2, 'one for each reason');
});

test('a letter that comes with every poll stays known, however many others come once', t => {
  const recent = recentLetters('source', 'feed', () => undefined);
  t.true(recent.isNew('always'));
  for (let at = 0; at < 3 * maxRecent; at++) {
    t.true(recent.isNew(`once ${at}`));
    t.false(recent.isNew('always'));
  }
  const [, stored] = recent.state();
  t.is((JSON.parse(Buffer.from(stored!).toString()) as string[]).length, maxRecent);
  const again = recentLetters('source', 'feed', key => (key === 'letters/source|feed' ? stored : undefined));
  t.false(again.isNew('always'));
  t.true(again.isNew('once 0'));
});

const key = 'CANARYKEY1234567';
const said = `{"Information":"your API key as ${key} is not known"}`;
const wide = (bytesEach: 2 | 4, isBig: boolean, text: string): Buffer => {
  const bytes = Buffer.alloc(text.length * bytesEach);
  for (let at = 0; at < text.length; at++)
    if (isBig) bytes.writeUInt16BE(text.charCodeAt(at), (at + 1) * bytesEach - 2);
    else bytes.writeUInt16LE(text.charCodeAt(at), at * bytesEach);
  return bytes;
};
const codings: Readonly<Record<string, Buffer>> = {
  'UTF-8': Buffer.from(said),
  'UTF-16LE with its mark': wide(2, false, `\ufeff${said}`),
  'UTF-16BE with its mark': wide(2, true, `\ufeff${said}`),
  'UTF-16LE': wide(2, false, said),
  'UTF-16BE': wide(2, true, said),
  'UTF-32LE with its mark': wide(4, false, `\ufeff${said}`),
  'UTF-32BE': wide(4, true, said),
  'UTF-16LE behind UTF-8': Buffer.concat([Buffer.from('<html>'), wide(2, false, said)]),
};

for (const [coding, body] of Object.entries(codings))
  test(`a key that comes back as ${coding} is not in the dead letter`, async t => {
    const { time, records, stop } = world({
      symbols: ['A'],
      edge: async () => ({ status: 200, headers: {}, body }),
      redact: redactor([key]).text,
      answer: () => ({ kind: 'malformed', detail: 'not what was asked for' }),
    });
    await time.advance(1_000);
    stop();
    const [letter] = records('dead') as [{ payload: string }] | [];
    t.regex(letter!.payload, /your API key as \*\*\* is not known/);
  });
