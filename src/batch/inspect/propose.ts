import { type Interval, isIntraday } from '../../records/interval.js';
import type { ColumnSource, Dataset, NumberStyle, TextLayout } from '../dataset.js';
import { type ColumnFacts, columnFacts } from './column-facts.js';
import { called } from './columns-of.js';
import { type FoundBars, findBars, findQuotes, findWide } from './find-prices.js';
import { findSymbol } from './find-symbol.js';
import { type FoundTime, findTime, tellTime } from './find-time.js';
import { intervalInName, intervalOf } from './interval-of.js';
import { type NumberShape, numberShapeOf, usualNulls } from './number-shape.js';
import { type Asked, type Finding, type Looked, NoProposal, type Proposal } from './proposal.js';
import { rowColumns } from './propose-rows.js';
import type { Sample } from './sample.js';
import { symbolInName } from './symbol-in-name.js';

/** What fits the columns of a file, before it has a name. */
type Meaning = Pick<Dataset, 'kind' | 'columns' | 'interval' | 'wide'>;

/** A dataset for files like this one, with what was seen that speaks for it. Pure: it looks at the sample alone. */
export function propose(sample: Sample, name: string, asked: Asked): Proposal {
  const findings: Finding[] = [];
  const find: Looked['find'] = (about, detail, isAssumed) =>
    findings.push({ about, detail, ...(isAssumed && { isAssumed }) });
  const looked: Looked = { name, asked, find };
  try {
    describeFile(sample, find);
    const texts = sample.columns.filter((_, index) => isText(sample.types?.[index]));
    const numbers = numberShapeOf(texts, asked.decimal);
    const facts = columnFacts(sample, numbers.style, asked.dates);
    const style = styleOf(numbers, facts, find);
    const meaning = meaningOf(facts, sample.isNamed, style, looked);
    return { ok: true, dataset: datasetOf(meaning, sample, style, looked), findings };
  } catch (error) {
    if (error instanceof NoProposal) return { ok: false, reason: error.message, findings };
    throw error;
  }
}

const isText = (declared: string | undefined): boolean => declared === undefined || declared === 'VARCHAR';

function describeFile({ rows, isWhole, broken, heads, layout, types, isNamed }: Sample, find: Looked['find']): void {
  if (rows === 0) throw new NoProposal('the file has no rows');
  const { delimiter, encoding, skip = 0, header = true } = layout ?? {};
  if (delimiter !== undefined)
    find(
      'text',
      `cells between \`${delimiter === '\t' ? '\\t' : delimiter}\`${encoding === undefined ? '' : `, ${encoding}`}`,
    );
  if (skip > 0) find('text', `${skip} ${skip === 1 ? 'line' : 'lines'} before the header`);
  if (!header && !isNamed) find('text', 'no header: the first line is data');
  if (types) find('types', 'as the file declares them');
  find('rows', `${heads.length} columns; ${isWhole ? `all ${rows} rows` : `the first ${rows} rows`} looked at`);
  if (broken > 0) find('rows', `${broken} rows have another number of cells than the header`);
}

function styleOf(
  { style, evidence, ambiguous }: NumberShape,
  facts: readonly ColumnFacts[],
  find: Looked['find'],
): NumberStyle {
  if (ambiguous !== undefined)
    throw new NoProposal(
      `\`${ambiguous}\` may have a decimal comma or a thousands mark, and no row tells; say it with --decimal , or --decimal .`,
    );
  if (evidence !== undefined) find('numbers', evidence);
  const more = [...new Set(facts.flatMap(({ nulls }) => nulls))];
  if (more.length > 0)
    find('numbers.nulls', `${more.map(word => `\`${word}\``).join(', ')} among numbers means no value`);
  return { ...style, nulls: more.length > 0 ? [...usualNulls, ...more] : style.nulls };
}

/** What everything that is tried looks at. */
interface Known {
  readonly facts: readonly ColumnFacts[];
  readonly header: boolean;
  readonly symbol: ColumnFacts | undefined;
  readonly time: FoundTime | undefined;
  readonly bars: FoundBars | undefined;
  readonly looked: Looked;
}

function meaningOf(facts: readonly ColumnFacts[], header: boolean, style: NumberStyle, looked: Looked): Meaning {
  const symbol = findSymbol(facts, header);
  const time = findTime(facts, header, looked.asked);
  const bars = time && findBars(facts, header, symbol, style, looked);
  const known: Known = { facts, header, symbol, time, bars, looked };
  const { kind } = looked.asked;
  if (kind === undefined) return asBars(known) ?? asQuotes(known) ?? asRows(known);
  const meaning = { bar: asBars, quote: asQuotes, row: asRows }[kind](known);
  if (meaning === undefined)
    throw new NoProposal(`its columns do not make a ${kind}: there is no time, or not all of its prices`);
  return meaning;
}

function asBars(known: Known): Meaning | undefined {
  const { symbol, time, bars, looked } = known;
  if (!time || !bars) return undefined;
  tellTime(time, looked);
  const interval = findInterval(time, symbol, looked);
  if (interval === undefined) return undefined;
  const columns = { ...symbolSource(known, bars), time: zoned(time, interval, looked), ...bars.columns };
  return { kind: 'bar', interval, columns, ...(bars.wide && { wide: bars.wide }) };
}

function findInterval(
  { shape }: FoundTime,
  symbol: ColumnFacts | undefined,
  { name, find }: Looked,
): Interval | undefined {
  const found = intervalOf(shape.stamps, symbol?.cells);
  const byName = intervalInName(name);
  if (found) find('interval', found.evidence, found.isAssumed);
  else if (byName) find('interval', `${byName} by the name of the file: no two rows of a symbol tell`);
  else find('interval', 'no two rows of a symbol tell how long the bars are');
  return found ? found.interval : byName;
}

/** Up to so many columns make a quote without a symbol of its own; more are a table with a price among others. */
const fewColumns = 8;

function asQuotes(known: Known): Meaning | undefined {
  const { facts, header, symbol, time, bars, looked } = known;
  // Bars of a length that records do not know are no quotes.
  if (!time || !header || (bars && looked.asked.kind === undefined)) return undefined;
  const prices = symbol || facts.length <= fewColumns ? findQuotes(facts, time.column.index) : undefined;
  const wide = prices || symbol ? undefined : findWide(facts, time.column.index, looked);
  if (!prices && !wide) return undefined;
  tellTime(time, looked);
  const ofTime = { time: zoned(time, undefined, looked) };
  return wide
    ? { kind: 'quote', columns: ofTime, wide }
    : { kind: 'quote', columns: { ...symbolSource(known), ...ofTime, ...prices } };
}

function asRows({ facts, header, symbol, looked }: Known): Meaning {
  looked.find('kind', 'no bars and no quotes: a row keeps columns of its own');
  return { kind: 'row', columns: rowColumns(facts, symbol, header, looked) };
}

/** Empty where heads or the name of the file are to tell. */
function symbolSource({ symbol, looked }: Known, bars?: FoundBars): Dataset['columns'] {
  if (looked.asked.symbol !== undefined) return { symbol: { value: looked.asked.symbol } };
  if (bars?.symbol !== undefined) return { symbol: { value: bars.symbol } };
  if (!symbol || bars?.wide) return {};
  looked.find('symbol', `${called(symbol)}: ${new Set(symbol.cells).size} of them`);
  return { symbol: symbol.source };
}

/** The source of the time with the zone that it needs. */
function zoned(
  { source, isLocal, hasTime, column, shape }: FoundTime,
  interval: Interval | undefined,
  { asked: { zone }, find }: Looked,
): ColumnSource {
  if (!hasTime) return source;
  const isDaily = interval !== undefined && !isIntraday(interval);
  if (zone !== undefined) return { ...source, zone };
  const isMidnight = shape.stamps.every(stamp => !stamp || stamp.wallMs % 86_400_000 === 0);
  if (isDaily) {
    const isUtc = shape.format?.startsWith('epoch') || shape.stamps.some(stamp => stamp?.offsetMs === 0);
    if (isUtc && !isMidnight) find('zone', 'days are those of UTC; --zone says of which exchange', true);
    return source;
  }
  if (!isLocal) return source;
  const isNamed = /utc|gmt/i.test(column.head);
  find(
    'zone',
    isNamed ? `${called(column)} says UTC` : 'times have no offset: UTC is taken; --zone says otherwise',
    isNamed ? undefined : true,
  );
  return { ...source, zone: 'UTC' };
}

function datasetOf(meaning: Meaning, sample: Sample, style: NumberStyle, looked: Looked): Dataset {
  const { kind, wide, interval } = meaning;
  const isWanted = kind !== 'row' && !wide && meaning.columns.symbol === undefined;
  const named = symbolInName(looked.name, isWanted);
  if (isWanted)
    looked.find(
      'symbol',
      named.isAssumed
        ? `nothing tells it: \`${named.symbol}\`, from the name of the file, is taken; --symbol says otherwise`
        : `\`${named.symbol}\` stands in the name of the file`,
      named.isAssumed,
    );
  return {
    name: named.dataset,
    match: [named.match],
    kind,
    ...(interval && { interval }),
    adjusted: false,
    topic: `market.${kind}s`,
    decimals: 'string',
    text: textOf(sample.layout),
    ...(isWanted && { fileName: named.fileName }),
    columns: isWanted ? { symbol: { name: 'symbol' }, ...meaning.columns } : meaning.columns,
    numbers: style,
    where: {},
    ...(wide && { wide }),
    maxErrors: 0.1,
  };
}

/** UTF-8 needs no mention: anything else is told from it. */
const textOf = ({ delimiter, encoding, skip = 0, header = true }: Partial<TextLayout> = {}): TextLayout => ({
  ...(delimiter !== undefined && { delimiter }),
  ...(encoding !== undefined && encoding !== 'utf-8' && { encoding }),
  skip,
  header,
});
