import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { Command } from 'commander';
import type { Sight } from '../../src/commands/asking.js';
import type { ConfigOptions } from '../../src/commands/config-options.js';
import { exitCodeOf } from '../../src/commands/exit-code.js';
import type { Io } from '../../src/commands/io.js';
import { addQuota } from '../../src/commands/quota.js';
import { sight } from '../../src/commands/sight.js';
import { addStatus, statusText } from '../../src/commands/status.js';
import { addSymbols } from '../../src/commands/symbols.js';
import { table } from '../../src/commands/table.js';
import { addVersion } from '../../src/commands/version.js';
import { createLogger } from '../../src/metrics/logger.js';
import { redactor } from '../../src/metrics/redactor.js';
import { createRegistry } from '../../src/metrics/registry.js';
import { createServer } from '../../src/metrics/server.js';
import type { SourceQuota, Status, SymbolStatus } from '../../src/metrics/view.js';
import { fakeView, handClock, idleChanges, someEvents, startMs } from '../metrics/fake-view.js';
import { quietIo } from './quiet-io.js';

function told() {
  const time = handClock();
  const { view, report } = fakeView(time);
  for (const event of someEvents) report(event);
  return { view, time };
}

/** Runs `financelake …` with the verbs under test; what it wrote and its exit code come back. */
async function run(args: readonly string[], sight: Partial<Sight> = {}) {
  let out = '';
  let err = '';
  let code = 0;
  const asked: ConfigOptions[] = [];
  const io: Io = {
    ...quietIo,
    out: text => {
      out += text;
    },
    err: text => {
      err += text;
    },
    exit(given) {
      code = given;
    },
  };
  const whole: Sight = {
    logPathOf(options) {
      asked.push(options);
      return sight.logPathOf?.(options) ?? join(tmpdir(), 'no-such-log');
    },
    checkList: sight.checkList ?? (() => undefined),
    stored: sight.stored ?? (() => undefined),
  };
  const program = new Command('financelake');
  addStatus(program, io, whole);
  addQuota(program, io, whole);
  addSymbols(program, io, whole);
  addVersion(program, io, '0.1.0');
  await program.parseAsync([...args], { from: 'user' });
  return { out, err, code, asked };
}

const ioIn = (cwd: string): Io => ({ ...quietIo, cwd });

async function running() {
  const { view, time } = told();
  const logPath = mkdtempSync(join(tmpdir(), 'fl-ask-'));
  const registry = createRegistry();
  const redact = redactor([]);
  const out = { write: () => undefined };
  const logger = createLogger({ level: 'error', format: 'json', colour: false, redact, out });
  const http = { host: '127.0.0.1', port: 0, token: undefined, readOnly: false };
  const server = await createServer({
    ...http,
    logPath,
    version: '0.1.0',
    view,
    changes: idleChanges,
    registry,
    redact,
    logger,
    time,
  });
  return { sight: { logPathOf: () => logPath }, server, view };
}

test('the verbs ask the running instance and print its JSON', async t => {
  const { sight, server, view } = await running();
  const json = async (...args: string[]) => {
    const { out, code, err } = await run([...args, '--json'], sight);
    t.deepEqual([code, err], [0, '']);
    return JSON.parse(out) as unknown;
  };
  t.deepEqual(await json('status'), JSON.parse(JSON.stringify(view.status())));
  t.deepEqual(await json('quota'), JSON.parse(JSON.stringify(view.quota())));
  t.deepEqual(await json('symbols'), JSON.parse(JSON.stringify(view.symbols({}).symbols)));
  const mine = (await json('symbols', 'mine')) as SymbolStatus[];
  t.is(mine.length, 10);
  t.true(mine.every(({ lists }) => lists.includes('mine')));
  const [worst] = (await json('symbols', '--worst', '--search', 'a')) as SymbolStatus[];
  t.is(worst?.state, 'failing');
  await server.close();
});

test('without a running instance the stored state answers, and is closed again', async t => {
  let closed = 0;
  const stored = () => ({ ...told().view, close: () => closed++ });
  const { out, code } = await run(['quota'], { stored });
  t.is(code, 0);
  t.regex(out, /^No instance runs here; this is what its log holds\.\n\nSOURCE/);
  const json = await run(['status', '--json'], { stored });
  t.is((JSON.parse(json.out) as Status).instance, 'fl-1');
  t.is(closed, 2);
});

test('with neither, one line says so and the exit code is 1', async t => {
  for (const verb of ['status', 'quota', 'symbols']) {
    const { out, err, code } = await run([verb, '--json']);
    t.is(out, '');
    t.regex(err, /^nothing runs with .*no-such-log, and nothing is stored there\n$/);
    t.is(code, 1);
  }
});

test('a log that is damaged is not taken for none: it is exit 3 with the mend', async t => {
  const cwd = mkdtempSync(join(tmpdir(), 'fl-ask-'));
  mkdirSync(join(cwd, 'data/log'), { recursive: true });
  writeFileSync(join(cwd, 'data/log/identity'), 'x\n');
  for (const harm of [() => undefined, () => writeFileSync(join(cwd, 'data/log/data.mdb'), Buffer.alloc(20_000, 7))]) {
    harm();
    const error = await t.throwsAsync(run(['status'], sight(ioIn(cwd))));
    t.is(exitCodeOf(error), 3);
    t.regex(error!.message, /is damaged: .*move the directory aside/);
  }
});

test('--config and --set find the log', async t => {
  const { asked } = await run(['status', '--config', 'a.yaml', '--set', 'log.path=/x', '--set', 'http.port=1']);
  t.like(asked[0], { config: 'a.yaml', set: ['log.path=/x', 'http.port=1'] });
  t.deepEqual((await run(['symbols'])).asked[0]?.set, []);
});

test('the status reads as a page of aligned tables', t => {
  const { view } = told();
  const text = statusText(view.status(), true, startMs + 5000);
  t.regex(text, /^fl-1 \(0\.1\.0\): ready, up 0 ms\nlog 3f9c2a1b7d: 1\.1 GiB of 4\.0 GiB \(29%\)\n/);
  t.regex(text, /\nFEED +SOURCE +SYMBOLS +OVERDUE +LATE BY/);
  t.regex(text, /\ndaily +alphavantage +14 +3 +1 m 35 s +1 d 9 h +2 d 6 h +12,341/);
  t.regex(text, /\nkraken +kraken +stopped +0 +0 +0 +the key is not known\n/);
  t.regex(text, /\nalphavantage +25 per 1d +21 +4 +in 13 h 3 m\n/);
  t.regex(text, /\nmine +5 +5 s ago +newest version not taken: half of its symbols are gone\n/);
  t.regex(
    text,
    /\n5 s ago +error +kraken has stopped and needs you: the key is not known; check sources\.kraken\.apiKey, then start again\n$/,
  );
  t.notRegex(text, /undefined|NaN| \n/);
});

test('cells line up, numbers to the right, and hostile text stays one line', t => {
  t.is(
    table(
      ['name', 'n>', 'why'],
      [
        ['a', '1', 'x\u001b[2J\ny'],
        ['long', '1,000', ''],
      ],
    ),
    ['NAME      N  WHY', 'a         1  x [2J y', 'long  1,000', ''].join('\n'),
  );
});

test('an empty answer is a sentence', async t => {
  const empty = { ...told().view, quota: (): SourceQuota[] => [], symbols: () => ({ total: 0, symbols: [] }) };
  const stored = () => ({ ...empty, close: () => undefined });
  t.regex((await run(['quota'], { stored })).out, /No source in the configuration has a limit\.\n$/);
  t.regex((await run(['symbols', 'nothing'], { stored })).out, /No symbol fits\.\n$/);
});

test('version names the program, Node and the platform', async t => {
  t.regex((await run(['version'])).out, /^financelake 0\.1\.0 \(Node \d+\.\d+\.\d+, \w+-\w+\)\n$/);
  t.like(JSON.parse((await run(['version', '--json'])).out), { version: '0.1.0', node: process.versions.node });
});
