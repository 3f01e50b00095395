import type { NumberStyle } from '../dataset.js';
import type { Cell } from '../table.js';

/** How the numbers of a file are written, as far as its cells tell. */
export interface NumberShape {
  readonly style: NumberStyle;
  readonly evidence?: string;
  /** A cell that may be read in two ways, and no other tells. */
  readonly ambiguous?: string;
}

/** What most files write for no value. */
export const usualNulls = ['null', 'none', 'nan', 'na', 'n/a', '#n/a', '-'] as const;

const digitsAndMarks = /^[+-]?\d[\d.,'’ \u00a0\u202f]*$/;
const group = String.raw`\d{1,3}`;

const shapes = {
  /** `19,59` `1.234,5` */
  comma: new RegExp(`^[+-]?(?:\\d+|${group}(?:[.'’ \\u00a0\\u202f]\\d{3})+),(?:\\d{1,2}|\\d{4,})$`),
  /** `1.234,567` */
  commaGrouped: new RegExp(`^[+-]?${group}(?:[.'’ \\u00a0\\u202f]\\d{3})+,\\d*$`),
  /** `1,234.5` `1,234,567` */
  pointGrouped: new RegExp(`^[+-]?${group}(?:,\\d{3})+\\.\\d*$|^[+-]?${group}(?:,\\d{3}){2,}$`),
  /** `1,234`: either. */
  either: new RegExp(`^[+-]?${group},\\d{3}$`),
  /** `1'234.5` `1 234` */
  otherGroups: new RegExp(`^[+-]?${group}(?:['’ \\u00a0\\u202f]\\d{3})+(?:[.,]\\d*)?$`),
} as const;

/** Looks at all cells of columns that hold nothing but digits and marks. @param decimal where it was given */
export function numberShapeOf(columns: readonly (readonly Cell[])[], decimal?: '.' | ','): NumberShape {
  const cells = columns
    .filter(isNumeric)
    .flatMap(column =>
      column.flatMap(cell => (cell !== null && /[,'’ \u00a0\u202f]/.test(cell.trim()) ? [cell.trim()] : [])),
    );
  const example = (shape: RegExp): string | undefined => cells.find(cell => shape.test(cell));
  const comma = example(shapes.comma) ?? example(shapes.commaGrouped);
  const point = example(shapes.pointGrouped);
  const either = example(shapes.either);
  const grouped = example(shapes.otherGroups);
  const mark = grouped === undefined ? '' : /['’ \u00a0\u202f]/.exec(grouped)![0].replace(/\s/, ' ');
  const sign = decimal ?? (comma !== undefined ? ',' : '.');
  if (sign === ',') {
    const dotted = columns
      .filter(isNumeric)
      .flat()
      .find(cell => cell !== null && /^[+-]?\d{1,3}(?:\.\d{3})+(?:,\d*)?$/.test(cell.trim()));
    const style = { decimal: ',', thousands: mark || (dotted ? '.' : ''), nulls: usualNulls } as const;
    return { style, evidence: `decimal comma: \`${comma ?? either ?? 'as given'}\`` };
  }
  const thousands = mark || (point !== undefined || (either !== undefined && decimal === '.') ? ',' : '');
  const style = { decimal: '.', thousands, nulls: usualNulls } as const;
  if (either !== undefined && point === undefined && decimal === undefined) return { style, ambiguous: either };
  return { style, ...(thousands && { evidence: `thousands marks: \`${point ?? grouped ?? either}\`` }) };
}

/** Share of cells that may be no number: rows that are to be rejected. */
const mostBad = 0.05;

function isNumeric(column: readonly Cell[]): boolean {
  let [numbers, bad] = [0, 0];
  for (const cell of column) {
    const text = cell?.trim() ?? '';
    if (digitsAndMarks.test(text)) numbers += 1;
    else if (text !== '' && !(usualNulls as readonly string[]).includes(text.toLowerCase())) bad += 1;
  }
  return numbers > 0 && bad <= mostBad * (numbers + bad);
}
