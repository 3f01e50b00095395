import { compareDecimals } from '../../records/decimal.js';
import type { FieldName } from '../../records/fields.js';
import type { ColumnSource, Dataset, NumberStyle } from '../dataset.js';
import { createNumberReader } from '../mapping/numbers.js';
import type { ColumnFacts } from './column-facts.js';
import { called, isNumber } from './columns-of.js';
import { headsOf, plainHead, type SplitHead, splitHeads } from './field-names.js';
import type { Looked } from './proposal.js';

/** Where open, high, low, close and what goes with them are. */
export interface FoundBars {
  readonly columns: Readonly<Record<string, ColumnSource>>;
  readonly wide?: Dataset['wide'];
  /** Of all rows, where heads say it. */
  readonly symbol?: string;
}

const prices = ['open', 'high', 'low', 'close'] as const;
const beside = ['volume', 'adjustedClose', 'dividend', 'splitFactor'] as const;

export function findBars(
  facts: readonly ColumnFacts[],
  header: boolean,
  symbolCells: ColumnFacts | undefined,
  style: NumberStyle,
  looked: Looked,
): FoundBars | undefined {
  if (!header) return byOrder(facts, style, looked);
  return byHeads(facts, symbolCells, looked) ?? bySplitHeads(facts, looked);
}

function byHeads(
  facts: readonly ColumnFacts[],
  symbolCells: ColumnFacts | undefined,
  { find }: Looked,
): FoundBars | undefined {
  const heads = facts.map(({ head }) => head);
  const taken = new Set<number>();
  const columns: Record<string, ColumnSource> = {};
  for (const field of [...prices, ...beside]) {
    const found =
      headsOf(field, heads)
        .map(index => facts[index]!)
        .find(one => isNumber(one) && !taken.has(one.index)) ??
      (field === 'volume' ? volumeOfAsset(facts, symbolCells) : undefined);
    if (found === undefined) continue;
    if (field === 'splitFactor' && found.cells.some(cell => cell !== null && /^0+(?:[.,]0*)?$/.test(cell.trim()))) {
      find(field, `${called(found)} is left out: it is 0 where nothing was split`);
      continue;
    }
    taken.add(found.index);
    columns[field] = found.source;
  }
  if (!prices.every(field => columns[field])) return undefined;
  const currency = headsOf('currency', heads)
    .map(index => facts[index]!)
    .find(({ holds }) => holds === 'text');
  if (currency) columns.currency = currency.source;
  return { columns };
}

/** `Volume BTC` beside `Volume USDT`: that of what is traded. */
function volumeOfAsset(facts: readonly ColumnFacts[], symbolCells: ColumnFacts | undefined): ColumnFacts | undefined {
  const volumes = facts.filter(one => isNumber(one) && /^vol(?:ume)?[^a-z]/i.test(one.head.trim()));
  const symbol = plainHead(symbolCells?.cells.find(cell => cell !== null) ?? '');
  return (
    volumes.find(({ head }) => symbol !== '' && symbol.startsWith(plainHead(head).replace(/^vol(?:ume)?/, ''))) ??
    volumes[0]
  );
}

function bySplitHeads(facts: readonly ColumnFacts[], { find }: Looked): FoundBars | undefined {
  const bySymbol = new Map<string, SplitHead[]>();
  for (const one of splitHeads(facts.map(({ head }) => head)))
    if (isNumber(facts[one.index]!)) bySymbol.set(one.symbol, [...(bySymbol.get(one.symbol) ?? []), one]);
  const whole = [...bySymbol].filter(([, parts]) => prices.every(price => parts.some(({ field }) => field === price)));
  const [first] = whole;
  if (first === undefined) return undefined;
  const [symbol, parts] = first;
  if (whole.length === 1) {
    find('symbol', `\`${symbol}\` stands in the heads of the columns, as in \`${facts[parts[0]!.index]!.head}\``);
    return {
      symbol,
      columns: Object.fromEntries(parts.map(({ field, index }) => [field, facts[index]!.source])),
    };
  }
  const { mark, isSymbolFirst } = parts[0]!;
  const words = [...new Map(parts.map(({ field, word }) => [field, word]))];
  const field = `(?<field>${words.map(([, word]) => word.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`)).join('|')})`;
  const between = `[${mark}]`;
  find('symbol', `the heads hold ${whole.length} symbols, as in \`${facts[parts[0]!.index]!.head}\``);
  return {
    columns: Object.fromEntries(words.map(([name, word]) => [name, { column: [word] }])),
    wide: {
      except: [],
      field: 'close',
      heads: isSymbolFirst ? `^(?<symbol>.+)${between}${field}$` : `^${field}${between}(?<symbol>.+)$`,
    },
  };
}

/** Without heads: four neighbours of which the second is never below and the third never above the others. */
function byOrder(facts: readonly ColumnFacts[], style: NumberStyle, { find }: Looked): FoundBars | undefined {
  for (const start of facts.keys()) {
    const four = facts.slice(start, start + 4);
    if (four.length < 4 || !four.every(one => isNumber(one) && one.shape?.format === undefined) || !isOhlc(four, style))
      continue;
    find(
      'columns',
      `columns ${start + 1} to ${start + 4} are open, high, low, close: of each row the second is the highest and the third the lowest`,
    );
    const volume = facts[start + 4];
    const own = Object.fromEntries(prices.map((field, index) => [field, { position: start + index + 1 }]));
    const isVolume = volume !== undefined && isNumber(volume);
    if (isVolume) find('volume', `column ${start + 5} follows the prices`, true);
    return { columns: { ...own, ...(isVolume && { volume: { position: start + 5 } }) } };
  }
  return undefined;
}

function isOhlc([open, high, low, close]: readonly ColumnFacts[], style: NumberStyle): boolean {
  const reader = createNumberReader(style);
  let differing = 0;
  for (const row of open!.cells.keys()) {
    const [o, h, l, c] = [open!, high!, low!, close!].map(({ cells }) =>
      cells[row] == null ? null : reader.read(cells[row]),
    );
    if (!o || !h || !l || !c) continue;
    if ([o, c].some(price => compareDecimals(price, h) > 0 || compareDecimals(price, l) < 0)) return false;
    if (compareDecimals(h, l) > 0) differing += 1;
  }
  return differing > 0;
}

/** One price a row, with what goes beside it. */
export function findQuotes(
  facts: readonly ColumnFacts[],
  time: number,
): Readonly<Record<string, ColumnSource>> | undefined {
  const heads = facts.map(({ head }) => head);
  const columns: Record<string, ColumnSource> = {};
  const taken = new Set([time]);
  for (const field of [
    'price',
    'bid',
    'ask',
    'previousClose',
    'open',
    'high',
    'low',
    'volume',
  ] as const satisfies readonly FieldName[]) {
    const found = headsOf(field, heads)
      .map(index => facts[index]!)
      .find(one => isNumber(one) && !taken.has(one.index));
    if (found === undefined) continue;
    taken.add(found.index);
    columns[field] = found.source;
  }
  return columns.price ? columns : undefined;
}

/** A file that has one column a symbol: all but the time are numbers, and their heads look like symbols. */
export function findWide(facts: readonly ColumnFacts[], time: number, { find }: Looked): Dataset['wide'] | undefined {
  const others = facts.filter(({ index, head }) => index !== time && head.trim() !== '');
  const symbols = others.filter(
    one =>
      (isNumber(one) || one.holds === 'nothing') &&
      /^[A-Z0-9^][A-Z0-9.^=/-]{0,20}$/.test(one.head.trim()) &&
      /[A-Z]/.test(one.head),
  );
  if (symbols.length === 0 || symbols.length * 10 < others.length * 9) return undefined;
  find(
    'wide',
    `${symbols.length} columns have a symbol as their head: ${symbols.slice(0, 3).map(called).join(', ')}${symbols.length > 3 ? ', …' : ''}`,
  );
  return { except: others.filter(one => !symbols.includes(one)).map(({ head }) => head.trim()), field: 'price' };
}
