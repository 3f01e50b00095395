import { createHash } from 'node:crypto';
import { canonicalDecimal, type Decimal } from './decimal.js';
import type { Bar, Observation, Quote } from './observation.js';

const namespace = Buffer.from('820b754bc7375a3895ff009d8b59798b', 'hex');

/** UUIDv5 (RFC 9562 section 5.5) of `name` in FinanceLake's namespace, lower case with dashes. */
export function recordUuid(name: string): string {
  const hash = createHash('sha1').update(namespace).update(name).digest();
  hash[6] = (hash[6]! & 0x0f) | 0x50;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  const hex = hash.toString('hex', 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

const canonical = (value: Decimal | undefined): string => (value === undefined ? '' : canonicalDecimal(value));

const barValues = (bar: Bar): string => {
  const plain = [bar.open, bar.high, bar.low, bar.close, bar.volume];
  const beside = [bar.adjustedClose, bar.dividend, bar.splitFactor];
  return [...plain, ...(beside.some(value => value !== undefined) ? beside : [])].map(canonical).join(',');
};

const quoteValues = (quote: Quote): string =>
  [quote.price, quote.volume, quote.bid, quote.ask].map(canonical).join(',');

/** The values that make an observation what it is: two observations of one series and time are the same exactly if these are. */
export const valuesOf = (observation: Observation): string =>
  observation.kind === 'bar' ? barValues(observation) : quoteValues(observation);

/**
 * The id of a record: equal for equal content however and whenever it was fetched, so that any reader can remove doubles.
 * @param source the source's `type`, not its name in the config
 * @param values `valuesOf(observation)`, taken as an argument because the cursor has computed it already
 */
export function recordId(source: string, observation: Observation, revision: number, values: string): string {
  const { symbol, kind, time } = observation;
  const form = observation.kind === 'bar' ? `${observation.interval}|${observation.adjusted}` : '|';
  return recordUuid(`${source}|${symbol}|${kind}|${form}|${time}|${revision}|${values}`);
}
