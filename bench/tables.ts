import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { measured, median } from './cases/processes.js';
import type { TableRead } from './cases/table-read.js';

/**
 * The same bars of 500 symbols in each format, every cell read as text in a process of its own, beside a plain loop over csv-parse.
 * `npm run bench -- tables [ROUNDS] [ROWS]`
 */
const [rounds = 3, rows = 1_000_000] = process.argv.slice(3).map(Number);
const directory = mkdtempSync(join(tmpdir(), 'tables-'));
const cases = [
  { title: 'csv-parse, plain loop', file: 'bars.csv', how: 'bare', options: 'FORMAT csv' },
  { title: 'CSV', file: 'bars.csv', how: 'table', options: 'FORMAT csv' },
  { title: 'CSV.gz', file: 'bars.csv.gz', how: 'table', options: 'FORMAT csv, COMPRESSION gzip' },
  { title: 'CSV.zst', file: 'bars.csv.zst', how: 'table', options: 'FORMAT csv, COMPRESSION zstd' },
  { title: 'CSV, all quoted', file: 'quoted.csv', how: 'table', options: 'FORMAT csv, FORCE_QUOTE *' },
  { title: 'NDJSON', file: 'bars.ndjson', how: 'table', options: 'FORMAT json' },
  { title: 'Parquet, Zstandard', file: 'bars.parquet', how: 'table', options: 'FORMAT parquet, COMPRESSION zstd' },
];

const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
const connection = await instance.connect();
const price = 'round(100 + 50 * random(), 2)';
await connection.run(`CREATE TABLE bars AS SELECT 'SYM' || lpad((i % 500)::VARCHAR, 3, '0') AS symbol,
  TIMESTAMP '2024-01-02 14:30:00' + to_minutes((i // 500)::INTEGER) AS time,
  ${price} AS "open", ${price} AS high, ${price} AS low, ${price} AS "close", (random() * 1e6)::BIGINT AS volume
  FROM range(${rows}) t(i)`);
for (const { file, options } of cases) await connection.run(`COPY bars TO '${join(directory, file)}' (${options})`);
connection.closeSync();
instance.closeSync();

const all = new Map(cases.map(({ title }) => [title, [] as TableRead[]]));
for (let round = 0; round < rounds; round++)
  for (const { title, file, how } of round % 2 === 0 ? cases : cases.toReversed()) {
    const read = await measured<TableRead>('table-read', [join(directory, file), how]);
    if (read.rows !== rows) throw new Error(`${title}: ${read.rows} rows instead of ${rows}`);
    all.get(title)!.push(read);
  }

console.log(`${rows} rows of 7 cells, every cell as text, median of ${rounds}:`);
for (const { title, file } of cases) {
  const of = (key: keyof TableRead): number => median(all.get(title)!.map(one => one[key]));
  console.log(
    `  ${title.padEnd(22)} ${(statSync(join(directory, file)).size / 1e6).toFixed(0).padStart(4)} MB  ` +
      `${(rows / of('seconds') / 1000).toFixed(0).padStart(5)} k rows/s  ${((of('cpuSeconds') / rows) * 1e6).toFixed(2)} CPU s per million  peak ${of('peakMb').toFixed(0)} MB`,
  );
}
rmSync(directory, { recursive: true });
