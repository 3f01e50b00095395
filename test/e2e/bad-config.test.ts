import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { scratch, start } from './program.js';

const good = `
symbols: { mine: { from: static, list: [BTC/USD] } }
sources: { kraken: { type: kraken } }
feeds: { days: { source: kraken, symbols: mine, data: bars/1d, every: 1d } }
`;

const cases: readonly (readonly [title: string, args: readonly string[], env: Record<string, string>, says: RegExp])[] = [
  ['a file that does not exist', ['--config', 'nowhere.yaml'], {}, /no-config nowhere\.yaml[\s\S]*Check `--config`/],
  ['a directory', ['--config', 'folder'], {}, /unreadable folder[\s\S]*it is a directory/],
  ['ten megabytes', ['--config', 'huge.yaml'], {}, /unreadable huge\.yaml[\s\S]*longer than/],
  ['a tab', ['--config', 'tab.yaml'], {}, /tab\.yaml:2:1[\s\S]*spaces/i],
  ['a misspelt --set', ['--set', 'http.prot=1'], {}, /--set http\.prot[\s\S]*Did you mean `port`/],
  ['a misspelt variable', [], { FINANCELAKE_HTTP__PROT: '1' }, /FINANCELAKE_HTTP__PROT[\s\S]*Did you mean `port`/i],
  ['a port that is none', ['--set', 'http.port=99999'], {}, /--set http\.port[\s\S]*65535/],
]; // biome-ignore format: a table

test('a configuration that cannot be used ends the program with 2, and says where, what and how to mend it', async t => {
  const files = {
    'financelake.yaml': good,
    'huge.yaml': `# ${'x'.repeat(10 << 20)}\n${good}`,
    'tab.yaml': 'http:\n\tport: 1\n',
  };
  const cwd = scratch(t, files);
  mkdirSync(join(cwd, 'folder'));
  for (const [title, args, env, says] of cases) {
    const run = start(t, ['run', '--once', ...args], { cwd, env });
    t.is(await run.ended, 2, title);
    t.regex(run.err(), says, title);
    t.is(run.out(), '', title);
  }
});
