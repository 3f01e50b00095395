import { bodyFault } from '../sources/body-fault.js';
import { refused, type Snapshot, snapshotOf } from './snapshot.js';
import { symbolFault } from './symbol-fault.js';

/** UTF-8 with or without a byte order mark. */
export const textOf = (body: Uint8Array): string => new TextDecoder().decode(body);

/** Reading a list stops the program for as long as it takes: a microsecond or two a line here, eight of a CSV. */
const maxLines = 1_000_000;

/** A page or an API's answer where a list was expected. */
export function foreignFormat(text: string): string | undefined {
  const begin = /^\s*([<{[])/.exec(text)?.[1];
  return begin && `it is ${begin === '<' ? 'HTML or XML' : 'JSON'}, not a list`;
}

/**
 * One symbol a line; blank lines and `# comments` (at the start of a line or after a blank) count for nothing.
 * One line that is no symbol refuses the whole list, by its number.
 */
export function parseTextList(body: Uint8Array): Snapshot {
  const text = textOf(body);
  const fault = bodyFault(body, maxLines) ?? foreignFormat(text);
  if (fault) return refused(fault);
  return parseSymbols(
    text.split(/\r\n|\n|\r/).map(line => line.replace(/(^|\s)#.*$/, '')),
    'line',
  );
}

/** The list of a `from: static`. */
export const parseStaticList = (list: readonly string[]): Snapshot => parseSymbols(list, 'entry');

function parseSymbols(entries: readonly string[], unit: 'line' | 'entry'): Snapshot {
  const symbols: { symbol: string }[] = [];
  for (const [index, entry] of entries.entries()) {
    const symbol = entry.trim();
    if (symbol === '') continue;
    const fault = symbolFault(symbol);
    if (fault) return refused(`${unit} ${index + 1}: ${fault}`);
    symbols.push({ symbol });
  }
  return snapshotOf(symbols);
}
