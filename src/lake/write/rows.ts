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

/** What a cast would drop without a word: digits beyond the scale or the microsecond, the time of day of a date. */
function loss(column: string, type: ColumnType): string {
  const scale = /^decimal\(\d+,(\d+)\)$/.exec(type)?.[1] ?? (type === 'long' || type === 'integer' ? '0' : undefined);
  if (scale !== undefined)
    return ` OR length(rtrim(split_part(${column}, '.', 2), '0')) > ${scale} OR ${column} ILIKE '%e%'`;
  if (type === 'date') return ` OR length(${column}) <> 10`;
  if (type === 'timestamp') return ` OR regexp_matches(${column}, '\\.\\d{6}\\d*[1-9]')`;
  return '';
}

function misfit({ name, type }: Column): string {
  const column = quoted(name);
  return `(${column} IS NOT NULL AND (TRY_CAST(${column} AS ${sqlType(type)}) IS NULL${loss(column, type)}))`;
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
 * @returns the rows that are no JSON, have no id or a value their column cannot hold, ascending: they are left out whole
 * @throws where the file has another number of rows than `lines`
 */
export async function loadRows(
  duck: Connection,
  path: string,
  lines: number,
  columns: readonly Column[],
): Promise<number[]> {
  const texts = columns.map(({ name }) => `${literal(name)}: 'VARCHAR'`).join(', ');
  await duck.run(
    `CREATE OR REPLACE TEMP TABLE texts AS SELECT row_number() OVER () - 1 AS "row", * FROM read_json(${literal(path)}, format = 'newline_delimited', columns = {${texts}}, ignore_errors = true)`,
  );
  const count = Number((await duck.runAndReadAll('SELECT count(*) FROM texts')).getRows()[0]?.[0]);
  if (count !== lines) throw new Error(`${lines} values were read as ${count} rows`);
  // What is no JSON is a row of nulls; without an id a row could not be told from its double.
  const misfits = ['id IS NULL', ...columns.map(misfit)].join(' OR ');
  const typed = columns.map(({ name, type }) => `CAST(${quoted(name)} AS ${sqlType(type)}) AS ${quoted(name)}`);
  const rejected = await duck.runAndReadAll(`SELECT "row" FROM texts WHERE ${misfits} ORDER BY "row"`);
  const bad = rejected.getRows().map(([row]) => Number(row));
  await duck.run(
    `CREATE OR REPLACE TEMP TABLE fitting AS SELECT "row", ${typed.join(', ')} FROM texts WHERE "row" NOT IN (SELECT unnest([${bad.join(', ')}]::BIGINT[]))`,
  );
  await duck.run('DROP TABLE texts');
  return bad;
}
