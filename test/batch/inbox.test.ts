import { appendFile, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { createInbox } from '../../src/batch/intake/inbox.js';
import { realTime } from '../../src/streams/time.js';

const stableMs = 2_000;

/** An inbox on a real directory, by clocks that a test moves. */
async function open(t: ExecutionContext, wallMs: () => number) {
  const path = await mkdtemp(join(tmpdir(), 'financelake-inbox-'));
  t.teardown(() => rm(path, { recursive: true }));
  let passedMs = 0;
  const time = { ...realTime, now: wallMs, monotonicMs: () => passedMs };
  const inbox = createInbox({ path, stableMs, isWanted: name => name.endsWith('.txt'), time });
  return {
    path,
    inbox,
    pass: (ms: number): void => {
      passedMs += ms;
    },
  };
}

test('a file that is still written to is left alone until it has not changed for the time it takes', async t => {
  // The clock of the disk is ahead: the stamps of the file say nothing.
  const { path, inbox, pass } = await open(t, () => 0);
  await writeFile(join(path, 'slow.txt'), 'one\n');
  for (let nth = 0; nth < 3; nth++) {
    t.is(await inbox.next(), undefined);
    t.is(inbox.waiting, 1);
    pass(stableMs - 1);
    t.is(await inbox.next(), undefined);
    await appendFile(join(path, 'slow.txt'), 'more\n');
    pass(1);
  }
  t.is(await inbox.next(), undefined);
  pass(stableMs);
  t.like(await inbox.next(), { name: 'slow.txt', bytes: 4 + 3 * 5 });
  t.is(await inbox.next(), undefined);
  t.is(inbox.waiting, 0);
});

test('a file whose stamps are old enough is taken at the first look', async t => {
  const { path, inbox } = await open(t, () => Date.now() + stableMs);
  await writeFile(join(path, 'old.txt'), 'one\n');
  t.like(await inbox.next(), { name: 'old.txt' });
});

test('a file that was given comes again once it changed, or was given back', async t => {
  const { path, inbox } = await open(t, () => Date.now() + 2 * stableMs);
  await writeFile(join(path, 'a.txt'), 'one\n');
  t.like(await inbox.next(), { name: 'a.txt' });
  t.is(await inbox.next(), undefined);
  inbox.release('a.txt');
  t.like(await inbox.next(), { name: 'a.txt' });
  await utimes(join(path, 'a.txt'), 1, 1);
  t.like(await inbox.next(), { name: 'a.txt' });
  t.true((await inbox.isEmpty()) === false);
});
