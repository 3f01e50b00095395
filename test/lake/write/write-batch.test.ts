import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { noTable, type Snapshot } from '../../../src/lake/delta/snapshot.js';
import { localStore } from '../../../src/lake/store/local-store.js';
import { openDuckDb } from '../../../src/lake/write/rows.js';
import { type Slice, type Table, writeBatch } from '../../../src/lake/write/write-batch.js';

const bar = (id: string, close: string, date = '2026-11-25') =>
  Buffer.from(JSON.stringify({ id, symbol: 'A/"B', time: `${date}T14:30:00Z`, date, close, more: 1 }));

async function world(t: { teardown(end: () => void): void }) {
  const directory = mkdtempSync(join(tmpdir(), 'lake-write-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const table: Table = {
    store: localStore(directory),
    columns: [
      { name: 'id', type: 'string' },
      { name: 'symbol', type: 'string' },
      { name: 'time', type: 'timestamp' },
      { name: 'date', type: 'date' },
      { name: 'close', type: 'decimal(38,10)' },
    ],
    partitionBy: ['date'],
    time: { now: () => Date.UTC(2026, 10, 26) },
  };
  const duck = await openDuckDb(256e6);
  const rowsOf = async (snapshot: Snapshot) => {
    const paths = [...snapshot.files.values()].map(
      ({ path }) => `'${table.store.localPath(decodeURIComponent(path))}'`,
    );
    const found = await duck.runAndReadAll(
      `SELECT id, CAST(time AS VARCHAR), CAST(close AS VARCHAR) FROM read_parquet([${paths.join(', ')}]) ORDER BY id`,
    );
    return found.getRows();
  };
  const slice = (from: number, ...values: Uint8Array[]): Slice => ({
    appId: 'log/market.bars/0',
    from,
    end: from + values.length,
    values,
  });
  return { table, duck, rowsOf, slice };
}

test('rows come once by id, exact to the digit, and the offset behind them is in the same commit', async t => {
  const { table, duck, rowsOf, slice } = await world(t);
  const first = await writeBatch(
    table,
    duck,
    noTable,
    slice(
      0,
      bar('a', '9007199254740993.0000000001'),
      bar('b', '2', '2026-11-26'),
      bar('a', '9007199254740993.0000000001'),
    ),
  );
  const second = await writeBatch(table, duck, first.snapshot, slice(3, bar('b', '2', '2026-11-26'), bar('c', '3.50')));
  t.deepEqual([first.rows, second.rows], [2, 1]);
  t.is(second.snapshot.txns.get('log/market.bars/0'), 4);
  t.deepEqual(await rowsOf(second.snapshot), [
    ['a', '2026-11-25 14:30:00+00', '9007199254740993.0000000001'],
    ['b', '2026-11-26 14:30:00+00', '2.0000000000'],
    ['c', '2026-11-25 14:30:00+00', '3.5000000000'],
  ]);
});

test('a slice that the table has had is not written again', async t => {
  const { table, duck, slice } = await world(t);
  const first = await writeBatch(table, duck, noTable, slice(0, bar('a', '1')));
  const again = await writeBatch(table, duck, noTable, slice(0, bar('x', '1')));
  t.false(again.committed);
  t.deepEqual(again.snapshot.files, first.snapshot.files);
});

test('a value that its column cannot hold to the last digit is handed back, and the rows beside it are written', async t => {
  const { table, duck, rowsOf, slice } = await world(t);
  const written = await writeBatch(
    table,
    duck,
    noTable,
    slice(7, bar('a', '0.12345678901'), bar('b', '0.12345678900'), bar('c', 'much'), bar('d', '1', '2026-11-31')),
  );
  t.deepEqual(written.rejected, [0, 2, 3]);
  t.deepEqual(
    (await rowsOf(written.snapshot)).map(([id]) => id),
    ['b'],
  );
});

test('what is no record is handed back by its place, and does not hold up the others', async t => {
  const { table, duck, rowsOf, slice } = await world(t);
  const foreign = ['', ' ', 'no json', '{"id":', '[1]', '{"symbol":"A"}', '7', 'null', '{"id":"c",\n"close":"1"}'];
  const written = await writeBatch(
    table,
    duck,
    noTable,
    slice(0, bar('a', '1'), ...foreign.map(text => Buffer.from(text)), bar('b', '2')),
  );
  t.deepEqual(written.rejected, [1, 2, 3, 4, 5, 6, 7, 8]);
  t.deepEqual(
    (await rowsOf(written.snapshot)).map(([id]) => id),
    ['a', 'b', 'c'],
  );
});

test('digits of a whole number, of a second and of a day are kept or the row is handed back', async t => {
  const { table, duck, slice } = await world(t);
  const columns: Table['columns'] = [...table.columns, { name: 'trades', type: 'long' }];
  const rows = [
    { trades: '1.5' },
    { trades: '9007199254740993' },
    { time: '2026-11-25T14:30:00.1234567Z' },
    { time: '2026-11-25T14:30:00.1234560Z' },
    { date: '2026-11-25T14:30:00Z' },
  ];
  const values = rows.map((row, at) => Buffer.from(JSON.stringify({ id: `${at}`, date: '2026-11-25', ...row })));
  const written = await writeBatch({ ...table, columns }, duck, noTable, slice(0, ...values));
  t.deepEqual(written.rejected, [0, 2, 4]);
  t.is(written.rows, 2);
});

test('a row that another writer brought while this one made its files is not written a second time', async t => {
  const { table, duck, rowsOf, slice } = await world(t);
  const { snapshot } = await writeBatch(table, duck, noTable, slice(0, bar('a', '1')));
  const other = await openDuckDb(256e6);
  let races = 0;
  const raced: Table = {
    ...table,
    store: {
      ...table.store,
      async putIfAbsent(name, bytes) {
        if (races++ === 0)
          await writeBatch(table, other, snapshot, { ...slice(0, bar('b', '2')), appId: 'log/market.bars/1' });
        return table.store.putIfAbsent(name, bytes);
      },
    },
  };
  const written = await writeBatch(raced, duck, snapshot, slice(1, bar('b', '2'), bar('c', '3')));
  t.deepEqual([written.committed, written.rows, races], [true, 1, 2]);
  t.deepEqual(
    (await rowsOf(written.snapshot)).map(([id]) => id),
    ['a', 'b', 'c'],
  );
});
