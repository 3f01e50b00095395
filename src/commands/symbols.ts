import type { Command } from 'commander';
import type { SymbolStatus, SymbolsQuery } from '../metrics/view.js';
import { count, span } from '../metrics/wording.js';
import { type AskOptions, ask, type Question, type Sight, storedNote, withAskOptions } from './asking.js';
import type { Io } from './io.js';
import { table } from './table.js';

interface SymbolsOptions extends AskOptions {
  readonly worst?: true;
  readonly search?: string;
}

/** `financelake symbols [LIST]`: each symbol, how far it has come and what ails it. */
export function addSymbols(program: Command, io: Io, sight: Sight): void {
  const verb = program.command('symbols').argument('[list]', 'only symbols of this list');
  verb
    .description('each symbol, how far it has come and what ails it')
    .option('--worst', 'failing and stalest first')
    .option('--search <text>', 'only symbols with this part');
  withAskOptions(verb).action((list: string | undefined, options: SymbolsOptions) => {
    const query: SymbolsQuery = {
      ...(list === undefined ? {} : { list }),
      ...(options.worst ? { worstFirst: true } : {}),
      ...(options.search ? { search: options.search } : {}),
    };
    const asked = new URLSearchParams(
      Object.entries(query).map(([key, value]): [string, string] => [key, String(value)]),
    );
    const question: Question = {
      path: `/api/v1/symbols?${asked.toString()}`,
      answer: view => view.symbols(query).symbols,
      ...(list !== undefined && { list }),
    };
    return ask<readonly SymbolStatus[]>(
      io,
      sight,
      options,
      question,
      (symbols, isRunning) => storedNote(isRunning) + symbolsTable(symbols),
    );
  });
}

export function symbolsTable(symbols: readonly SymbolStatus[]): string {
  if (symbols.length === 0) return 'No symbol fits.\n';
  const rows = symbols.map(({ symbol, state, feed, lists, newest, staleSeconds, failures, reason }) => [
    symbol,
    state,
    feed,
    lists.join(','),
    newest ?? '-',
    staleSeconds === undefined ? '-' : span(staleSeconds * 1000),
    count(failures),
    reason ?? '',
  ]);
  return table(['symbol', 'state', 'feed', 'lists', 'newest', 'age>', 'failures>', 'reason'], rows);
}
