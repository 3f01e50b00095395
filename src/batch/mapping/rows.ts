import { recordUuid } from '../../records/identity.js';
import type { ColumnSource } from '../dataset.js';
import type { Cell, Chunk } from '../table.js';
import { type Binding, numbersOf, readTimes } from './bind-fields.js';
import { createField, type Field } from './cells.js';
import { findPlace, type Place } from './find-columns.js';
import type { CellReader } from './reader.js';
import { createBooleanReader, createIntegerReader, jsonSpelling, textReader } from './texts.js';

/** A record of kind `row`, as it goes to the log. */
export interface RowRecord {
  readonly id: string;
  readonly key: string;
  readonly text: string;
}

export interface RowMaker {
  bind(chunk: Chunk): void;
  /** @param row by index within the chunk; undefined where the row was rejected or has nothing */
  make(row: number, number: number): RowRecord | undefined;
}

interface RowColumn {
  readonly name: string;
  readonly field: Field;
  readonly spell: (value: string) => string;
}

/**
 * Rows with columns of the dataset's own, or with all columns of the file where it names none. A row that has a `symbol` goes by it; others by their id.
 * @param given columns of one symbol of a wide file, which are in its id, too
 * @throws FileFault
 */
export function createRowMaker(
  binding: Binding,
  { sha256, seenAt }: { readonly sha256: string; readonly seenAt: string },
  given?: { readonly symbol: string; readonly places: Readonly<Record<string, Place>> },
): RowMaker {
  const { dataset } = binding;
  const columns = [...columnsOf(binding, given?.places ?? {})];
  const begin = `,"kind":"row","source":${JSON.stringify(dataset.name)}`;
  const end = `,"seenAt":${JSON.stringify(seenAt)},"revision":0}`;
  const heads = columns.map(({ name }, index) => `${index === 0 ? '' : ','}${JSON.stringify(name)}:`);
  // An empty cell of a wide file is a symbol without a value there.
  const cell = given && dataset.wide?.field;
  const symbolAt = columns.findIndex(({ name }) => name === 'symbol');
  return {
    bind(chunk) {
      for (const { field } of columns) field.bind(chunk);
    },
    make(row, number) {
      let values = '';
      let symbol: Cell = null;
      for (const [index, { name, field, spell }] of columns.entries()) {
        const value = field.read(row);
        if (value === undefined || (value === null && name === cell)) return undefined;
        if (index === symbolAt) symbol = value;
        values += heads[index]! + (value === null ? 'null' : spell(value));
      }
      const id = recordUuid(given === undefined ? `${sha256}|${number}` : `${sha256}|${number}|${given.symbol}`);
      const ofSymbol = symbol === null ? '' : `,"symbol":${JSON.stringify(symbol)}`;
      return { id, key: symbol ?? id, text: `{"id":"${id}"${begin}${ofSymbol},"columns":{${values}}${end}` };
    },
  };
}

function* columnsOf(binding: Binding, given: Readonly<Record<string, Place>>): Generator<RowColumn> {
  const { dataset, file, choice, rejects } = binding;
  const named = Object.entries(dataset.columns);
  const all: [string, ColumnSource][] = named.length > 0 || dataset.wide ? named : ownColumns(binding);
  const names = new Set([...all.map(([name]) => name), ...Object.keys(given)]);
  const sources = new Map(all);
  for (const name of names) {
    const source = sources.get(name) ?? { type: name === 'symbol' ? 'text' : 'decimal' };
    const place = given[name] ?? findPlace(name, source, true, dataset, file)!;
    const { type = 'text' } = source;
    const reader = readerOf(binding, place, source);
    yield {
      name,
      field: createField(name, place, reader, choice, rejects),
      spell: jsonSpelling(type, dataset.decimals),
    };
  }
}

function readerOf(binding: Binding, place: Place, source: ColumnSource): CellReader {
  const { nulls } = binding.dataset.numbers;
  switch (source.type) {
    case undefined:
    case 'text':
      return textReader;
    case 'decimal':
      return numbersOf(binding, place, source.factor);
    case 'integer':
      return createIntegerReader(numbersOf(binding, place, source.factor));
    case 'boolean':
      return createBooleanReader(nulls);
    case 'date':
      return readTimes(binding, place, source).date;
    case 'time':
      return readTimes(binding, place, source).instant;
  }
}

/** All of the file's, as texts, or as the file declares them. */
const ownColumns = ({ file: { columns, types } }: Binding): [string, ColumnSource][] =>
  columns.map((head, index) => [head, { position: index + 1, type: typeOf(types?.[index]) }]);

/** A wall time without a zone stays a text. */
export function typeOf(declared: string | undefined): NonNullable<ColumnSource['type']> {
  if (declared === undefined) return 'text';
  if (/^U?(?:TINY|SMALL)?INT(?:EGER)?$/.test(declared)) return 'integer';
  if (/^(?:U?(?:BIG|HUGE)INT|FLOAT|REAL|DOUBLE|DECIMAL)/.test(declared)) return 'decimal';
  if (declared === 'BOOLEAN') return 'boolean';
  if (declared === 'DATE') return 'date';
  return /^TIMESTAMP.*(?:TZ|WITH TIME ZONE)/.test(declared) ? 'time' : 'text';
}
