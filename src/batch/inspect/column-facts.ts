import type { ColumnSource, NumberStyle } from '../dataset.js';
import { createNumberReader, nullTest } from '../mapping/numbers.js';
import { typeOf } from '../mapping/rows.js';
import type { Cell } from '../table.js';
import type { Sample } from './sample.js';
import { type TimeShape, timeShapeOf } from './time-shape.js';

/** What the cells of a column are. */
export interface ColumnFacts {
  readonly index: number;
  readonly head: string;
  readonly cells: readonly Cell[];
  /** How a dataset names it: by its head, or by its place where the head names none or several. */
  readonly source: ColumnSource;
  readonly holds: NonNullable<ColumnSource['type']> | 'nothing' | 'clock';
  /** Of dates and times. */
  readonly shape?: TimeShape;
  /** Words in a column of numbers that can only mean no value. */
  readonly nulls: readonly string[];
}

const clock = /^\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?(?: ?[ap]\.?m\.?)?$/i;

/** Words that can only mean that there is no number. */
const noNumber = /^(?:[^A-Za-z0-9]{1,3}|\\N|nil|nd|n\.a\.|missing|void|#value!|#div\/0!|#n\/a n\/a)$/i;
/** Share of cells that may be neither a number nor a word for none: rows that are to be rejected. */
const mostBad = 0.05;
const mostNullWords = 3;

export function columnFacts(
  { heads, columns, types, layout }: Sample,
  style: NumberStyle,
  order?: 'dmy' | 'mdy',
): readonly ColumnFacts[] {
  return columns.map((cells, index) => {
    const about = { index, head: heads[index]!, cells, source: sourceOf(index, heads, layout?.header ?? true) };
    const declared = types?.[index];
    const isText = declared === undefined || declared === 'VARCHAR';
    return { ...about, ...(isText ? factsOfTexts(cells, style, order) : factsOfDeclared(cells, declared)) };
  });
}

function sourceOf(index: number, heads: readonly string[], header: boolean): ColumnSource {
  const plain = heads.map(head => head.trim().toLowerCase());
  const isOne = plain.filter(head => head === plain[index]).length === 1;
  return header && plain[index] !== '' && isOne ? { column: [heads[index]!.trim()] } : { position: index + 1 };
}

type Facts = Pick<ColumnFacts, 'holds' | 'shape' | 'nulls'>;

function factsOfDeclared(cells: readonly Cell[], declared: string): Facts {
  const holds = /^(?:DATE$|TIMESTAMP)/.test(declared) ? (declared === 'DATE' ? 'date' : 'time') : typeOf(declared);
  if (holds === 'date' || holds === 'time') {
    const shape = timeShapeOf(cells);
    return { holds, nulls: [], ...(shape && { shape }) };
  }
  // A number of seconds since 1970 is a time only by its head, which others look at.
  const shape = holds === 'integer' || holds === 'decimal' ? timeShapeOf(cells) : undefined;
  return { holds, nulls: [], ...(shape && { shape }) };
}

function factsOfTexts(cells: readonly Cell[], style: NumberStyle, order?: 'dmy' | 'mdy'): Facts {
  const isNull = nullTest(style.nulls);
  const texts = cells
    .flatMap(cell => (cell === null || cell.trim() === '' ? [] : [cell.trim()]))
    .filter(text => !isNull(text));
  if (texts.length === 0) return { holds: 'nothing', nulls: [] };
  if (texts.every(text => clock.test(text))) return { holds: 'clock', nulls: [] };
  const shape = timeShapeOf(cells, order);
  const numbers = numberFacts(texts, style);
  const withShape = shape ? { shape } : {};
  if (numbers !== undefined) return { ...numbers, ...withShape };
  if (shape) return { holds: shape.stamps.some(stamp => stamp?.hasTime) ? 'time' : 'date', nulls: [], shape };
  if (texts.every(text => /^(?:true|false)$/i.test(text))) return { holds: 'boolean', nulls: [] };
  return { holds: 'text', nulls: [] };
}

function numberFacts(texts: readonly string[], style: NumberStyle): Pick<ColumnFacts, 'holds' | 'nulls'> | undefined {
  const reader = createNumberReader(style);
  const nulls = new Set<string>();
  let [numbers, bad] = [0, 0];
  let isWhole = true;
  for (const text of texts) {
    const value = reader.read(text);
    // Zeros in front are part of a code, not of a number.
    if (/^[+-]?0\d/.test(text)) return undefined;
    if (value === undefined && noNumber.test(text)) nulls.add(text);
    else if (value === undefined) bad += 1;
    else {
      numbers += 1;
      isWhole &&= value !== null && /^[+-]?\d{1,15}$/.test(value);
    }
  }
  if (numbers === 0 || bad > mostBad * texts.length || nulls.size > mostNullWords) return undefined;
  return { holds: isWhole ? 'integer' : 'decimal', nulls: [...nulls] };
}
