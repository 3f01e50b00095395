import { isSymbol } from '../mapping/texts.js';
import type { ColumnFacts } from './column-facts.js';
import { headsOf, plainHead } from './field-names.js';

/** Heads that hold names of companies as often as symbols. */
const doubtful = new Set(['name', 'security', 'code', 'asset', 'stock', 'instrument']);
const inCapitals = /^[A-Z0-9^][A-Z0-9.^=/_-]{0,19}$/;

/** The column with the symbol of each row. */
export function findSymbol(facts: readonly ColumnFacts[], header: boolean): ColumnFacts | undefined {
  const named = header
    ? headsOf(
        'symbol',
        facts.map(({ head }) => head),
      ).map(index => facts[index]!)
    : facts.filter(({ holds }) => holds === 'text');
  return named.find(({ head, cells, shape }) => {
    if (shape !== undefined) return false;
    const isStrict = !header || doubtful.has(plainHead(head));
    const texts = cells.flatMap(cell => (cell === null || cell.trim() === '' ? [] : [cell.trim()]));
    return (
      texts.length > 0 &&
      texts.filter(text => (isStrict ? inCapitals : { test: isSymbol }).test(text)).length >= 0.99 * texts.length
    );
  });
}
