import { exactJson } from './exact-json.js';

/**
 * A JSON object whose values are all objects with the same keys in the same order, read off the text: the rows of a series. In the place where
 * `JSON.parse` would have put the object of rows.
 */
export class UniformRows {
  /** Keys of the rows' values, as sent. */
  readonly names: readonly string[];
  /** Row after row: its own key, then its values in the order of `names`. */
  readonly cells: readonly string[];
  constructor(names: readonly string[], cells: readonly string[]) {
    this.names = names;
    this.cells = cells;
  }
}

const blank = '[ \\t\\r\\n]*';
const plainText = '[^"\\\\\\x00-\\x1f]*';
const stamp = `"(\\d{4}-\\d\\d-\\d\\d${plainText})"`;
/** `"BLOCK": {` before a first row `"2024-06-03…": {`. What precedes rows is a few lines. */
const opening = new RegExp(`"(${plainText})"${blank}:${blank}\\{(?=${blank}${stamp}${blank}:${blank}\\{)`);
const ending = new RegExp(`${blank}\\}${blank}$`, 'y');
const maxHead = 4_000;
const maxNames = 20;

const patterns = new Map<string, RegExp>();
const maxPatterns = 100;

/** One row with these keys, up to the comma or brace behind it. */
function rowPattern(names: readonly string[]): RegExp {
  const id = names.join('\n');
  const known = patterns.get(id);
  if (known) return known;
  const literal = (name: string): string => name.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  const values = names.map(name => `"${literal(name)}"${blank}:${blank}"(${plainText})"`);
  const row = `${blank}${stamp}${blank}:${blank}\\{${blank}${values.join(`${blank},${blank}`)}${blank}\\}${blank}([,}])`;
  const pattern = new RegExp(row, 'y');
  if (patterns.size >= maxPatterns) patterns.clear();
  patterns.set(id, pattern);
  return pattern;
}

/** The keys of the first row, if its values are texts and nothing in it is escaped. */
function namesOf(text: string, start: number): readonly string[] | undefined {
  const open = text.indexOf('{', start);
  const row = text.slice(open, Math.min(text.indexOf('}', open) + 1, open + maxHead));
  if (row.includes('\\')) return undefined;
  try {
    const names = Object.keys(JSON.parse(row) as object);
    return names.length > 0 && names.length <= maxNames ? names : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What `exactJson` makes of a body, but with its rows as `UniformRows`; undefined if the text is not of that form, which says nothing about whether it
 * is JSON. One pattern for all rows takes a fifth of the time of objects that are built and taken apart again (Node 20).
 * Rows come in falling or rising order of their keys, so that none can come twice, which JSON would let pass.
 * @param isBlock whether a key of the outermost object is the one that holds the rows; it has to be the last
 */
export function uniformJson(text: string, isBlock: (key: string) => boolean): unknown {
  const open = opening.exec(text.slice(0, maxHead));
  if (!open || !isBlock(open[1]!)) return undefined;
  const start = open.index + open[0].length;
  const names = namesOf(text, start);
  if (!names) return undefined;
  const pattern = rowPattern(names);
  const cells: string[] = [];
  const width = names.length + 1;
  let end = start;
  for (let more = true; more; ) {
    pattern.lastIndex = end;
    const row = pattern.exec(text);
    if (!row) return undefined;
    for (let column = 1; column <= width; column++) cells.push(row[column]!);
    end = pattern.lastIndex;
    more = row[width + 1] === ',';
  }
  ending.lastIndex = end;
  if (!ending.test(text) || !isOrdered(cells, width)) return undefined;
  try {
    // The rest is JSON by itself only if the rows stood where a value of an outermost key stands, and not inside of a text.
    const body = exactJson(`${text.slice(0, start)}}}`) as Record<string, unknown>;
    const keys = Object.keys(body);
    const key = keys.find(isBlock);
    if (key === undefined || key !== open[1] || key !== keys.at(-1) || JSON.stringify(body[key]) !== '{}')
      return undefined;
    body[key] = new UniformRows(names, cells);
    return body;
  } catch {
    return undefined;
  }
}

/** Whether the keys of rows fall or rise strictly. */
function isOrdered(cells: readonly string[], width: number): boolean {
  const falls = cells.length > width && cells[0]! > cells[width]!;
  for (let at = width; at < cells.length; at += width)
    if (falls ? !(cells[at - width]! > cells[at]!) : !(cells[at - width]! < cells[at]!)) return false;
  return true;
}
