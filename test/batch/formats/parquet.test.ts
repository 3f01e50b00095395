import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import test from 'ava';
import fc from 'fast-check';
import { openTable } from '../../../src/batch/formats/formats.js';
import { doubleText, floatText } from '../../../src/batch/formats/parquet-cells.js';
import type { FileFault } from '../../../src/batch/table.js';
import { runs } from '../../property-runs.js';
import { anyTable, cellsOf, outcomeOf, type Read, readTable } from './reading.js';

const directory = mkdtempSync(join(tmpdir(), 'parquet-'));
test.after.always(() => rmSync(directory, { recursive: true, force: true }));

/** Writes what a query yields. @returns the path */
async function written(name: string, query: string, options = ''): Promise<string> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const path = join(directory, `${name}.parquet`);
  await connection.run(`COPY (${query}) TO '${path}' (FORMAT parquet${options})`);
  connection.closeSync();
  instance.closeSync();
  return path;
}

const read = async (path: string, heads?: string[], fromRow?: number): Promise<Read> =>
  readTable(await openTable(path, anyTable), heads, fromRow);

const values: readonly (readonly [sql: string, cell: string | null])[] = [
  ["DECIMAL '1.10'::DECIMAL(18,4)", '1.1000'],
  ["'-12345678901234567890123456789012345678'::DECIMAL(38,0)", '-12345678901234567890123456789012345678'],
  ["'0.00000001'::DECIMAL(9,8)", '0.00000001'],
  ["DATE '1969-12-31'", '1969-12-31'],
  ["DATE '0001-01-01'", '0001-01-01'],
  ["TIMESTAMP '2024-06-03 09:30:00.000001'", '2024-06-03T09:30:00.000001'],
  ["TIMESTAMP '1969-12-31 23:59:59.5'", '1969-12-31T23:59:59.5'],
  ["TIMESTAMP '2024-06-03 00:00:00'", '2024-06-03T00:00:00'],
  ["TIMESTAMPTZ '2024-06-03 09:30:00+02'", '2024-06-03T07:30:00Z'],
  ["TIMESTAMP_MS '2024-06-03 09:30:00.123'", '2024-06-03T09:30:00.123'],
  ["TIMESTAMP_S '2024-06-03 09:30:01'", '2024-06-03T09:30:01'],
  ["TIMESTAMP_NS '2024-06-03 09:30:00.123456789'", '2024-06-03T09:30:00.123456789'],
  ["TIMESTAMP_NS '1969-12-31 23:59:59.999999999'", '1969-12-31T23:59:59.999999999'],
  ["TIME '09:30:00.5'", '09:30:00.5'],
  ['9007199254740993::BIGINT', '9007199254740993'],
  ['18446744073709551615::UBIGINT', '18446744073709551615'],
  ['4294967295::UINTEGER', '4294967295'],
  ['(-128)::TINYINT', '-128'],
  ["'0.1'::REAL", '0.1'],
  ["'16777217'::REAL", '16777216'],
  ["'1e-7'::DOUBLE", '0.0000001'],
  ["'1e22'::DOUBLE", '10000000000000000000000'],
  ["'0.30000000000000004'::DOUBLE", '0.30000000000000004'],
  ["'NaN'::DOUBLE", 'NaN'],
  ["'-Infinity'::REAL", '-Infinity'],
  ['true', 'true'],
  ["''::VARCHAR", ''],
  ["'Zürich'::VARCHAR", 'Zürich'],
  ["encode('Zürich')", 'Zürich'],
  ["'820b754b-c737-5a38-95ff-009d8b59798b'::UUID", '820b754b-c737-5a38-95ff-009d8b59798b'],
  ["'buy'::ENUM('buy', 'sell')", 'buy'],
  ["['a', NULL, 'b']", '["a",null,"b"]'],
  ["MAP {'k': 1}", '{"k":1}'],
  ['NULL::INTEGER', null],
  ['NULL::VARCHAR', null],
  ['NULL::TIMESTAMP', null],
];

test('each type is the text that holds all of it', async t => {
  const path = await written('types', `SELECT ${values.map(([sql], at) => `${sql} AS c${at}`).join(', ')}`);
  const got = await read(path);
  for (const [at, [sql, cell]] of values.entries()) t.is(cellsOf(got, `c${at}`)[0], cell, sql);
});

test('leaves of nested columns are columns by path, also where the whole is null', async t => {
  const path = await written(
    'nested',
    `SELECT {'price': 1.5::DOUBLE, 'of it''s': {'size': 2}} AS "the ""bar""", 7 AS n
     UNION ALL SELECT NULL, 8 UNION ALL SELECT {'price': NULL, 'of it''s': NULL}, 9`,
  );
  const got = await read(path);
  t.deepEqual(got.heads, ['the "bar".price', 'the "bar".of it\'s.size', 'n']);
  t.deepEqual(got.rows, [
    ['1.5', '2', '7'],
    [null, null, '8'],
    [null, null, '9'],
  ]);
});

for (const codec of ['uncompressed', 'snappy', 'gzip', 'zstd', 'brotli', 'lz4_raw'])
  test(`rows of many groups packed by ${codec} come in order, from any row on`, async t => {
    const path = await written(codec, 'SELECT i AS n FROM range(50_000) t(i)', `, ROW_GROUP_SIZE 4096, CODEC ${codec}`);
    const all = await read(path);
    t.deepEqual(
      cellsOf(all, 'n'),
      Array.from({ length: 50_000 }, (_, at) => String(at)),
    );
    for (const from of [2, 4096, 4097, 49_999, 50_000, 50_001]) {
      const rest = await read(path, ['n'], from);
      t.deepEqual([rest.first, rest.rows.length], [from > 50_000 ? undefined : from, 50_001 - from]);
      t.is(rest.rows[0]?.[0], from > 50_000 ? undefined : String(from - 1));
    }
  });

test('bytes that are no text are refused where they are asked for, and only there', async t => {
  const path = await written('bytes', "SELECT '\\xFF'::BLOB AS b, 1 AS n");
  t.deepEqual((await read(path, ['n'])).rows, [['1']]);
  t.is(await outcomeOf(() => openTable(path, anyTable)), 'encoding');
});

test('other rows than the footer says are a fault behind those rows', async t => {
  const path = await written('counted', 'SELECT i AS n FROM range(50) t(i)');
  const bytes = readFileSync(path);
  const footer = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8);
  // Its third field: rows of the file, a zigzag varint.
  bytes[bytes.indexOf(Buffer.from([0x16, 50 * 2]), footer) + 1] = 51 * 2;
  writeFileSync(path, bytes);
  let rows = 0;
  const table = await openTable(path, anyTable);
  t.is(table.rows, 51);
  const fault = await t.throwsAsync(async () => {
    for await (const chunk of table.read([0], 1)) rows += chunk.rows;
  });
  t.is((fault as FileFault).code, 'row-count');
  t.is(rows, 50);
  await table.close();
});

test('a table without rows is empty', async t => {
  const path = await written('none', 'SELECT 1 AS n WHERE false');
  t.is(await outcomeOf(() => openTable(path, anyTable)), 'empty');
});

test('doubles and floats are the shortest digits that read back', t => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), value => {
      const text = doubleText(value);
      t.false(text.includes('e'));
      t.true(Number(text) === value);
    }),
    runs(1_000),
  );
  fc.assert(
    fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), value => {
      const text = floatText(value);
      t.false(text.includes('e'));
      t.true(Math.fround(Number(text)) === value);
      const digits = text.replace(/[-.]/g, '').replace(/^0+|0+$/g, '').length;
      for (let fewer = 1; fewer < digits; fewer++)
        t.false(Math.fround(Number(value.toPrecision(fewer))) === value, `${text} has a digit too many`);
    }),
    runs(1_000),
  );
});
