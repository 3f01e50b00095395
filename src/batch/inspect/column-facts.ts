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
  readonly holds: NonNullable<ColumnSource['type']> | 'nothing' | 'clock';
  /** Of dates and times. */
  readonly shape?: TimeShape;
  /** Words in a column of numbers that can only mean no value. */
  readonly nulls: readonly string[];
}

const clock = /^\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?(?: ?[ap]\.?m\.?)?$/i;

/** Share of numbers from which on the few other words of a column are words for no value. */
const mostlyNumbers = 0.8;
const maxNullWords = 3;

export function columnFacts(
  { heads, columns, types }: Sample,
  style: NumberStyle,
  order?: 'dmy' | 'mdy',
): readonly ColumnFacts[] {
  return columns.map((cells, index) => {
    const about = { index, head: heads[index]!, cells };
    const declared = types?.[index];
    const isText = declared === undefined || declared === 'VARCHAR';
    return { ...about, ...(isText ? factsOfTexts(cells, style, order) : factsOfDeclared(cells, declared)) };
  });
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
  const others = new Set<string>();
  let numbers = 0;
  let isWhole = true;
  for (const text of texts) {
    const value = reader.read(text);
    if (value === undefined) {
      others.add(text);
      if (others.size > maxNullWords) return undefined;
      continue;
    }
    numbers += 1;
    // Zeros in front are part of a code, not of a number.
    if (/^[+-]?0\d/.test(text)) return undefined;
    isWhole &&= value !== null && /^[+-]?\d{1,15}$/.test(value);
  }
  if (numbers === 0 || numbers < mostlyNumbers * texts.length || [...others].some(word => /\d/.test(word)))
    return undefined;
  return { holds: isWhole ? 'integer' : 'decimal', nulls: [...others] };
}
