import type { ColumnSource } from '../dataset.js';
import type { ColumnFacts } from './column-facts.js';

/** How a dataset names a column: by its head, or by its place where the head names none or several. */
export function sourceOf({ index, head }: ColumnFacts, all: readonly ColumnFacts[], header: boolean): ColumnSource {
  const plain = head.trim().toLowerCase();
  const isOne = all.filter(other => other.head.trim().toLowerCase() === plain).length === 1;
  return header && plain !== '' && isOne ? { column: [head.trim()] } : { position: index + 1 };
}

/** A column as people call it. */
export const called = ({ index, head }: ColumnFacts): string =>
  head.trim() === '' ? `column ${index + 1}` : `\`${head.trim().slice(0, 40)}\``;

export const isNumber = ({ holds }: ColumnFacts): boolean => holds === 'integer' || holds === 'decimal';
