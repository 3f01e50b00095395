import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { formatProblems } from '../../src/config/format-problems.js';
import { loadConfig } from '../../src/config/load-config.js';

const directory = fileURLToPath(new URL('../../../test/config/broken/', import.meta.url));
const env = { SET: 'set', EMPTY: '', ALPHAVANTAGE_API_KEY: 'SECRETSECRET' };

const said = (file: string): string => {
  const loaded = loadConfig({ file, env, cwd: directory });
  return loaded.ok ? 'valid\n' : formatProblems(loaded.problems, { color: false });
};

const cases = readdirSync(directory).filter(name => name.endsWith('.yaml'));

for (const name of cases) {
  test(`the broken configuration ${name} is answered as written down`, t => {
    const answer = said(name);
    const expected = new URL(name.replace('.yaml', '.expected.txt'), `file://${directory}`);
    // The one way to write these files; what it wrote is read by a person before it is kept.
    if (process.env.UPDATE_GOLDENS) writeFileSync(expected, answer);
    t.true(existsSync(expected), `${expected.pathname} is missing`);
    t.is(answer, readFileSync(expected, 'utf8'));
  });
}

test('no problem takes more than five lines, and none shows a secret', t => {
  for (const name of cases) {
    const answer = said(name);
    t.notRegex(answer, /SECRETSECRET/, name);
    for (const block of answer.trimEnd().split('\n\n')) t.true(block.split('\n').length <= 5, `${name}: ${block}`);
  }
});
