import type { ColumnSource } from '../dataset.js';
import type { ColumnFacts } from './column-facts.js';
import { called } from './columns-of.js';
import type { Looked } from './proposal.js';

/** Every column of the file as a column of the record, typed where all of its cells agree. */
export function rowColumns(
  facts: readonly ColumnFacts[],
  symbol: ColumnFacts | undefined,
  header: boolean,
  looked: Looked,
): Readonly<Record<string, ColumnSource>> {
  const columns: Record<string, ColumnSource> = {};
  for (const one of facts) {
    const head = one.head.trim();
    const name = one === symbol ? 'symbol' : head === '' || !header ? `column${one.index + 1}` : head;
    const unique =
      columns[name] === undefined && (one === symbol || name !== 'symbol' || symbol === undefined)
        ? name
        : `${name}${one.index + 1}`;
    columns[unique] = { ...one.source, ...typed(one, looked) };
  }
  return columns;
}

function typed(column: ColumnFacts, { asked: { zone }, find }: Looked): Pick<ColumnSource, 'type' | 'format' | 'zone'> {
  const { holds, shape } = column;
  if (holds === 'integer' || holds === 'decimal' || holds === 'boolean') return { type: holds };
  if ((holds !== 'date' && holds !== 'time') || shape === undefined) return {};
  if (shape.ambiguous) {
    find(called(column), `${shape.evidence}: it stays a text`, true);
    return {};
  }
  const isLocal = shape.stamps.some(stamp => stamp?.hasTime && Number.isNaN(stamp.offsetMs));
  if (isLocal && zone === undefined) {
    find(called(column), 'its times have no offset, and no zone is known: it stays a text');
    return {};
  }
  return {
    type: holds,
    ...(shape.format !== undefined && { format: shape.format }),
    ...(isLocal && zone !== undefined && { zone }),
  };
}
