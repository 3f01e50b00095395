import { type Chunk, FileFault, type Table } from '../table.js';
import type { ByteSource } from './byte-source.js';
import { Filling } from './filling.js';
import type { Expected } from './formats.js';
import { JsonColumns, JsonRows, lateNames } from './json-rows.js';
import { JsonFault, JsonScan } from './json-scan.js';
import { openNdjson } from './ndjson.js';
import { openText, sampleOf } from './text-source.js';

/** A document is read as a whole; larger tables come as lines. */
const maxCharacters = 64 * 2 ** 20;

/** Characters of the list in which columns are looked for. */
const sampleCharacters = 2 ** 18;

/**
 * A list of objects, or an object that holds one such list. What is in fact an object a line is read as that.
 * @throws FileFault `empty`, `too-large` (over 64 Mi characters), `structure` (broken, or several lists of objects), and those of the text
 */
export async function openJson(source: ByteSource, expected: Expected): Promise<Table> {
  if (isLines((await sampleOf(source, expected.text)).text)) return openNdjson(source, expected);
  const { pieces, encoding } = await openText(source, expected.text);
  const parts: string[] = [];
  let characters = 0;
  for await (const piece of pieces) {
    parts.push(piece);
    characters += piece.length;
    if (characters > maxCharacters)
      throw new FileFault('too-large', 'more than 64 MiB of JSON in one piece; give one object a line');
  }
  const text = parts.join('');
  if (text.trim() === '') throw new FileFault('empty', 'nothing in it');
  const { list, columns } = faulting(() => tableIn(text));
  return {
    columns,
    layout: { ...expected.text, encoding: encoding() },
    read: (wanted, fromRow) => rowsOf(text, list, expected, columns, wanted, fromRow),
    close: async () => {},
  };
}

/** Whether a first line is an object and another one begins behind it. */
function isLines(sample: string): boolean {
  const scan = new JsonScan(sample);
  try {
    if (!scan.isObject) return false;
    scan.value();
    return scan.isObject;
  } catch {
    return false;
  }
}

function faulting<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    throw new FileFault('structure', `broken JSON at character ${error.at + 1}: ${error.message}`);
  }
}

/** Where the list of objects begins, and its columns. */
function tableIn(text: string): { readonly list: number; readonly columns: readonly string[] } {
  const scan = new JsonScan(text);
  const lists: { readonly list: number; readonly key: string }[] = [];
  const see = (key: string) => {
    if (isTable(text, scan)) lists.push({ list: scan.at, key });
    scan.value();
  };
  if (scan.isObject) scan.members(see);
  else see('');
  if (!scan.isEnd) throw new JsonFault('something stands behind the document', scan.at);
  const [found, second] = lists;
  if (second)
    throw new FileFault('structure', `several lists of objects: ${lists.map(({ key }) => `"${key}"`).join(', ')}`);
  if (!found) throw new FileFault(/^\s*\[\s*\]\s*$/.test(text) ? 'empty' : 'structure', 'no list of objects');
  const columns = new JsonColumns();
  const rows = new JsonScan(text, found.list);
  for (const at of rows.eachItem()) {
    if (at - found.list > sampleCharacters) break;
    if (rows.isObject) columns.see(rows);
    else rows.value();
  }
  return { list: found.list, columns: columns.paths };
}

/** Whether a list of objects begins here. */
function isTable(text: string, { at, isList }: JsonScan): boolean {
  if (!isList) return false;
  for (const item of new JsonScan(text, at).eachItem()) return new JsonScan(text, item).isObject;
  return false;
}

async function* rowsOf(
  text: string,
  list: number,
  expected: Expected,
  columns: readonly string[],
  wanted: readonly number[],
  fromRow: number,
): AsyncGenerator<Chunk> {
  const filling = new Filling(wanted.length, fromRow);
  const paths = wanted.map(column => columns[column]!);
  const rows = new JsonRows(paths, lateNames(columns, expected), filling);
  const scan = new JsonScan(text, list);
  for (const _ of scan.eachItem()) {
    rows.take(scan);
    if (filling.full) yield filling.take(scan.at / text.length)!;
  }
  const last = filling.take(1);
  if (last) yield last;
}
