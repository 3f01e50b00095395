import type { ColumnSource, Dataset } from '../dataset.js';
import { usualNulls } from './number-shape.js';

/** A dataset as its block in the configuration, without what is so by default. */
export function toBlock({
  match,
  kind,
  interval,
  adjusted,
  format,
  text,
  fileName,
  columns,
  numbers,
  where,
  wide,
  maxErrors,
}: Dataset): Readonly<Record<string, unknown>> {
  return {
    match: alone(match),
    kind,
    ...(interval && { interval }),
    ...(adjusted && { adjusted }),
    ...(format && { format }),
    ...filled('text', {
      ...(text.delimiter !== undefined && { delimiter: text.delimiter }),
      ...(text.encoding !== undefined && { encoding: text.encoding }),
      ...(text.skip > 0 && { skip: text.skip }),
      ...(!text.header && { header: false }),
      ...(text.footer !== undefined && { footer: text.footer }),
    }),
    ...(fileName !== undefined && { fileName }),
    ...filled(
      'columns',
      Object.fromEntries(Object.entries(columns).map(([name, source]) => [name, columnBlock(source)])),
    ),
    ...filled('numbers', {
      ...(numbers.decimal !== '.' && { decimal: numbers.decimal }),
      ...(numbers.thousands !== '' && { thousands: numbers.thousands }),
      ...(numbers.nulls.join('\n') !== usualNulls.join('\n') && { nulls: numbers.nulls }),
    }),
    ...filled('where', where),
    ...(wide && {
      wide: {
        ...(wide.except.length > 0 && { except: wide.except }),
        field: wide.field,
        ...(wide.heads !== undefined && { heads: wide.heads }),
      },
    }),
    ...(maxErrors !== 0.1 && { maxErrors }),
  };
}

const alone = <T>(values: readonly T[]): T | readonly T[] => (values.length === 1 ? values[0]! : values);

const filled = (name: string, options: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.keys(options).length > 0 ? { [name]: options } : {};

function columnBlock({ column, and, ...rest }: ColumnSource): unknown {
  if (column && !and && Object.keys(rest).length === 0) return alone(column);
  return { ...(column && { column: alone(column) }), ...(and && { and: alone(and) }), ...rest };
}
