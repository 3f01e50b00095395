import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';

const bin = fileURLToPath(new URL('../../../bin/financelake.mjs', import.meta.url));

test('before it is built the program is there, executable, and says what it lacks where it cannot build itself', t => {
  t.is(statSync(bin).mode & 0o111, 0o111);
  const clone = mkdtempSync(join(tmpdir(), 'fl-clone-'));
  t.teardown(() => rmSync(clone, { recursive: true }));
  mkdirSync(join(clone, 'bin'));
  cpSync(bin, join(clone, 'bin/financelake.mjs'));
  const error = t.throws(() =>
    execFileSync(join(clone, 'bin/financelake.mjs'), ['version'], { stdio: 'pipe' }),
  ) as Error;
  t.like(error, { status: 3 });
  t.regex(error.message, /npm run build/);
});

test('once it is built it is the program', t => {
  t.regex(execFileSync(bin, ['version'], { encoding: 'utf8' }), /^financelake \d/);
});
