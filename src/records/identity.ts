import { hash } from 'node:crypto';
import { canonicalDecimal, type Decimal } from './decimal.js';
import type { Bar, Observation, Quote } from './observation.js';

const namespace = Buffer.from('820b754bc7375a3895ff009d8b59798b', 'hex');

/** Namespace and then the name, where it is hashed in one call: half the time of a hash object. */
const scratch = Buffer.concat([namespace, Buffer.alloc(1024)]);

/** UUIDv5 (RFC 9562 section 5.5) of `name` in FinanceLake's namespace, lower case with dashes. */
export function recordUuid(name: string): string {
  const fits = name.length * 3 <= scratch.length - namespace.length;
  const bytes = fits
    ? scratch.subarray(0, namespace.length + scratch.write(name, namespace.length))
    : Buffer.concat([namespace, Buffer.from(name)]);
  const hex = hash('sha1', bytes, 'hex');
  const variant = '89ab'[Number.parseInt(hex[16]!, 16) & 3]!;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

const canonical = (value: Decimal | undefined): string => (value === undefined ? '' : canonicalDecimal(value));

function barValues({ open, high, low, close, volume, adjustedClose, dividend, splitFactor }: Bar): string {
  const plain = `${canonical(open)},${canonical(high)},${canonical(low)},${canonical(close)},${canonical(volume)}`;
  if (adjustedClose === undefined && dividend === undefined && splitFactor === undefined) return plain;
  return `${plain},${canonical(adjustedClose)},${canonical(dividend)},${canonical(splitFactor)}`;
}

const quoteValues = ({ price, volume, bid, ask }: Quote): string =>
  `${canonical(price)},${canonical(volume)},${canonical(bid)},${canonical(ask)}`;

/**
 * The id of a record: equal for equal content however and whenever it was fetched, so that any reader can remove doubles.
 * @param source the source's `type`, not its name in the config
 */
export function recordId(source: string, observation: Observation, revision: number): string {
  const { symbol, kind, time } = observation;
  if (observation.kind === 'quote')
    return recordUuid(`${source}|${symbol}|${kind}|||${time}|${revision}|${quoteValues(observation)}`);
  const { interval, adjusted } = observation;
  return recordUuid(
    `${source}|${symbol}|${kind}|${interval}|${adjusted}|${time}|${revision}|${barValues(observation)}`,
  );
}
