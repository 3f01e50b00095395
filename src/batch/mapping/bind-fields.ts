import { barFields, type FieldName, quoteFields } from '../../records/fields.js';
import { isIntraday } from '../../records/interval.js';
import type { ColumnSource, Dataset } from '../dataset.js';
import { FileFault } from '../table.js';
import { type ColumnChoice, createField, type Field } from './cells.js';
import { type FileHeads, findPlace, type Place } from './find-columns.js';
import { createNumberReader, plainNumbers } from './numbers.js';
import type { BoundFields } from './observations.js';
import type { CellReader } from './reader.js';
import type { Rejects } from './rejects.js';
import { createSymbolReader, currencyReader } from './texts.js';
import { createTimeReaders, type TimeReaders } from './times.js';

/** What the parts of one mapping share. */
export interface Binding {
  readonly dataset: Dataset;
  readonly file: FileHeads & { readonly types?: readonly string[] };
  readonly choice: ColumnChoice;
  readonly rejects: Rejects;
}

/** Everything of a bar or a quote that one record takes from a row. `given` stands instead of what the dataset says. @throws FileFault */
export function bindFields(
  binding: Binding,
  times: BoundTimes,
  given: Readonly<Partial<Record<FieldName, Place>>> = {},
): BoundFields {
  const { dataset } = binding;
  const fields: Partial<Record<FieldName, Field>> = { ...times };
  for (const [name, presence] of Object.entries(dataset.kind === 'bar' ? barFields : quoteFields) as [
    FieldName,
    string,
  ][]) {
    if (presence === 'time') continue;
    const source = dataset.columns[name];
    const place = given[name] ?? (source && findPlace(name, source, presence === 'needed', dataset, binding.file));
    if (place !== undefined) fields[name] = bind(binding, name, place, readerOf(binding, name, place, source));
    else if (presence === 'needed') throw new FileFault('mapping', `nothing says where \`${name}\` comes from`);
  }
  return fields as BoundFields;
}

export type BoundTimes = Pick<BoundFields, 'date' | 'time'>;

/** The time and the date of a row, which all of its records have. @throws FileFault */
export function bindTimes(binding: Binding): BoundTimes {
  const { dataset } = binding;
  const { time: ofTime, date: ofDate } = dataset.columns;
  const time = placeOf(binding, 'time', ofTime);
  const date = placeOf(binding, 'date', ofDate);
  const [first, second] = [time ?? date, date ?? time];
  if (first === undefined || second === undefined)
    throw new FileFault('mapping', 'nothing says where `time` comes from');
  const timeReaders = readTimes(binding, first, time ? ofTime : ofDate, ofDate?.zone);
  const dateReaders = second === first ? timeReaders : readTimes(binding, second, ofDate, ofTime?.zone);
  const dateField = bind(binding, 'date', second, dateReaders.date);
  if (dataset.kind === 'bar' && !isIntraday(dataset.interval!)) return { date: dateField };
  const reader = dataset.kind === 'bar' ? timeReaders.timeOfDay : timeReaders.instant;
  return { date: dateField, time: bind(binding, 'time', first, reader) };
}

const placeOf = (
  { dataset, file }: Binding,
  name: 'time' | 'date',
  source: ColumnSource | undefined,
): Place | undefined => source && findPlace(name, source, true, dataset, file);

const bind = ({ choice, rejects }: Binding, name: string, place: Place, reader: CellReader): Field =>
  createField(name, place, reader, choice, rejects);

export function readTimes(
  { dataset }: Binding,
  { head }: Place,
  source: ColumnSource | undefined,
  otherZone?: string,
): TimeReaders {
  const zone = source?.zone ?? otherZone;
  return createTimeReaders({
    head,
    nulls: dataset.numbers.nulls,
    ...(source?.format !== undefined && { format: source.format }),
    ...(zone !== undefined && { zone }),
  });
}

function readerOf(binding: Binding, name: FieldName, place: Place, source: ColumnSource | undefined): CellReader {
  if (name === 'symbol') return createSymbolReader();
  return name === 'currency' ? currencyReader : numbersOf(binding, place, source?.factor);
}

/** Columns that the file declares as numbers are spelled as everywhere, whatever the dataset says of its texts. */
export function numbersOf({ dataset, file }: Binding, place: Place, factor: string | undefined): CellReader {
  const declared = place.kind === 'column' ? file.types?.[place.column] : undefined;
  const isTyped = place.kind === 'constant' || (declared !== undefined && declared !== 'VARCHAR');
  return createNumberReader(isTyped ? plainNumbers(dataset.numbers.nulls) : dataset.numbers, factor);
}
