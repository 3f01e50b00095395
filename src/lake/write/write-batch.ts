import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import type { Time } from '../../streams/time.js';
import type { Action, Add } from '../delta/action.js';
import { commit } from '../delta/commit.js';
import { type Column, schemaString } from '../delta/schema.js';
import { newest, type Snapshot } from '../delta/snapshot.js';
import type { Store } from '../store/store.js';
import { type Connection, literal, loadRows, quoted } from './rows.js';

export interface Table {
  readonly store: Store;
  /** One of them is `id`. */
  readonly columns: readonly Column[];
  /** Of type date or string, and functions of what the id is made of: equal ids lie in one partition. */
  readonly partitionBy: readonly string[];
  readonly time: Pick<Time, 'now'>;
}

/** Consecutive records of one partition of the log. */
export interface Slice {
  /** Names the log's identity, topic and partition. */
  readonly appId: string;
  /** Of the first and behind the last value. */
  readonly from: number;
  readonly end: number;
  /** JSON, one object each; anything else is handed back. */
  readonly values: readonly Uint8Array[];
}

export interface Written {
  readonly snapshot: Snapshot;
  /** False where another writer has had records of this slice: nothing of it was written. */
  readonly committed: boolean;
  readonly rows: number;
  /** Indexes into `values` of what no column could hold. */
  readonly rejected: readonly number[];
}

const created = ({ columns, partitionBy, time }: Table): Action[] => [
  { protocol: { minReaderVersion: 1, minWriterVersion: 2 } },
  {
    metaData: {
      id: randomUUID(),
      format: { provider: 'parquet', options: {} },
      schemaString: schemaString(columns),
      partitionColumns: partitionBy,
      configuration: {},
      createdTime: time.now(),
    },
  },
];

const lineEnd = Buffer.from('\n');
const nothing = Buffer.from('{}');

/** Between the words of JSON a line end is a blank; an empty line would not count as a row. */
const asLine = (value: Uint8Array): Uint8Array => {
  const line =
    value.includes(10) || value.includes(13) ? value.map(byte => (byte === 10 || byte === 13 ? 32 : byte)) : value;
  return line.some(byte => byte !== 32) ? line : nothing;
};

/** The first offset that the table does not hold, undefined where it holds none of this partition of the log. */
export const nextOffset = (snapshot: Snapshot, appId: string): number | undefined => {
  const last = snapshot.txns.get(appId);
  return last === undefined ? undefined : last + 1;
};

/**
 * A slice of the log in one commit: its rows without those whose id the table has, and the offset behind them.
 * Holds the slice as lines, then as DuckDB's table. Where it throws, files may stay that no entry names; writing the slice again is right.
 */
export async function writeBatch(table: Table, duck: Connection, known: Snapshot, slice: Slice): Promise<Written> {
  const { store, columns, time } = table;
  const base = await newest(store, known);
  const next = nextOffset(base, slice.appId);
  const overtaken = (snapshot: Snapshot) => nextOffset(snapshot, slice.appId) !== next;
  if (next !== undefined && next !== slice.from) return { snapshot: base, committed: false, rows: 0, rejected: [] };
  const lines = await store.scratch();
  let rejected: number[] = [];
  try {
    // One write: of an iterable each part would be a write of its own.
    await writeFile(lines, Buffer.concat(slice.values.flatMap(value => [asLine(value), lineEnd])));
    rejected = await loadRows(duck, lines, slice.values.length, columns);
  } finally {
    await rm(lines, { force: true });
  }
  await duck.run(
    'DELETE FROM fitting USING fitting AS earlier WHERE fitting.id = earlier.id AND earlier."row" < fitting."row"',
  );
  const adds = await writeParts(table, duck, base);
  const rows = adds.reduce((sum, { rows }) => sum + rows, 0);
  let committed = false;
  let hasNewFiles = false;
  const snapshot = await commit(store, base, current => {
    hasNewFiles = [...current.files.keys()].some(path => !base.files.has(path));
    committed = !overtaken(current) && !hasNewFiles;
    if (!committed) return undefined;
    return [
      ...(current.version === -1 ? created(table) : []),
      { commitInfo: { timestamp: time.now(), operation: 'WRITE' } },
      { txn: { appId: slice.appId, version: slice.end - 1, lastUpdated: time.now() } },
      ...adds.map(({ add }) => ({ add })),
    ];
  });
  if (!committed) for (const { add } of adds) await store.delete(decodeURIComponent(add.path));
  // What another writer has brought meanwhile may have ids of these rows.
  if (hasNewFiles) return writeBatch(table, duck, snapshot, slice);
  return { snapshot, committed, rows: committed ? rows : 0, rejected };
}

async function writeParts({ store, columns, partitionBy, time }: Table, duck: Connection, base: Snapshot) {
  const keys = partitionBy.map(quoted);
  const stored = columns.map(({ name }) => quoted(name)).filter(name => !keys.includes(name));
  const texts = keys.map(key => `CAST(${key} AS VARCHAR)`);
  const distinct =
    keys.length === 0 ? [[]] : (await duck.runAndReadAll(`SELECT DISTINCT ${texts.join(', ')} FROM fitting`)).getRows();
  const adds: { readonly add: Add; readonly rows: number }[] = [];
  for (const found of distinct) {
    const values = found as (string | null)[];
    const partitionValues = Object.fromEntries(partitionBy.map((name, at) => [name, values[at] ?? null]));
    const here = values.map((value, at) =>
      value === null ? `${keys[at]} IS NULL` : `${texts[at]} = ${literal(value)}`,
    );
    const live = [...base.files.values()]
      .filter(file => partitionBy.every(name => (file.partitionValues[name] ?? null) === partitionValues[name]))
      .map(({ path }) => literal(store.localPath(decodeURIComponent(path))));
    const unknown =
      live.length === 0
        ? []
        : [
            `NOT EXISTS (FROM read_parquet([${live.join(', ')}], hive_partitioning = false) AS held WHERE held.id = fitting.id)`,
          ];
    const where = [...here, ...unknown].map(term => ` AND ${term}`).join('');
    const path = await store.scratch();
    const order = stored.includes('"symbol"') && stored.includes('"time"') ? ' ORDER BY "symbol", "time"' : '';
    const copied = await duck.runAndReadAll(
      `COPY (SELECT ${stored.join(', ')} FROM fitting WHERE true${where}${order}) TO ${literal(path)} (FORMAT parquet, COMPRESSION zstd)`,
    );
    const rows = Number(copied.getRows()[0]?.[0]);
    if (rows === 0) {
      await rm(path, { force: true });
      continue;
    }
    // The directory is for people: readers take the values from the entry.
    const directory = partitionBy
      .map((name, at) => `${name}=${encodeURIComponent(values[at] ?? '__HIVE_DEFAULT_PARTITION__')}/`)
      .join('');
    const name = `${directory}part-${randomUUID()}.parquet`;
    const size = await store.adopt(path, name);
    if (size === false) throw new Error(`${name} is there already`);
    const encoded = name.split('/').map(encodeURIComponent).join('/').replaceAll('%3D', '=');
    const stats = JSON.stringify({ numRecords: rows });
    adds.push({
      rows,
      add: { path: encoded, partitionValues, size, modificationTime: time.now(), dataChange: true, stats },
    });
  }
  return adds;
}
