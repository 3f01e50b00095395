import { meant } from '../../config/spelling.js';
import type { ColumnSource, Dataset } from '../dataset.js';
import { FileFault } from '../table.js';
import { shown } from './reader.js';

/** Where a value comes from in one file: columns of its table, joined by a blank if there are two, or a text that all rows share. */
export type Place =
  | { readonly kind: 'column'; readonly column: number; readonly and?: number; readonly head: string }
  | { readonly kind: 'constant'; readonly text: string; readonly head: string };

/** What a mapping knows of a file before it reads a row. */
export interface FileHeads {
  /** Without folders. */
  readonly name: string;
  readonly columns: readonly string[];
}

/** Where the file has a field; undefined where it may be missing and is. @throws FileFault */
export function findPlace(
  field: string,
  source: ColumnSource,
  isNeeded: boolean,
  dataset: Dataset,
  file: FileHeads,
): Place | undefined {
  if (source.value !== undefined) return { kind: 'constant', text: source.value, head: field };
  if (source.name !== undefined)
    return { kind: 'constant', text: fromName(field, source.name, dataset, file.name), head: field };
  const column =
    source.position === undefined
      ? byName(field, source.column ?? [], isNeeded, file)
      : byPosition(field, source.position, file);
  if (column === undefined) return undefined;
  const head = file.columns[column]!;
  if (source.and === undefined) return { kind: 'column', column, head };
  const and = byName(field, source.and, true, file);
  return { kind: 'column', column, and: and!, head };
}

/** The one column with this head: exactly, else without regard to letter case and surrounding blanks. @throws FileFault if several have it */
export function columnOf(head: string, { columns }: FileHeads): number | undefined {
  const exact = columns.flatMap((name, index) => (name === head ? [index] : []));
  const plain = plainHead(head);
  const alike = exact.length > 0 ? exact : columns.flatMap((name, index) => (plainHead(name) === plain ? [index] : []));
  if (alike.length > 1)
    throw new FileFault(
      'mapping',
      `the file has ${alike.length} columns ${shown(head)}: name the one that is meant by \`position:\``,
    );
  return alike[0];
}

const plainHead = (head: string): string => head.trim().toLowerCase();

function byName(field: string, names: readonly string[], isNeeded: boolean, file: FileHeads): number | undefined {
  for (const name of names) {
    const found = columnOf(name, file);
    if (found !== undefined) return found;
  }
  if (!isNeeded) return undefined;
  throw noColumn(names, `for \`${field}\``, file);
}

/** Says what there is instead. */
export const noColumn = (names: readonly string[], why: string, { columns }: FileHeads): FileFault =>
  new FileFault(
    'mapping',
    `there is no column ${names.map(shown).join(' or ')} ${why}. ${meant(
      names[0] ?? '',
      columns.map(one => one.slice(0, 60)),
      'columns',
    )}`,
  );

function byPosition(field: string, position: number, { columns }: FileHeads): number {
  if (position <= columns.length) return position - 1;
  throw new FileFault('mapping', `there is no column ${position} for \`${field}\`: the file has ${columns.length}`);
}

function fromName(field: string, group: string, { fileName }: Dataset, name: string): string {
  const text = new RegExp(fileName ?? '(?!)', 'u').exec(name)?.groups?.[group];
  if (text !== undefined && text !== '') return text;
  throw new FileFault(
    'mapping',
    `the name ${shown(name)} does not tell \`${field}\`: it does not fit \`fileName: ${fileName}\``,
  );
}
