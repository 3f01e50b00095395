import { DuckDBInstance } from '@duckdb/node-api';
import type { Column, ColumnType } from '../delta/schema.js';

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A timestamp of Delta is an instant; DuckDB writes TIMESTAMP without the mark that says so. */
const sqlTypes: Readonly<Record<string, string>> = {
  string: 'VARCHAR',
  long: 'BIGINT',
  integer: 'INTEGER',
  boolean: 'BOOLEAN',
  date: 'DATE',
  timestamp: 'TIMESTAMPTZ',
};
const sqlType = (type: ColumnType): string => sqlTypes[type] ?? type;

/** DuckDB rounds to the scale without a word; a digit too many makes the value one that does not fit. */
function misfit({ name, type }: Column): string {
  const column = quoted(name);
  const scale = /^decimal\(\d+,(\d+)\)$/.exec(type)?.[1];
  const lost =
    scale === undefined
      ? ''
      : ` OR length(rtrim(split_part(${column}, '.', 2), '0')) > ${scale} OR ${column} ILIKE '%e%'`;
  return `(${column} IS NOT NULL AND (TRY_CAST(${column} AS ${sqlType(type)}) IS NULL${lost}))`;
}

export type Connection = Awaited<ReturnType<typeof openDuckDb>>;

/** An engine of its own for a table; it never reaches for the network, and text without a zone is UTC. */
export async function openDuckDb(maxBytes: number) {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '2',
    memory_limit: `${Math.ceil(maxBytes / 1e6)}MB`,
    autoinstall_known_extensions: 'false',
  });
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  return connection;
}

/**
 * `fitting` holds the typed rows of a file of JSON lines, with `"row"` counting lines from 0.
 * @returns the rows that have a value their column cannot hold, ascending: they are left out whole
 */
export async function loadRows(duck: Connection, path: string, columns: readonly Column[]): Promise<number[]> {
  const texts = columns.map(({ name }) => `${literal(name)}: 'VARCHAR'`).join(', ');
  await duck.run(
    `CREATE OR REPLACE TEMP TABLE texts AS SELECT row_number() OVER () - 1 AS "row", * FROM read_json(${literal(path)}, format = 'newline_delimited', columns = {${texts}})`,
  );
  const misfits = columns.map(misfit).join(' OR ');
  const typed = columns.map(({ name, type }) => `CAST(${quoted(name)} AS ${sqlType(type)}) AS ${quoted(name)}`);
  const rejected = await duck.runAndReadAll(`SELECT "row" FROM texts WHERE ${misfits} ORDER BY "row"`);
  const bad = rejected.getRows().map(([row]) => Number(row));
  await duck.run(
    `CREATE OR REPLACE TEMP TABLE fitting AS SELECT "row", ${typed.join(', ')} FROM texts WHERE "row" NOT IN (SELECT unnest([${bad.join(', ')}]::BIGINT[]))`,
  );
  await duck.run('DROP TABLE texts');
  return bad;
}
