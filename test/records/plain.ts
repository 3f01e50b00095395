import { createHash } from 'node:crypto';
import type { Observation } from '../../src/records/observation.js';
import type { Decimals, Stamp } from '../../src/records/record.js';

/** The slow, obvious form of what src/records does quickly: the two are held equal by property tests. */

const decimalShape = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/;

export const plainIsDecimal = (text: string): boolean => text.length <= 64 && decimalShape.test(text);

export function plainCanonical(text: string): string {
  const [, sign, whole = '', fraction = '', exponent = '0'] =
    /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const shift = Number(exponent);
  const digits = '0'.repeat(Math.max(0, -shift)) + whole + fraction + '0'.repeat(Math.max(0, shift));
  const point = whole.length + Math.max(0, -shift) + shift;
  const integer = digits.slice(0, point).replace(/^0+(?=\d)/, '') || '0';
  const rest = digits.slice(point).replace(/0+$/, '');
  const value = rest === '' ? integer : `${integer}.${rest}`;
  return sign === '-' && value !== '0' ? `-${value}` : value;
}

export function plainUuid(name: string): string {
  const namespace = Buffer.from('820b754bc7375a3895ff009d8b59798b', 'hex');
  const hash = createHash('sha1').update(namespace).update(name).digest();
  hash[6] = (hash[6]! & 0x0f) | 0x50;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  return hash.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

const plainValue = (text: string | undefined): string => (text === undefined ? '' : plainCanonical(text));

/** The values that make an observation what it is. */
export function plainValues(one: Observation): string {
  if (one.kind === 'quote') return [one.price, one.volume, one.bid, one.ask].map(plainValue).join(',');
  const beside = [one.adjustedClose, one.dividend, one.splitFactor];
  const values = [one.open, one.high, one.low, one.close, one.volume];
  return [...values, ...(beside.some(value => value !== undefined) ? beside : [])].map(plainValue).join(',');
}

export function plainId(source: string, one: Observation, revision: number): string {
  const form = one.kind === 'bar' ? [one.interval, one.adjusted] : ['', ''];
  return plainUuid([source, one.symbol, one.kind, ...form, one.time, revision, plainValues(one)].join('|'));
}

const numbers =
  /"(open|high|low|close|volume|adjustedClose|dividend|splitFactor|price|previousClose|bid|ask)":"([^"]*)"/g;
const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

export function plainRecordText(observation: Observation, stamp: Stamp, decimals: Decimals): string {
  const { kind, symbol, ...values } = observation;
  const { id, source, seenAt, revision, final } = stamp;
  const ending = kind === 'bar' ? { final, seenAt, revision } : { seenAt, revision };
  const json = JSON.stringify({ id, kind, source, symbol, ...values, ...ending });
  if (decimals === 'string') return json;
  return json.replace(
    numbers,
    (_, name: string, text: string) => `"${name}":${jsonNumber.test(text) ? text : plainCanonical(text)}`,
  );
}

export const plainInstant = (epochMs: number): string => new Date(epochMs).toISOString().replace('.000Z', 'Z');

const wallShape = /^(\d{4}-\d\d-\d\d)(?:[ T](([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?))?$/;

export function plainWallMs(text: string): number {
  const [, date, time = '00:00'] = wallShape.exec(text) ?? [];
  if (date === undefined) return Number.NaN;
  const ms = Date.parse(`${date}T${time}Z`);
  // Date.parse takes February 30 for March 2.
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(date) ? ms : Number.NaN;
}
