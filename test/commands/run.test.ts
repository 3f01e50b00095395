import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { Command } from 'commander';
import type { Io } from '../../src/commands/io.js';
import { addRun } from '../../src/commands/run.js';
import { addValidate } from '../../src/commands/validate.js';
import { directoryWith } from '../config/loading.js';
import { quietIo } from './quiet-io.js';

async function said(
  cwd: string,
  args: readonly string[],
  env: Io['env'] = {},
): Promise<{ err: string; code: number | undefined }> {
  let err = '';
  let code: number | undefined;
  const io: Io = {
    ...quietIo,
    err: text => {
      err += text;
    },
    exit: given => {
      code = given;
    },
    env,
    cwd,
  };
  const program = new Command();
  for (const add of [addRun, addValidate]) add(program, io);
  await program.parseAsync([...args], { from: 'user' });
  return { err, code };
}

const config = `sources: { k: { type: kraken } }
symbols:
  mine: { from: file, path: ./list }
feeds: { q: { source: k, symbols: mine, data: quotes, every: 1m } }
`;
const columned = config.replace('./list', './list, column: Symbol');

/** By what is wrong: the configuration, and the file (`undefined`: none, `''`: empty). */
const unreadable: Readonly<Record<string, readonly [config: string, list: string | Uint8Array | undefined]>> = {
  'there is no such file': [config, undefined],
  'it is empty': [config, ''],
  'it is HTML or XML': [config, '<!DOCTYPE html><title>Not found</title>'],
  'it is JSON': [config, '{"symbols": ["AAPL"]}'],
  'line 1: ': [config, Uint8Array.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 0xff])],
  'line 2: "MSFT,2" is no symbol': [config, 'AAPL\nMSFT,2\n'],
  'no column "Symbol"; it has: Ticker, Name': [columned, 'Ticker,Name\nAAPL,Apple\n'],
};

for (const [fault, [text, list]] of Object.entries(unreadable))
  test(`a list of which is said "${fault}" is named with its place before anything starts, exit 2`, async t => {
    const cwd = directoryWith(text, list === undefined ? {} : { list });
    for (const args of [['validate'], ['run'], ['run', '--once']]) {
      const { err, code } = await said(cwd, args);
      t.is(code, 2, args.join(' '));
      const [head, message] = err.split('\n');
      t.is(head, 'unreadable financelake.yaml:3:29 symbols.mine.path');
      t.true(message?.startsWith(`  The list \`mine\` cannot be used: ${fault}`), message);
    }
  });

test('a configuration without a feed has no work, and is refused by validate and run', async t => {
  for (const text of [
    '',
    'simulator: {}\n',
    'feeds: {}\n',
    'sources: { k: { type: kraken } }\nsymbols: { mine: { from: static, list: [A] } }\n',
  ]) {
    const cwd = directoryWith(text);
    for (const args of [['validate'], ['run'], ['run', '--once']]) {
      const { err, code } = await said(cwd, args);
      t.is(code, 2, text);
      t.regex(
        err,
        /^missing financelake\.yaml feeds\n +Neither a feed nor a dataset is configured: there is nothing to do\./,
      );
    }
  }
});

test('a directory in the place of a list is refused, too', async t => {
  const cwd = directoryWith(config);
  mkdirSync(join(cwd, 'list'));
  const { err, code } = await said(cwd, ['run', '--once']);
  t.is(code, 2);
  t.regex(err, /cannot be used: it is a directory\./);
});

test('what the vendor does not have is refused by validate and run in the same words', async t => {
  const cwd = directoryWith(config.replace('quotes', 'bars/1mo'), { list: 'BTC/USD\n' });
  const [validated, run] = [await said(cwd, ['validate']), await said(cwd, ['run'])];
  t.deepEqual([validated.code, run.code], [2, 2]);
  t.regex(run.err, /^wrong-value financelake\.yaml:4:47 feeds\.q\.data\n/);
  t.true(validated.err.startsWith(run.err.trimEnd()));
});

test('a variable that names no proxy is refused by validate and run with its name alone, exit 2', async t => {
  const cwd = directoryWith(config, { list: 'BTC/USD\n' });
  for (const args of [['validate'], ['run'], ['run', '--once']]) {
    const { err, code } = await said(cwd, args, { HTTPS_PROXY: 'http://user:CANARY%zz@proxy.example:3128' });
    t.is(code, 2, args.join(' '));
    t.regex(
      err,
      /^wrong-value HTTPS_PROXY\n {2}As a proxy, its user or password holds a `%` that stands for nothing\.\n/,
    );
    t.notRegex(err, /CANARY|proxy\.example/);
  }
});
