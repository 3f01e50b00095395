import type { Dataset, FormatName } from '../dataset.js';
import { FileFault, type Table } from '../table.js';
import { type ByteSource, fileSource } from './byte-source.js';
import { openCsv } from './csv.js';
import { innerName } from './decompress.js';
import { openJson } from './json.js';
import { openNdjson } from './ndjson.js';

/** What a format must know of a dataset. */
export type Expected = Pick<Dataset, 'format' | 'text' | 'columns'>;

interface Format {
  readonly name: FormatName;
  readonly extensions: readonly string[];
  readonly open: (source: ByteSource, expected: Expected) => Promise<Table>;
}

const formats: readonly Format[] = [
  { name: 'csv', extensions: ['csv', 'tsv', 'txt'], open: openCsv },
  { name: 'ndjson', extensions: ['ndjson', 'jsonl'], open: openNdjson },
  { name: 'json', extensions: ['json'], open: openJson },
  // Loaded where it is needed: DuckDB takes 150 ms.
  {
    name: 'parquet',
    extensions: ['parquet'],
    open: async source => (await import('./parquet.js')).openParquet(source),
  },
];

/**
 * Opens a file as the format of its dataset, else of its name. It must not be changed meanwhile.
 * @throws FileFault
 */
export async function openTable(path: string, dataset: Expected): Promise<Table> {
  const source = await fileSource(path);
  return formatOf(source.name, dataset.format).open(source, dataset);
}

function formatOf(name: string, declared: FormatName | undefined): Format {
  const inner = innerName(name);
  const extension = inner.slice(inner.lastIndexOf('.') + 1).toLowerCase();
  const format = formats.find(one => (declared ? one.name === declared : one.extensions.includes(extension)));
  if (!format) throw new FileFault('unsupported', `no format is known for "${name}"; say \`format\``);
  return format;
}
