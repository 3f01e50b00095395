import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { Command } from 'commander';
import { addInit } from '../../src/commands/init.js';
import type { Io } from '../../src/commands/io.js';
import { addSchema } from '../../src/commands/schema.js';
import { addValidate } from '../../src/commands/validate.js';
import { starter } from '../../src/config/starter.js';
import { directoryWith } from './loading.js';

interface Ran {
  readonly out: string;
  readonly err: string;
  readonly code: number | undefined;
}

function run(cwd: string, args: readonly string[], given: Partial<Pick<Io, 'env' | 'isTty'>> = {}): Ran {
  let [out, err, code]: [string, string, number | undefined] = ['', '', undefined];
  const io: Io = {
    out: text => {
      out += text;
    },
    err: text => {
      err += text;
    },
    exit: given => {
      code = given;
    },
    env: {},
    onLostOutput: () => undefined,
    onStop: () => undefined,
    isTty: false,
    cwd,
    ...given,
  };
  const program = new Command();
  for (const add of [addValidate, addInit, addSchema]) add(program, io);
  program.parse(args, { from: 'user' });
  return { out, err, code };
}

const sound = `sources: { k: { type: kraken } }
symbols: { s: { from: static, list: [BTC/USD] } }
feeds: { q: { source: k, symbols: s, data: quotes, every: 1m } }
`;

test('validate says in one line that all is well', t => {
  const cwd = directoryWith(sound);
  const { out, err, code } = run(cwd, ['validate']);
  t.regex(out, /^\S+financelake\.yaml: valid \(1 source, 1 symbol list, 1 feed; embedded log in \S+\)\n$/);
  t.deepEqual([err, code], ['', 0]);
});

test('validate prints every problem and how many there are, with exit code 2', t => {
  const { out, err, code } = run(directoryWith('htp: {}\nscale: two\n'), ['validate']);
  t.regex(err, /unknown-key financelake\.yaml:1:1[\s\S]*wrong-value financelake\.yaml:2:8[\s\S]*\n2 problems\n$/);
  t.deepEqual([out, code], ['', 2]);
});

test('validate colours on a terminal only, and never against NO_COLOR', t => {
  const cwd = directoryWith('htp: {}');
  const colour = '\u001b[';
  t.true(run(cwd, ['validate'], { isTty: true }).err.includes(colour));
  t.false(run(cwd, ['validate'], { isTty: true, env: { NO_COLOR: '1' } }).err.includes(colour));
  t.false(run(cwd, ['validate']).err.includes(colour));
});

test('validate --json prints an array of problems, empty when there are none', t => {
  const broken = run(directoryWith('htp: {}'), ['validate', '--json']);
  const [problem] = JSON.parse(broken.out) as Record<string, unknown>[];
  t.like(problem, {
    code: 'unknown-key',
    file: 'financelake.yaml',
    line: 1,
    column: 1,
    path: 'htp',
    mend: 'Did you mean `http`?',
  });
  t.is(broken.code, 2);
  const well = run(directoryWith(sound), ['validate', '--json']);
  t.deepEqual([JSON.parse(well.out), well.code], [[], 0]);
});

test('validate takes a file and options from its flags', t => {
  const cwd = directoryWith('htp: {}', { 'other.yaml': sound });
  t.is(run(cwd, ['validate', '--config', 'other.yaml', '--set', 'http.port=1', '--set', 'scale=one']).code, 0);
  t.regex(
    run(cwd, ['validate', '--config', 'other.yaml', '--set', 'http.port=x']).err,
    /wrong-type --set http\.port http\.port/,
  );
});

test('init writes a starter that validate takes once the key is set, and never writes over one', t => {
  const cwd = join(directoryWith('', { 'sub/x': '' }), 'sub');
  const first = run(cwd, ['init', '--source', 'alphavantage']);
  t.is(first.code, 0);
  t.is(readFileSync(join(cwd, 'financelake.yaml'), 'utf8'), starter('alpha-vantage'));
  t.is(run(cwd, ['validate'], { env: { ALPHAVANTAGE_API_KEY: 'k' } }).code, 0);
  t.regex(run(cwd, ['validate']).err, /ALPHAVANTAGE_API_KEY is not set/);
  const second = run(cwd, ['init', '--source', 'kraken']);
  t.is(second.code, 2);
  t.regex(second.err, /is there already and was left as it is/);
  t.is(readFileSync(join(cwd, 'financelake.yaml'), 'utf8'), starter('alpha-vantage'));
});

test('init --stdout writes no file, and an unknown source is a slip of usage', t => {
  const cwd = join(directoryWith('', { 'sub/x': '' }), 'sub');
  t.is(run(cwd, ['init', '--source', 'kraken', '--stdout']).out, starter('kraken'));
  const unknown = run(cwd, ['init', '--source', 'krakn']);
  t.is(unknown.code, 2);
  t.regex(unknown.err, /no source `krakn`. Did you mean `kraken`\?/);
  t.false(existsSync(join(cwd, 'financelake.yaml')));
});

test('init into a directory that is not there is the environment’s fault', t => {
  t.is(run(join(directoryWith(''), 'nowhere'), ['init']).code, 3);
});

test('schema prints a JSON Schema of draft 2020-12', t => {
  const { out, code } = run('/', ['schema']);
  t.is(run('/', ['schema', '--json']).out, out);
  t.like(JSON.parse(out), { $schema: 'https://json-schema.org/draft/2020-12/schema', additionalProperties: false });
  t.is(code, 0);
});
