import type { ColumnFacts } from './column-facts.js';

/** A column as people call it. */
export const called = ({ index, head }: ColumnFacts): string =>
  head.trim() === '' ? `column ${index + 1}` : `\`${head.trim().slice(0, 40)}\``;

export const isNumber = ({ holds }: ColumnFacts): boolean => holds === 'integer' || holds === 'decimal';
