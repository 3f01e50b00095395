import { openTable } from '../formats/formats.js';
import type { MappedChunk } from '../mapped.js';
import { createMapping } from '../mapping/mapping.js';
import type { ReadJob } from './job.js';

/** Reads in this process: what the reader's process does, and tests of small files. @throws FileFault */
export async function* readHere(job: ReadJob): AsyncGenerator<MappedChunk> {
  const { path, name, sha256, dataset, fromRow, seenAt, partitions } = job;
  const table = await openTable(path, dataset);
  try {
    const { columns, types } = table;
    const mapping = createMapping(dataset, { name, sha256, seenAt, partitions }, { columns, ...(types && { types }) });
    for await (const chunk of table.read(mapping.columns, fromRow)) yield* mapping.map(chunk);
  } finally {
    await table.close();
  }
}
