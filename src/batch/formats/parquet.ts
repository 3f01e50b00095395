import { type DuckDBConnection, type DuckDBDataChunk, DuckDBInstance } from '@duckdb/node-api';
import { type Cell, type Chunk, FileFault, type Table } from '../table.js';
import type { ByteSource } from './byte-source.js';
import { type Leaf, leavesOf } from './parquet-cells.js';
import { parquetFault } from './parquet-fault.js';
import { spool } from './spool.js';

/** One file needs a vector of each column and the pages it is cut from. */
const options = {
  threads: '2',
  memory_limit: '256MiB',
  temp_directory: '',
  autoinstall_known_extensions: 'false',
  autoload_known_extensions: 'false',
};

/**
 * Apache Parquet by DuckDB. Nested columns are leaves by path; lists and maps are JSON; stamps that are no instants have no Z.
 * It may block, and foreign bytes may end the process: for a process of its own.
 * @throws FileFault `structure`, `encoding`, `unsupported`, `too-large`, `row-count` (the pages hold other rows than the footer says), `empty`
 */
export async function openParquet(source: ByteSource): Promise<Table> {
  if (source.size === 0) throw new FileFault('empty', 'no byte');
  const { path, remove } = await spool(source);
  const instance = await DuckDBInstance.create(':memory:', options);
  const connection = await instance.connect();
  const close = async () => {
    connection.closeSync();
    instance.closeSync();
    await remove();
  };
  try {
    const from = `read_parquet(${textLiteral(path)}, hive_partitioning = false, file_row_number = true)`;
    await lockTo(connection, path);
    const [[rows] = [0n]] = (
      await connection.runAndReadAll(`SELECT num_rows FROM parquet_file_metadata(${textLiteral(path)})`)
    ).getRows();
    const empty = await connection.run(`SELECT * EXCLUDE (file_row_number) FROM ${from} LIMIT 0`);
    const leaves = empty.columnNames().flatMap((name, at) => leavesOf(name, empty.columnType(at)));
    return {
      columns: leaves.map(({ head }) => head),
      types: leaves.map(({ type }) => type),
      rows: Number(rows),
      read: (columns, fromRow) =>
        rowsOf(
          { connection, from, path, rows: Number(rows) },
          columns.map(column => leaves[column]!),
          fromRow,
        ),
      close,
    };
  } catch (error) {
    await close();
    throw parquetFault(error, path);
  }
}

/** From here on the connection reads this file and nothing else. */
async function lockTo(connection: DuckDBConnection, path: string): Promise<void> {
  await connection.run(`SET allowed_paths = [${textLiteral(path)}]`);
  await connection.run('SET enable_external_access = false');
  await connection.run('SET lock_configuration = true');
}

const textLiteral = (text: string): string => `'${text.replaceAll("'", "''")}'`;

interface OpenFile {
  readonly connection: DuckDBConnection;
  readonly path: string;
  /** How it is read, as SQL. */
  readonly from: string;
  /** As the footer says. */
  readonly rows: number;
}

async function* rowsOf(
  { connection, path, from, rows }: OpenFile,
  leaves: readonly Leaf[],
  fromRow: number,
): AsyncGenerator<Chunk> {
  const selected = ['file_row_number', ...leaves.map(({ sql }) => sql)].join(', ');
  const cells = leaves.map(leaf => leaf.cells());
  let next = fromRow;
  try {
    const result = await connection.stream(`SELECT ${selected} FROM ${from} WHERE file_row_number >= ${fromRow - 1}`);
    for (;;) {
      const chunk = await result.fetchChunk();
      if (!chunk || chunk.rowCount === 0) break;
      const { rowCount } = chunk;
      const numbers = chunk.getColumnVector(0);
      if (numbers.getItem(0) !== BigInt(next - 1) || numbers.getItem(rowCount - 1) !== BigInt(next + rowCount - 2))
        throw new FileFault('row-count', `rows do not follow each other at row ${next}`);
      const columns = cells.map((cell, at) => columnOf(chunk, at + 1, cell));
      yield { firstRow: next, rows: rowCount, columns, progress: Math.min(1, (next + rowCount - 1) / rows) };
      next += rowCount;
    }
  } catch (error) {
    throw parquetFault(error, path);
  }
  if (next <= rows) throw new FileFault('row-count', `the footer says ${rows} rows, the pages hold ${next - 1}`);
  if (rows === 0) throw new FileFault('empty', 'no row');
}

function columnOf(chunk: DuckDBDataChunk, index: number, cell: ReturnType<Leaf['cells']>): Cell[] {
  const vector = chunk.getColumnVector(index);
  const cells: Cell[] = [];
  for (let row = 0; row < vector.itemCount; row++) {
    const value = vector.getItem(row);
    cells.push(value === null ? null : cell(value));
  }
  return cells;
}
