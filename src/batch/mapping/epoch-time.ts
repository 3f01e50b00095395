import { canonicalDecimal, isDecimal } from '../../records/decimal.js';
import type { ParseTime } from './time-stamp.js';

/** Digits behind the point of a second that one unit is. */
const places = { s: 0, ms: 3, us: 6, ns: 9 } as const;

export type EpochUnit = keyof typeof places;

/** Years 0 to 9999, as records write them. */
const firstMs = -62_167_219_200_000;
const endMs = 253_402_300_800_000;

/** Time since 1970 in one unit, digits exact to the nanosecond: `1599436800`, `1599436800.0`, `1.5994368e9`. What is finer is cut off. */
export function parseEpoch(unit: EpochUnit): ParseTime {
  const shift = 3 - places[unit];
  return (text, into) => {
    if (!isDecimal(text)) return false;
    const plain = /^\d+$/.test(text) ? text : canonicalDecimal(text);
    const isNegative = plain.startsWith('-');
    const [whole = '', fraction = ''] = (isNegative ? plain.slice(1) : plain).split('.');
    // Milliseconds before the point: the digits of both sides, cut elsewhere.
    const digits = `${'0'.repeat(9)}${whole}${fraction.padEnd(12, '0')}`;
    const point = 9 + whole.length + shift;
    let ms = Number(digits.slice(0, point));
    let nanos = Number(digits.slice(point, point + 6));
    if (isNegative) {
      ms = nanos === 0 ? -ms : -ms - 1;
      nanos = nanos === 0 ? 0 : 1_000_000 - nanos;
    }
    if (!(ms >= firstMs && ms < endMs)) return false;
    into.wallMs = ms + 0;
    into.nanos = nanos;
    into.offsetMs = 0;
    into.hasTime = true;
    return true;
  };
}

const byMagnitude = (Object.keys(places) as EpochUnit[]).map(unit => ({ unit, parse: parseEpoch(unit) }));

/** The unit in which a number is a time from 1973 to 5138: each has its own length. undefined for shorter ones. */
export function epochUnitOf(text: string): EpochUnit | undefined {
  const value = Math.abs(Number(text));
  if (!(value >= 1e8)) return undefined;
  return value < 1e11 ? 's' : value < 1e14 ? 'ms' : value < 1e17 ? 'us' : value < 1e20 ? 'ns' : undefined;
}

/** Time since 1970 in the unit that the number's length tells. */
export const parseAnyEpoch: ParseTime = (text, into) => {
  if (!isDecimal(text)) return false;
  const unit = epochUnitOf(text);
  return byMagnitude.find(one => one.unit === unit)?.parse(text, into) ?? false;
};
