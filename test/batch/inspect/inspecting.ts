import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { stringify } from 'yaml';
import type { Dataset } from '../../../src/batch/dataset.js';
import { openTable } from '../../../src/batch/formats/formats.js';
import { inspectFile } from '../../../src/batch/inspect/inspect-file.js';
import type { Asked, Proposal } from '../../../src/batch/inspect/proposal.js';
import { toBlock } from '../../../src/batch/inspect/to-block.js';
import { createMapping } from '../../../src/batch/mapping/mapping.js';
import { makeDatasets } from '../../../src/commands/make-datasets.js';
import { good } from '../../config/loading.js';
import { idsOf, recordsOf } from '../mapping/fixture.js';

export const nowMs = Date.parse('2026-06-10T12:00:00Z');

const root = mkdtempSync(join(tmpdir(), 'financelake-inspect-'));
process.on('exit', () => rmSync(root, { recursive: true, force: true }));

export function fileOf(name: string, content: string | Uint8Array): string {
  const path = join(mkdtempSync(join(root, 'case-')), name);
  writeFileSync(path, content);
  return path;
}

export const inspect = (path: string, asked: Asked = {}): Promise<Proposal> =>
  inspectFile(path, asked, openTable, nowMs);

/** The proposal for a file with this content. */
export const inspectText = (name: string, content: string, asked: Asked = {}): Promise<Proposal> =>
  inspect(fileOf(name, content), asked);

export async function proposed(path: string, asked: Asked = {}): Promise<Dataset> {
  const proposal = await inspect(path, asked);
  if (!proposal.ok) throw new Error(proposal.reason);
  return proposal.dataset;
}

/** The dataset as it comes back from a configuration that holds its block. */
export function throughConfig(dataset: Dataset): Dataset {
  const [read] = makeDatasets(good(stringify({ batch: { datasets: { [dataset.name]: toBlock(dataset) } } })));
  return read!;
}

export interface MappedFile {
  readonly records: readonly Record<string, unknown>[];
  readonly ids: readonly string[];
  readonly rejected: number;
}

/** All records of a file by a dataset. */
export async function mapFile(path: string, dataset: Dataset): Promise<MappedFile> {
  const table = await openTable(path, dataset);
  const records: Record<string, unknown>[] = [];
  const ids: string[] = [];
  let rejected = 0;
  try {
    const { columns, types } = table;
    const file = {
      name: basename(path),
      sha256: '00'.repeat(32),
      seenAt: new Date(nowMs).toISOString(),
      partitions: 1,
    };
    const mapping = createMapping(dataset, file, { columns, ...(types && { types }) });
    for await (const chunk of table.read(mapping.columns, 1))
      for (const mapped of mapping.map(chunk)) {
        records.push(...recordsOf(mapped));
        ids.push(...idsOf(mapped));
        rejected += mapped.rejected.length;
      }
  } finally {
    await table.close();
  }
  return { records, ids, rejected };
}

export const sum = (records: readonly Record<string, unknown>[], field: string): number =>
  records.reduce((total, record) => total + Number(record[field] ?? 0), 0);
