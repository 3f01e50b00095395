import { isoInstant } from '../records/instant.js';
import type { Quote } from '../records/observation.js';
import { optionalDecimal, requiredDecimal } from './decimal-values.js';
import type { Fault, Fields } from './rows.js';

const besidePrice = [
  ['open', 'open'],
  ['high', 'high'],
  ['low', 'low'],
  ['previousClose', 'previous close'],
  ['volume', 'volume'],
  ['bid', 'bid price'],
  ['ask', 'ask price'],
] as const;

/** One quote of `symbol` at `timeMs`, or why the row is none. */
export function quoteOf(
  fields: Fields,
  at: { symbol: string; timeMs: number | undefined; date: string },
): Quote | Fault {
  if (at.timeMs === undefined) return { code: 'bad-time', detail: `not a time` };
  const { symbol, date } = at;
  const faults: Fault[] = [];
  const price = requiredDecimal(fields.get('price'), 'price', faults);
  const quote: { -readonly [Key in keyof Quote]: Quote[Key] } = {
    kind: 'quote',
    symbol,
    time: isoInstant(at.timeMs),
    date,
    price,
  };
  for (const [key, name] of besidePrice) {
    const value = optionalDecimal(fields.get(name), name, faults);
    if (value !== undefined) quote[key] = value;
  }
  return faults[0] ?? quote;
}
