import type { Dataset, WideLayout } from '../dataset.js';
import { FileFault } from '../table.js';
import { columnOf, type FileHeads, type Place } from './find-columns.js';
import { shown } from './reader.js';
import { isSymbol } from './texts.js';

/** A symbol in the heads of columns, and the columns that are its own, by field. */
export interface WideSymbol {
  readonly symbol: string;
  readonly places: Readonly<Record<string, Place>>;
}

/**
 * Symbols of a wide file in the order of their columns. Every column is one of a symbol that no field, no `where` and no `except` names; with `heads` those
 * that fit it.
 * @throws FileFault if there is none, one is no symbol, or a symbol has a field twice
 */
export function wideSymbols(wide: WideLayout, dataset: Dataset, file: FileHeads): readonly WideSymbol[] {
  const found = new Map<string, Record<string, Place>>();
  for (const { column, symbol, field } of wideColumns(wide, dataset, file)) {
    const head = file.columns[column]!;
    if (!isSymbol(symbol))
      throw new FileFault('mapping', `the column ${shown(head)} is no symbol: name it under \`wide.except\``);
    const places = found.get(symbol) ?? {};
    if (places[field] !== undefined)
      throw new FileFault('mapping', `two columns hold \`${field}\` of ${shown(symbol)}`);
    places[field] = { kind: 'column', column, head };
    found.set(symbol, places);
  }
  if (found.size === 0) throw new FileFault('mapping', 'there is no column whose head is a symbol');
  return [...found].map(([symbol, places]) => ({
    symbol,
    places: { ...places, symbol: { kind: 'constant', text: symbol, head: 'symbol' } },
  }));
}

interface WideColumn {
  readonly column: number;
  readonly symbol: string;
  readonly field: string;
}

function wideColumns(wide: WideLayout, dataset: Dataset, file: FileHeads): readonly WideColumn[] {
  const others = new Set(otherColumns(wide, dataset, file));
  const columns = file.columns
    .map((head, column) => ({ head: head.trim(), column }))
    .filter(({ column, head }) => head !== '' && !others.has(column));
  const { heads, field } = wide;
  if (heads === undefined) return columns.map(({ head, column }) => ({ column, symbol: head, field }));
  const pattern = new RegExp(heads, 'u');
  return columns.flatMap(({ head, column }) => {
    const { symbol = '', field: name = '' } = pattern.exec(head)?.groups ?? {};
    const meant = Object.entries(dataset.columns).find(([, source]) =>
      source.column?.some(one => alike(one, name)),
    )?.[0];
    return symbol === '' || meant === undefined ? [] : [{ column, symbol, field: meant }];
  });
}

const alike = (a: string, b: string): boolean => a.trim().toLowerCase() === b.trim().toLowerCase();

function otherColumns({ except, heads }: WideLayout, { columns, where }: Dataset, file: FileHeads): readonly number[] {
  const sources = heads === undefined ? Object.values(columns) : [];
  const named = [
    ...sources.flatMap(({ column = [], and = [] }) => [...column, ...and]),
    ...except,
    ...Object.keys(where),
  ];
  const placed = sources.flatMap(({ position }) => (position === undefined ? [] : [position - 1]));
  return [...placed, ...named.flatMap(name => columnOf(name, file) ?? [])];
}
