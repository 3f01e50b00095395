import { readFileSync, statSync } from 'node:fs';
import { markOf } from './disk-list-file.js';
import { parseListFile } from './parse-list-file.js';
import { reasonOf } from './watch-list-file.js';

/** Why the list in a file cannot be used at this moment, in one line; undefined when it can. Reads it at once: for the time before a start. */
export function listFileFault({
  path,
  column,
}: {
  readonly path: string;
  readonly column?: string;
}): string | undefined {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (!found) return 'there is no such file';
    markOf(found);
    const snapshot = parseListFile(readFileSync(path), column);
    if (!snapshot.ok) return snapshot.reason;
    return snapshot.symbols.length === 0 ? 'it is empty' : undefined;
  } catch (error) {
    return reasonOf(error);
  }
}
