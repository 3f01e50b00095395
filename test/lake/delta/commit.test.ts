import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { type Action, encodeActions, entryName } from '../../../src/lake/delta/action.js';
import { commit } from '../../../src/lake/delta/commit.js';
import { schemaString } from '../../../src/lake/delta/schema.js';
import { newest, noTable, UnreadableTable } from '../../../src/lake/delta/snapshot.js';
import { localStore } from '../../../src/lake/store/local-store.js';

function world(t: { teardown(end: () => void): void }) {
  const directory = mkdtempSync(join(tmpdir(), 'lake-commit-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  return localStore(directory);
}

const created: Action[] = [
  { protocol: { minReaderVersion: 1, minWriterVersion: 2 } },
  {
    metaData: {
      id: '00000000-0000-4000-8000-000000000001',
      format: { provider: 'parquet', options: {} },
      schemaString: schemaString([{ name: 'symbol', type: 'string' }]),
      partitionColumns: [],
      configuration: {},
    },
  },
];

const add = (path: string): Action => ({
  add: { path, partitionValues: {}, size: 1, modificationTime: 0, dataChange: true },
});

test('a table is what its entries say: files added and removed, the last txn of each application', async t => {
  const store = world(t);
  const first = await commit(store, noTable, () => [...created, add('a'), { txn: { appId: 'log', version: 5 } }]);
  const second = await commit(store, first, () => [
    add('b'),
    { remove: { path: 'a', dataChange: false } },
    { txn: { appId: 'log', version: 9 } },
  ]);
  t.deepEqual([...first.files.keys()], ['a']);
  t.is(second.version, 1);
  t.deepEqual([...second.files.keys()], ['b']);
  t.deepEqual([...second.removed.keys()], ['a']);
  t.is(second.txns.get('log'), 9);
  t.deepEqual(await newest(store), second);
});

test('writers that race lose no commit, and an offset that another committed is not committed again', async t => {
  const store = world(t);
  await commit(store, noTable, () => created);
  const writers = 4;
  const offsets = 25;
  const write = async (writer: number) => {
    let snapshot = noTable;
    for (let offset = 0; offset < offsets; offset++)
      snapshot = await commit(store, snapshot, ({ txns }) =>
        (txns.get('log') ?? -1) >= offset
          ? undefined
          : [add(`${offset}-by-${writer}`), { txn: { appId: 'log', version: offset } }],
      );
  };
  await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
  const table = await newest(store);
  t.is(table.version, offsets);
  t.deepEqual(
    [...table.files.keys()].map(path => Number(path.split('-')[0])),
    Array.from({ length: offsets }, (_, offset) => offset),
  );
});

test('a table of a newer protocol, or without its first entry, is refused instead of read in part', async t => {
  const newer = world(t);
  await newer.putIfAbsent(entryName(0), encodeActions([{ protocol: { minReaderVersion: 3, minWriterVersion: 7 } }]));
  await t.throwsAsync(newest(newer), { instanceOf: UnreadableTable, message: /reader 3 and writer 7/ });
  const headless = world(t);
  await headless.putIfAbsent(entryName(1), encodeActions([add('a')]));
  await t.throwsAsync(newest(headless), { instanceOf: UnreadableTable, message: /no entry 0/ });
});
