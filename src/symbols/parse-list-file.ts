import { parseCsvList } from './parse-csv-list.js';
import { parseTextList } from './parse-text-list.js';
import type { Snapshot } from './snapshot.js';

/** The list in a file: one symbol a line, or the `column` of a CSV. */
export const parseListFile = (body: Uint8Array, column: string | undefined): Snapshot =>
  column === undefined ? parseTextList(body) : parseCsvList(body, { column, delimiter: ',' });
