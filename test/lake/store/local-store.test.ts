import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { localStore } from '../../../src/lake/store/local-store.js';

function world(t: { teardown(end: () => void): void }) {
  const directory = mkdtempSync(join(tmpdir(), 'lake-store-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  return { directory, store: localStore(join(directory, 'deep', 'table')) };
}

test('a name is given once, and the first content stays', async t => {
  const { store } = world(t);
  t.true(await store.putIfAbsent('a/b', Buffer.from('first')));
  t.false(await store.putIfAbsent('a/b', Buffer.from('second')));
  t.is(String(await store.read('a/b')), 'first');
});

test('of many that put one name at once exactly one is told that it did, and nothing unfinished stays', async t => {
  const { directory, store } = world(t);
  const won = await Promise.all(
    Array.from({ length: 20 }, (_, who) => store.putIfAbsent('entry', Buffer.from(`${who}`))),
  );
  t.is(won.filter(Boolean).length, 1);
  t.is(String(await store.read('entry')), String(won.indexOf(true)));
  t.deepEqual(readdirSync(join(directory, 'deep', 'table', '_unfinished')), []);
});

test('a finished file is adopted with its size, and not over another', async t => {
  const { store } = world(t);
  const path = await store.scratch();
  writeFileSync(path, 'rows');
  t.is(await store.adopt(path, 'date=2026-11-26/part'), 4);
  const other = await store.scratch();
  writeFileSync(other, 'other rows');
  t.false(await store.adopt(other, 'date=2026-11-26/part'));
  t.is(String(await store.read('date=2026-11-26/part')), 'rows');
});

test('what is not there is read as undefined, listed as nothing and deleted without an error', async t => {
  const { store } = world(t);
  t.is(await store.read('nothing'), undefined);
  t.deepEqual(await store.list(''), []);
  await store.delete('nothing');
  await store.putIfAbsent('b/2', Buffer.from(''));
  await store.putIfAbsent('b/1', Buffer.from(''));
  t.deepEqual(await store.list('b'), ['b/1', 'b/2']);
  await store.delete('b/1');
  t.deepEqual(await store.list('b'), ['b/2']);
});

test('a name that leads out of the table is refused', async t => {
  const { store } = world(t);
  await t.throwsAsync(store.read('../other'), { instanceOf: RangeError });
  await t.throwsAsync(store.delete('/etc/other'), { instanceOf: RangeError });
});
