import { basename } from 'node:path';
import type { Dataset, TextLayout } from '../dataset.js';
import type { MappedChunk, RejectedRow } from '../mapped.js';
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
  const { sample, symbol } = await reread(headed, read);
  const proposal = propose(sample, name, symbol === undefined ? asked : { symbol, ...asked });
  return proposal.ok ? tried(proposal, sample, name, nowMs) : proposal;
}

interface Reread {
  readonly sample: Sample;
  readonly symbol?: string;
}

/** Reads once more where the first line is not the header that it was taken for. */
async function reread(headed: Sample, read: (text: TextLayout) => Promise<Sample>): Promise<Reread> {
  const { layout, heads, columns } = headed;
  if (layout === undefined) return { sample: headed };
  if (looksLikeValues(heads)) return { sample: await read({ ...layout, header: false }) };
  const symbols = new Set(columns.slice(1).map(column => column[0]?.trim() ?? ''));
  const [symbol = ''] = symbols;
  if (!isStacked(headed) || symbols.size !== 1 || symbol === '') return { sample: headed };
  // What is in a column stands in the first of three lines, whose it is in the second.
  const below = await read({ ...layout, skip: layout.skip + stackedLines, header: false });
  const first = columns[0]![1]!.trim();
  return { sample: { ...below, heads: [first, ...heads.slice(1)], isNamed: true }, symbol };
}

const stackedLines = 3;

/** As pandas writes several levels of columns: `Price,Close,High` / `Ticker,AAPL,AAPL` / `Date,,`. */
const isStacked = ({ columns: [names, ...others] }: Sample): boolean =>
  names !== undefined &&
  others.length > 0 &&
  /^(?:ticker|symbol)s?$/i.test(names[0]?.trim() ?? '') &&
  /^date(?:time)?$/i.test(names[1]?.trim() ?? '') &&
  others.every(column => (column[1] ?? '').trim() === '');

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
    const file = { name, sha256: '', seenAt: new Date(nowMs).toISOString(), partitions: 1 };
    const mapping = createMapping(dataset, file, { columns: heads, ...(types && { types }) });
    const chosen = mapping.columns.map(column => columns[column]!);
    const { made, refused, first } = counted(mapping.map({ firstRow: 1, rows, columns: chosen, progress: 1 }));
    const why = first && `row ${first.row}: ${first.column === undefined ? '' : `${first.column}: `}${first.detail}`;
    if (made === 0 || refused > dataset.maxErrors * rows)
      return {
        ok: false,
        reason: `it looks like a ${dataset.kind}, but ${refused} of ${rows} rows would be rejected: ${why ?? 'none is left'}`,
        findings,
      };
    const outcome = {
      about: 'tried',
      detail: `${made} records of ${rows} rows${why === undefined ? '' : `, ${refused} rejected, as ${why}`}`,
    };
    return { ...proposal, findings: [...findings, outcome] };
  } catch (error) {
    if (error instanceof FileFault) return { ok: false, reason: error.message, findings };
    throw error;
  }
}

function counted(parts: Iterable<MappedChunk>): { made: number; refused: number; first: RejectedRow | undefined } {
  let [made, refused] = [0, 0];
  let first: RejectedRow | undefined;
  for (const { records, rejected } of parts) {
    made += records;
    refused += rejected.length;
    first ??= rejected[0];
  }
  return { made, refused, first };
}
