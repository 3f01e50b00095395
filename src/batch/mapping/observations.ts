import type { FieldName } from '../../records/fields.js';
import { isIntraday } from '../../records/interval.js';
import type { Bar, Observation, Quote } from '../../records/observation.js';
import type { Dataset } from '../dataset.js';
import type { Field } from './cells.js';

/** The fields of a record where this file has them. `time`: the instant; absent for bars of a day and more. */
export type BoundFields = Partial<Record<FieldName, Field>> & Readonly<{ symbol: Field; date: Field }>;

/** Makes the observation of a row, by index within the chunk; undefined after the row was rejected. */
export type Observe = (row: number) => Observation | undefined;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export function createObserve(dataset: Dataset, fields: BoundFields): Observe {
  return dataset.kind === 'bar' ? observeBar(dataset, fields) : observeQuote(fields);
}

function observeBar({ interval = '1d', adjusted }: Dataset, fields: BoundFields): Observe {
  const { symbol, date, time, open, high, low, close } = fields;
  const optional = optionalFields(fields, ['volume', 'adjustedClose', 'dividend', 'splitFactor', 'currency']);
  const isInstant = isIntraday(interval);
  let knownDate = '';
  let midnight = '';
  return row => {
    const ofSymbol = symbol.need(row);
    if (ofSymbol === undefined) return undefined;
    const onDate = date.need(row);
    if (onDate === undefined) return undefined;
    if (!isInstant && onDate !== knownDate) {
      knownDate = onDate;
      midnight = `${onDate}T00:00:00Z`;
    }
    const atTime = isInstant ? time!.need(row) : midnight;
    if (atTime === undefined) return undefined;
    const first = open!.need(row);
    if (first === undefined) return undefined;
    const highest = high!.need(row);
    if (highest === undefined) return undefined;
    const lowest = low!.need(row);
    if (lowest === undefined) return undefined;
    const last = close!.need(row);
    if (last === undefined) return undefined;
    const bar: Mutable<Bar> = {
      kind: 'bar',
      symbol: ofSymbol,
      interval,
      adjusted,
      time: atTime,
      date: onDate,
      open: first,
      high: highest,
      low: lowest,
      close: last,
    };
    return readOptional(bar, optional, row) ? bar : undefined;
  };
}

function observeQuote(fields: BoundFields): Observe {
  const { symbol, date, time, price } = fields;
  const optional = optionalFields(fields, ['open', 'high', 'low', 'previousClose', 'volume', 'bid', 'ask']);
  return row => {
    const ofSymbol = symbol.need(row);
    if (ofSymbol === undefined) return undefined;
    const atTime = time!.need(row);
    if (atTime === undefined) return undefined;
    const onDate = date.need(row);
    if (onDate === undefined) return undefined;
    const traded = price!.need(row);
    if (traded === undefined) return undefined;
    const quote: Mutable<Quote> = { kind: 'quote', symbol: ofSymbol, time: atTime, date: onDate, price: traded };
    return readOptional(quote, optional, row) ? quote : undefined;
  };
}

interface OptionalField<K> {
  readonly name: K;
  readonly field: Field;
}

const optionalFields = <K extends FieldName>(fields: BoundFields, names: readonly K[]): readonly OptionalField<K>[] =>
  names.flatMap(name => {
    const field = fields[name];
    return field === undefined ? [] : [{ name, field }];
  });

function readOptional<K extends FieldName>(
  into: Partial<Record<K, string>>,
  optional: readonly OptionalField<K>[],
  row: number,
): boolean {
  for (const { name, field } of optional) {
    const value = field.read(row);
    if (value === undefined) return false;
    if (value !== null) into[name] = value;
  }
  return true;
}
