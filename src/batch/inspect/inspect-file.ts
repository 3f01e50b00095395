import { basename } from 'node:path';
import type { Dataset, TextLayout } from '../dataset.js';
import { createMapping } from '../mapping/mapping.js';
import { FileFault, type Table } from '../table.js';
import { usualNulls } from './number-shape.js';
import type { Asked, Proposal } from './proposal.js';
import { propose } from './propose.js';
import { readSample, type Sample } from './sample.js';

/** Opens a file as far as a dataset says how. */
export type OpenTable = (path: string, dataset: Dataset) => Promise<Table>;

/**
 * Looks at the beginning of a file and proposes a dataset for it; the proposal is tried on what was read.
 * @param nowMs for rows that lie in the future
 */
export async function inspectFile(path: string, asked: Asked, openTable: OpenTable, nowMs: number): Promise<Proposal> {
  try {
    return await look(path, asked, openTable, nowMs);
  } catch (error) {
    if (error instanceof FileFault) return { ok: false, reason: error.message, findings: [] };
    throw error;
  }
}

async function look(path: string, asked: Asked, openTable: OpenTable, nowMs: number): Promise<Proposal> {
  const name = basename(path);
  const read = async (text: TextLayout): Promise<Sample> => {
    const table = await openTable(path, blank(name, text));
    try {
      return await readSample(table);
    } finally {
      await table.close();
    }
  };
  const headed = await read({ skip: 0, header: true });
  const sample =
    headed.layout && looksLikeValues(headed.heads) ? await read({ ...headed.layout, header: false }) : headed;
  const proposal = propose(sample, name, asked);
  return proposal.ok ? tried(proposal, sample, name, nowMs) : proposal;
}

/** A dataset that says nothing. */
const blank = (name: string, text: TextLayout): Dataset => ({
  name,
  match: ['*'],
  kind: 'row',
  adjusted: false,
  topic: 'market.rows',
  decimals: 'string',
  text,
  columns: {},
  numbers: { decimal: '.', thousands: '', nulls: usualNulls },
  where: {},
  maxErrors: 1,
});

/** Heads are words; a first line of which half are numbers and dates is data. */
function looksLikeValues(heads: readonly string[]): boolean {
  const values = heads.filter(head => /^[-+]?[.,]?\d[\d.,:/ TZeE+-]*$/.test(head.trim()));
  return values.length * 2 >= heads.filter(head => head.trim() !== '').length && values.length > 0;
}

function tried(
  proposal: Extract<Proposal, { ok: true }>,
  { heads, types, columns, rows }: Sample,
  name: string,
  nowMs: number,
): Proposal {
  const { dataset, findings } = proposal;
  try {
    const file = { name, sha256: '', seenAt: new Date(nowMs).toISOString() };
    const mapping = createMapping(dataset, file, { columns: heads, ...(types && { types }) });
    const chosen = mapping.columns.map(column => columns[column]!);
    const { rejected, ids } = mapping.map({ firstRow: 1, rows, columns: chosen, progress: 1 });
    const [first] = rejected;
    const why = first && `row ${first.row}: ${first.column === undefined ? '' : `${first.column}: `}${first.detail}`;
    if (ids.length === 0 || rejected.length > dataset.maxErrors * rows)
      return {
        ok: false,
        reason: `it looks like a ${dataset.kind}, but ${rejected.length} of ${rows} rows would be rejected: ${why ?? 'none is left'}`,
        findings,
      };
    const outcome = {
      about: 'tried',
      detail: `${ids.length} records of ${rows} rows${why === undefined ? '' : `, ${rejected.length} rejected, as ${why}`}`,
    };
    return { ...proposal, findings: [...findings, outcome] };
  } catch (error) {
    if (error instanceof FileFault) return { ok: false, reason: error.message, findings };
    throw error;
  }
}
