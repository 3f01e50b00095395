import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { readTrace } from './trace.js';

const hex = (text: string): string =>
  `"${Array.from(Buffer.from(text), byte => `\\x${byte.toString(16).padStart(2, '0')}`).join('')}"`;

const traceOf = (...lines: readonly string[]) => {
  const file = join(mkdtempSync(join(tmpdir(), 'trace-')), 'trace');
  writeFileSync(file, `${lines.join('\n')}\n`);
  return readTrace(file, '/data');
};

test('a call that another thread interrupts is read when it ends', t => {
  t.deepEqual(
    traceOf(
      `7  openat(AT_FDCWD, ${hex('/data')}, O_RDWR|O_DSYNC) = 5`,
      `8  pwrite64(5, ${hex('cd')}, 2, 12 <unfinished ...>`,
      `7  write(1, ${hex('{"committed":1}\n')}, 16) = 16`,
      '8  <... pwrite64 resumed>) = 2',
    ).map(({ kind }) => kind),
    ['said', 'write'],
  );
});

test('a write that the end of the process has cut off may be in the file, and is not on the disk', t => {
  t.deepEqual(
    traceOf(
      `7  openat(AT_FDCWD, ${hex('/data')}, O_RDWR|O_DSYNC) = 5`,
      `7  pwrite64(5, ${hex('ab')}, 2, 10) = 2`,
      `8  pwrite64(5, ${hex('cd')}, 2, 12 <unfinished ...>`,
      '7  exit_group(0)                     = ?',
      '8  <... pwrite64 resumed> <unfinished ...>) = ?',
      '8  +++ exited with 0 +++',
    ),
    [
      { kind: 'write', offset: 10, bytes: Buffer.from('ab'), isSynced: true },
      { kind: 'write', offset: 12, bytes: Buffer.from('cd'), isSynced: false },
    ],
  );
});
