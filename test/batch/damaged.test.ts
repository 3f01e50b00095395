import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { damagedFile, texts } from './damaged/damage.js';
import { tryFile } from './damaged/try-file.js';

test('no damage to a file of text makes a reader throw, hang or take a half for a whole; ten thousand, with Parquet: npm run test:files', async t => {
  const directory = mkdtempSync(join(tmpdir(), 'damaged-'));
  const seed = 7;
  const files = 500;
  let read = 0;
  for (let index = 0; index < files; index++) {
    const file = damagedFile(seed, index, texts);
    const { outcome, broken } = await tryFile(directory, file);
    if (outcome === 'read') read++;
    t.is(broken, undefined, `${index}: ${file.name}, ${file.how}`);
  }
  t.true(read > files / 10 && read < (files * 9) / 10, `${read} of ${files} damaged files are read`);
  rmSync(directory, { recursive: true });
});
