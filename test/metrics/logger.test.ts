import test from 'ava';
import fc from 'fast-check';
import { VirtualTimeScheduler } from 'rxjs';
import { createLogger } from '../../src/metrics/logger.js';
import { createProgress, progressText } from '../../src/metrics/progress.js';
import { redactor } from '../../src/metrics/redactor.js';
import type { FilesStatus } from '../../src/metrics/view.js';
import { count, fromNow, instant, many, plain, size, span } from '../../src/metrics/wording.js';
import type { Time } from '../../src/streams/time.js';
import { runs } from '../property-runs.js';
import { fakeView, handClock, someEvents, startMs } from './fake-view.js';

function logging({ format = 'json' as 'json' | 'text', colour = false, secrets = [] as string[] }) {
  const lines: string[] = [];
  const out = { write: (line: string) => lines.push(line) };
  return { lines, logger: createLogger({ level: 'info', format, colour, redact: redactor(secrets), out }) };
}

test('for machines a line is one JSON object with ISO time, level by name and message', t => {
  const { lines, logger } = logging({});
  logger.warn({ source: 'alphavantage', n: 3 }, 'two\nlines');
  logger.debug('not asked for');
  t.is(lines.length, 1);
  t.true(lines[0]!.endsWith('}\n'));
  const { time, ...rest } = JSON.parse(lines[0]!) as Record<string, unknown>;
  t.deepEqual(rest, { level: 'warn', source: 'alphavantage', n: 3, msg: 'two\nlines' });
  t.regex(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

test('for people a line is text; colour only if asked for', t => {
  const plainly = logging({ format: 'text' });
  plainly.logger.info({ port: 8787, event: undefined }, 'listening');
  t.regex(plainly.lines[0]!, /^\d\d:\d\d:\d\d\.\d{3} INFO {2}listening port=8787\n$/);
  plainly.logger.warn({ event: 'late', feed: 'daily' }, 'daily: 3 overdue');
  t.regex(plainly.lines[1]!, /WARN {2}daily: 3 overdue\n$/);
  const coloured = logging({ format: 'text', colour: true });
  coloured.logger.error('broken');
  t.true(coloured.lines[0]!.includes('\u001b[31m'));
  t.false(plainly.lines.join('').includes('\u001b'));
});

test('a vendor’s text cannot move the cursor, break the line or fake one', t => {
  const { lines, logger } = logging({ format: 'text' });
  logger.info({ detail: 'a\u001b[2Jb' }, 'x\r\n12:00:00.000 ERROR forged\u0007');
  t.is(lines.length, 1);
  t.is(lines[0]!.split('\n').length, 2);
  t.notRegex(lines[0]!.trimEnd(), /\p{Cc}/u);
});

test('an error is logged with its stack, one frame a line', t => {
  const { lines, logger } = logging({ format: 'text' });
  logger.error({ err: new Error('odd') }, 'failed');
  t.regex(lines[0]!, /ERROR failed \nError: odd\n {4}at /);
});

test('a secret is redacted in messages, fields, keys, errors and URLs', t => {
  const secrets = ['s3cr+t/"x"', 'longer s3cr+t/"x"'];
  for (const format of ['json', 'text'] as const) {
    const { lines, logger } = logging({ format, secrets });
    logger.info(`with ${secrets[0]} and ${secrets[1]}`);
    logger.info({ deep: { list: [secrets[0]], [secrets[0]!]: 1 } }, 'fields');
    logger.info({ url: `https://x/?key=${encodeURIComponent(secrets[0]!)}` }, 'url');
    logger.info({ form: new URLSearchParams({ key: secrets[1]! }).toString() }, 'form');
    logger.error({ err: new Error(secrets[0]) }, 'error');
    t.notRegex(lines.join(''), /s3cr|s3cr%2Bt/, format);
    t.is(lines.length, 5);
    if (format === 'json') for (const line of lines) t.notThrows(() => void JSON.parse(line));
  }
});

test('whatever the secret and the text, the redacted JSON is JSON without the secret in its strings', t => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 4, maxLength: 12, unit: 'grapheme' }).filter(text => text.trim().length >= 4),
      fc.string(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      (secret, around, number) => {
        const { json } = redactor([secret]);
        const body = { text: around + secret.trim() + around, number, list: [secret.trim()] };
        const back = JSON.parse(json(JSON.stringify(body))) as typeof body;
        const hides = (text: string) => '***'.includes(secret.trim()) || !text.includes(secret.trim());
        // A short one is replaced only where it stands alone.
        const isShort = secret.trim().length < 8;
        return hides(back.list[0]!) && (isShort || around.includes('*') || secret.includes('*') || hides(back.text));
      },
    ),
    runs(100),
  );
  t.pass();
});

test('a secret of digits does not break numbers, and one of three characters is let be', t => {
  const { json, text } = redactor(['8787', 'abc', '', '  ']);
  t.is(json('{"port":8787,"said":"port 8787"}'), '{"port":8787,"said":"port ***"}');
  t.is(text('abcdef'), 'abcdef');
});

test('a short key is replaced only as a word of its own, and names of the configuration stay whole', t => {
  const { json, text } = redactor(['demo', 'test'], ['demo', 'test-daily', '/data/test']);
  t.is(text('the key test, "test" or key=test.'), 'the key ***, "***" or key=***.');
  const whole = 'source demo: contest, test-daily, test_2, demo.yaml, latest; the log in /data/test';
  t.is(text(whole), whole);
  const line = '{"source":"demo","feed":"test-daily","test":1,"msg":"a\\ntest"}';
  t.is(json(line), line.replace('\\ntest', '\\n***'));
  t.is(json('{"source":"demo"}'), '{"source":"demo"}');
});

test('a key of ordinary length is found in URLs, in JSON within text, in base64 at any place, and beside a name', t => {
  const secret = 'CANARY/4711+KEY';
  const { text, json } = redactor([secret], ['canary', 'CANARY']);
  const encoded = [
    secret,
    encodeURIComponent(secret),
    encodeURIComponent(secret).toLowerCase().replace('canary', 'CANARY').replace('key', 'KEY'),
    new URLSearchParams([['k', secret]]).toString(),
    secret.replace('/', '\\/'),
    'CANARY\\u002f4711\\u002bKEY',
    'CANARY\\u002F4711\\u002BKEY',
  ];
  for (const form of encoded) t.notRegex(text(`x${form}x`), /4711/, form);
  for (const before of ['', 'a', 'ab', 'abc'])
    for (const encoding of ['base64', 'base64url'] as const) {
      const whole = Buffer.from(`${before}${secret}xyz`).toString(encoding);
      const left = Buffer.from(text(whole).replace('***', ''), encoding).toString('latin1');
      t.notRegex(left, /471|CAN|KEY/, whole);
      t.true(text(whole).includes('***'), whole);
    }
  t.is(json(JSON.stringify({ feed: 'CANARY', err: secret })), '{"feed":"CANARY","err":"***"}');
});

test('the progress line is drawn each second and never mixes with log lines', t => {
  const virtual = new VirtualTimeScheduler(undefined, 2500);
  const time: Time = {
    now: () => virtual.now(),
    monotonicMs: () => virtual.now(),
    schedule: virtual.schedule.bind(virtual),
  };
  let written = '';
  let n = 0;
  const progress = createProgress(
    { columns: 20, write: text => (written += text) },
    time,
    () => `line ${n++} ${'x'.repeat(50)}`,
  );
  virtual.schedule(() => progress.write('a log line\n'), 1500);
  virtual.flush();
  const clear = '\r\u001b[2K';
  t.deepEqual(written.split(clear), [
    '',
    'line 0 xxxxxxxxxxx…',
    'line 1 xxxxxxxxxxx…',
    'a log line\nline 1 xxxxxxxxxxx…',
    'line 2 xxxxxxxxxxx…',
  ]);
  written = '';
  progress.stop();
  progress.stop();
  progress.write('after\n');
  virtual.maxFrames = 10_000;
  virtual.flush();
  t.is(written, `${clear}after\n`);
});

test('a progress line that a narrowed window has wrapped is cleared with all its rows, and no width breaks it', t => {
  const virtual = new VirtualTimeScheduler(undefined, 1500);
  const time: Time = {
    now: () => virtual.now(),
    monotonicMs: () => virtual.now(),
    schedule: virtual.schedule.bind(virtual),
  };
  const written: string[] = [];
  const terminal = { columns: 41, write: (text: string) => written.push(text) };
  const progress = createProgress(terminal, time, () => 'x'.repeat(40));
  virtual.schedule(() => {
    terminal.columns = 20;
    progress.write('a\n');
    for (const columns of [3, 2, 1, 0]) {
      terminal.columns = columns;
      progress.write('b\n');
    }
  }, 500);
  virtual.flush();
  t.deepEqual(written.slice(0, 6), [
    `\r\u001b[2K${'x'.repeat(40)}`,
    `\u001b[1A\r\u001b[Ja\n${'x'.repeat(18)}…`,
    '\u001b[6A\r\u001b[Jb\nx…',
    '\r\u001b[2Kb\n…',
    '\r\u001b[2Kb\n',
    '\r\u001b[2Kb\n',
  ]);
});

const noFiles: FilesStatus = { waiting: 0, progress: [], recent: [] };

test('the progress line says of the file that takes longest how far it is, how fast and how long', t => {
  const { view } = fakeView(handClock());
  const read = { dataset: 'bars', bytes: 9, rows: 1000 };
  const slow = { ...read, file: 'b.csv', share: 0.428, rowsPerSecond: 81_234.4, secondsLeft: 71.9 };
  const fast = { ...read, file: 'a.csv', share: 0.5, rowsPerSecond: 10, secondsLeft: 4 };
  const begun = { ...read, file: 'c.csv', share: 0, rowsPerSecond: 0 };
  const said = (progress: FilesStatus['progress'], waiting = 0): readonly string[] =>
    progressText(view.status(), { waiting, progress, recent: [] }, startMs, undefined).split(' · ').slice(0, 2);
  t.deepEqual(said([fast, slow], 2), ['b.csv 42%, 81,234 rows/s, 1 m 11 s left', '3 more files']);
  t.deepEqual(said([begun]), ['c.csv 0%, 0 rows/s', '0 records']);
  t.deepEqual(said([], 2), ['0 records', '0 calls']);
});

test('the progress line says what has come, what is left, how late it is, where to look and how to stop', t => {
  const time = handClock();
  const { view, report } = fakeView(time);
  for (const event of someEvents) report(event);
  t.is(
    progressText(view.status(), noFiles, startMs, 'http://127.0.0.1:8787'),
    '12,355 records · 4 calls · 4 left (25 per 1d) · 1 m 35 s behind · 28 series · http://127.0.0.1:8787 · Ctrl-C stops',
  );
  report({
    kind: 'quota',
    source: 'alphavantage',
    limit: '25 per 1d',
    used: 25,
    max: 25,
    resetsAtMs: startMs + 11_520_000,
  });
  t.regex(progressText(view.status(), noFiles, startMs, undefined), / · 0 left \(25 per 1d, more in 3 h 12 m\) · /);
});

test('durations, counts, sizes and instants read as people say them', t => {
  t.deepEqual([-5, 0, 999, 1000, 61_000, 3_600_000, 11_520_000, 86_400_000 * 3 + 7_200_000].map(span), [
    '0 ms',
    '0 ms',
    '999 ms',
    '1 s',
    '1 m 1 s',
    '1 h',
    '3 h 12 m',
    '3 d 2 h',
  ]);
  t.deepEqual([count(1234567), many(1, 'record'), many(0, 'record')], ['1,234,567', '1 record', '0 records']);
  t.deepEqual([0, 1023, 1024, 1.5 * 2 ** 30, 2 ** 50].map(size), ['0 B', '1023 B', '1.0 KiB', '1.5 GiB', '1024 TiB']);
  t.is(instant(startMs + 7), '2026-03-02T15:04:05Z');
  t.is(fromNow('2026-03-02T18:16:05Z', startMs), 'in 3 h 12 m');
  t.is(fromNow('2026-03-02T15:04:01Z', startMs), '4 s ago');
  t.is(plain('a\u001b[31m\r\nb'), 'a [31m b');
});
