import { isIntraday } from '../records/interval.js';
import { callOf } from './alpha-vantage-call.js';
import { fieldName, fieldsOf } from './alpha-vantage-fields.js';
import { defaultZone } from './alpha-vantage-json.js';
import { dayQuote } from './alpha-vantage-quotes.js';
import { refusalOf } from './alpha-vantage-refusals.js';
import { barsOf } from './bars.js';
import { readTable } from './csv-table.js';
import type { Outcome } from './outcome.js';
import type { Redact } from './redact.js';
import { listRows } from './rows.js';
import type { Work } from './source.js';

const seriesColumns = ['timestamp', 'open', 'high', 'low', 'close'];
const quoteColumns = ['symbol', 'price', 'latestday'];
/** Columns of a quote that are named otherwise than in JSON. */
const quoteNames = new Map([
  ['latestday', 'latest trading day'],
  ['previousclose', 'previous close'],
]);

/**
 * A CSV answer: no symbol, no zone, newest first. It has no end mark, so that only the line end shows whether a number is whole. A last row without
 * one is left out (a body cut inside `25425` would publish 25); one that lacks columns as well proves the cut, and more rows may be missing.
 */
export function csvOutcome(text: string, work: Work, redact: Redact): Outcome {
  const call = callOf(work);
  const table = readTable(text);
  const market = call.pair?.quote;
  const names = (table?.header ?? []).map(name => quoteNames.get(name) ?? fieldName(name, market));
  const has = (columns: readonly string[]) => columns.every(column => names.includes(quoteNames.get(column) ?? column));
  const isSeries = work.wanted.data === 'bars' && has(seriesColumns);
  const isQuote = call.name === 'GLOBAL_QUOTE' && has(quoteColumns);
  if (!table || !(isSeries || isQuote)) {
    const said = text.length > 2000 ? undefined : refusalOf(new Map([['', text]]), redact);
    return said ?? { kind: 'malformed', detail: redact(`neither JSON nor the expected CSV: ${text}`) };
  }
  const cut: Outcome = { kind: 'malformed', detail: 'CSV is cut in its last row' };
  const last = table.rows.at(-1);
  const whole = table.ended || (isQuote && last?.at(-1)?.endsWith('%') === true);
  if (!whole && (last === undefined || last.length < names.length)) return cut;
  const lines = whole ? table.rows : table.rows.slice(0, -1);
  if (!whole && lines.length === 0) return cut;
  const [first] = lines;
  if (!first)
    return isQuote
      ? { kind: 'unknown-symbol', detail: 'CSV without rows' }
      : { kind: 'empty', detail: 'CSV without rows' };
  const rows = lines.map(cells => fieldsOf(names.map((name, column) => [name, cells[column] ?? ''])));
  const [symbol = ''] = work.symbols;
  if (isQuote || work.wanted.data !== 'bars') return dayQuote(rows[0]!, symbol, redact);
  const { interval, adjusted } = work.wanted;
  return barsOf(
    listRows(rows.map(fields => ({ stamp: fields.get('timestamp') ?? '', fields }))),
    { symbol, interval, adjusted: adjusted && isIntraday(interval), zone: defaultZone(call), redact },
    whole ? undefined : 'CSV without a line end: its last row may be cut and is left out',
  );
}
