import type { TextLayout } from '../dataset.js';
import { FileFault } from '../table.js';
import { recordsIn } from './csv-records.js';

/** How a file is cut into rows. */
export interface CsvLayout {
  readonly delimiter: string;
  /** Lines before the header, blank ones among them. */
  readonly skip: number;
  readonly heads: readonly string[];
}

/** A record of the sample. */
interface Outline {
  /** Its first line, from 0. */
  readonly line: number;
  readonly text: string;
  readonly cells: number;
}

interface Shape {
  readonly delimiter: string;
  readonly records: readonly Outline[];
  /** The most frequent number of cells. */
  readonly width: number;
  readonly share: number;
}

/** Where two cut the same share of lines into as many cells, the first is taken: a comma may be the decimal sign. */
const delimiters = ['\t', '|', ';', ','];

/** In records. A banner is shorter; what first looks like a header further down is data. */
const maxBanner = 50;

/**
 * Finds the delimiter and the header in the first lines of a file. The delimiter is the one that cuts most records into equally many cells. The header is
 * the first record of that many cells, most of them filled, so that a banner above it is left out; but the first of all if that one holds values.
 * @param text begins behind the lines that the layout says to skip
 */
export function findLayout(text: string, whole: boolean, { delimiter, header, skip }: TextLayout): CsvLayout {
  const candidates = delimiter === undefined ? delimiters : [delimiter];
  const shapes = candidates.map(one => shapeOf(one, recordsOf(text, whole, one)));
  const shape = shapes.reduce((best, one) => (isBetter(one, best) ? one : best));
  const { records, width } = shape;
  if (records.length === 0) throw new FileFault('empty', 'no line with anything in it');
  if (!header) {
    const heads = Array.from({ length: width }, (_, at) => String(at + 1));
    return { delimiter: shape.delimiter, skip, heads };
  }
  const cellsOf = ({ text: record }: Outline) => recordsIn(record, shape.delimiter)[0] ?? [];
  const headed = records
    .slice(0, width > 1 ? maxBanner : 0)
    .findIndex(record => record.cells === width && isMostlyFilled(cellsOf(record)));
  const first = headed > 0 && !cellsOf(records[headed]!).some(cell => startsLikeValue.test(cell)) ? headed : 0;
  const heads = cellsOf(records[first]!);
  const idle = hasIdleCell(records.slice(first + 1), shape.delimiter, heads.length);
  return {
    delimiter: shape.delimiter,
    skip: skip + (first > 0 ? records[first]!.line : 0),
    heads: idle ? [...heads, ''] : heads,
  };
}

function shapeOf(delimiter: string, records: readonly Outline[]): Shape {
  const counts = new Map<number, number>();
  for (const { cells } of records) counts.set(cells, (counts.get(cells) ?? 0) + 1);
  const [width, count] = [...counts].reduce((best, one) => (one[1] > best[1] ? one : best), [1, 0]);
  return { delimiter, records, width, share: width === 1 ? 0 : count / records.length };
}

function isBetter(a: Shape, b: Shape): boolean {
  if (a.share !== b.share) return a.share > b.share;
  if (a.width !== b.width) return a.width > b.width;
  return (a.records[0]?.cells ?? 0) > (b.records[0]?.cells ?? 0);
}

/** The records of the sample that have anything in them, without one that it cuts. */
function recordsOf(sample: string, whole: boolean, delimiter: string): readonly Outline[] {
  const text = whole ? `${sample}\n` : sample;
  const records: Outline[] = [];
  let quoted = false;
  let fresh = true;
  let cells = 1;
  let line = 0;
  let start = 0;
  let startLine = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '\n') line++;
    if (char === '"' && (fresh || quoted)) quoted = !quoted;
    else if (char === '\n' && !quoted) {
      const record = text.slice(start, at);
      if (record.trim() !== '') records.push({ line: startLine, text: record, cells });
      start = at + 1;
      startLine = line;
      cells = 1;
      fresh = true;
    } else if (!quoted && text.startsWith(delimiter, at)) {
      cells++;
      at += delimiter.length - 1;
      fresh = true;
    } else fresh &&= char === ' ';
    if (char === '"') fresh = false;
  }
  return records;
}

/** As numbers and dates begin. */
const startsLikeValue = /^[-+]?[.,]?\d/;

const isMostlyFilled = (cells: readonly string[]): boolean =>
  cells.filter(cell => cell !== '').length * 2 > cells.length;

/** Whether each row ends in one delimiter too many. */
const hasIdleCell = (rows: readonly Outline[], delimiter: string, width: number): boolean =>
  rows.length > 0 && rows.every(({ text, cells }) => cells === width + 1 && text.trimEnd().endsWith(delimiter.trim()));
