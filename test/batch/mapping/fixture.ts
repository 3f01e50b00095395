import type { Dataset } from '../../../src/batch/dataset.js';
import { type MappedChunk, ownHeaders } from '../../../src/batch/mapped.js';
import { createMapping, type MappedFile } from '../../../src/batch/mapping/mapping.js';
import type { Cell, Chunk } from '../../../src/batch/table.js';
import type { LogRecord } from '../../../src/log/log.js';
import { recordsIn } from '../../../src/log/packed/unpack.js';

export const file: MappedFile = {
  name: 'file.csv',
  sha256: 'ab'.repeat(32),
  seenAt: '2026-06-10T12:00:00.000Z',
  partitions: 1,
};

export const numbers = { decimal: '.', thousands: '', nulls: ['null', 'NaN', '-'] } as const;

/** A dataset that says as little as it may. */
export const dataset = (given: Partial<Dataset> = {}): Dataset => ({
  name: 'prices',
  match: ['*'],
  kind: 'bar',
  interval: '1d',
  adjusted: false,
  topic: 'market.bars',
  decimals: 'string',
  text: { skip: 0, header: true },
  columns: {},
  numbers,
  where: {},
  maxErrors: 0.1,
  ...given,
});

/** Columns of bars, by the heads that most files have. */
export const columns = (...names: readonly string[]): Dataset['columns'] =>
  Object.fromEntries(names.map(name => [name, { column: [name] }]));

export const ohlc = columns('open', 'high', 'low', 'close');

export interface Given {
  readonly heads: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  readonly types?: readonly string[];
  readonly broken?: Chunk['broken'];
  readonly firstRow?: number;
  readonly file?: Partial<MappedFile>;
}

/** Maps all rows as one chunk, with the columns that the mapping asks for. */
export function mapAll(of: Dataset, { heads, rows, types, broken, firstRow = 1, file: given }: Given): MappedChunk {
  const mapping = createMapping(of, { ...file, ...given }, { columns: heads, ...(types && { types }) });
  const parts = mapping.map({
    firstRow,
    rows: rows.length,
    columns: mapping.columns.map(column => rows.map(row => row[column] ?? null)),
    ...(broken && { broken }),
    progress: 1,
  });
  const [part, ...more] = parts;
  if (part === undefined || more.length > 0) throw new Error('not one part');
  return part;
}

/** The records as they go to the log. */
const unpacked = ({ runs }: MappedChunk): readonly LogRecord[] =>
  runs.flatMap(({ partition, count, bytes }) =>
    recordsIn({ topic: '', partition, packed: { count, bytes, names: ownHeaders, common: {} } }),
  );

/** Their values. */
export const recordsOf = (chunk: MappedChunk): Record<string, unknown>[] =>
  unpacked(chunk).map(({ value }) => JSON.parse(Buffer.from(value).toString()) as Record<string, unknown>);

export const keysOf = (chunk: MappedChunk): readonly string[] => unpacked(chunk).map(({ key }) => key);

export const idsOf = (chunk: MappedChunk): readonly string[] => unpacked(chunk).map(({ headers }) => headers['fl-id']!);

/** Rows of the records. */
export const originsOf = (chunk: MappedChunk): readonly number[] =>
  unpacked(chunk).map(({ headers }) => Number(headers['fl-origin']!.split(':')[1]));

/** `row code column: detail` */
export const rejections = ({ rejected }: MappedChunk): string[] =>
  rejected.map(
    ({ row, code, column, detail }) => `${row} ${code}${column === undefined ? '' : ` ${column}`}: ${detail}`,
  );
