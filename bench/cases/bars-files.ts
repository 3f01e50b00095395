import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

/** Minute bars of 500 symbols, 7 columns, the same rows from the same seed in each file. @returns `bars.csv` and `bars.parquet` (Zstandard) below `directory` */
export async function writeBars(directory: string, rows: number): Promise<readonly [csv: string, parquet: string]> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  const price = 'round(100 + 50 * random(), 2)';
  await connection.run('SELECT setseed(0.5)');
  await connection.run(`CREATE TABLE bars AS SELECT symbol, time, "open", greatest("open", "close") + 0.5 AS high,
    least("open", "close") - 0.5 AS low, "close", volume FROM (SELECT 'SYM' || lpad((i % 500)::VARCHAR, 3, '0') AS symbol,
    TIMESTAMP '2020-01-02 14:30:00' + to_minutes((i // 500)::INTEGER) AS time,
    ${price} AS "open", ${price} AS "close", (random() * 1e6)::BIGINT AS volume FROM range(${rows}) t(i))`);
  const [csv, parquet] = [join(directory, 'bars.csv'), join(directory, 'bars.parquet')];
  await connection.run(`COPY bars TO '${csv}' (FORMAT csv)`);
  await connection.run(`COPY bars TO '${parquet}' (FORMAT parquet, COMPRESSION zstd)`);
  connection.closeSync();
  instance.closeSync();
  return [csv, parquet];
}
