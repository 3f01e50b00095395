import { canonicalDecimal, isDecimal } from '../../records/decimal.js';
import type { NumberStyle } from '../dataset.js';
import { type CellReader, shown } from './reader.js';

/** Numbers as typed columns and JSON write them. */
export const plainNumbers = (nulls: readonly string[]): NumberStyle => ({ decimal: '.', thousands: '', nulls });

/** Longest value that a record takes, see `isDecimal`. */
const longest = 64;
const blanks = /[\u00a0\u202f\u2009]/g;

/** Cells as decimals with the file's digits, exponents written out, times `factor` exactly. */
export function createNumberReader(style: NumberStyle, factor?: string): CellReader {
  const isNull = nullTest(style.nulls);
  const scale = factor === undefined ? (text: string) => text : multiplier(factor);
  const isPlain = style.decimal === '.';
  let reason = '';

  function read(cell: string): string | null | undefined {
    if (isPlain && isPlainNumber(cell)) return scale(cell);
    const text = cell.trim();
    if (text === '' || isNull(text)) return null;
    const spelled = respell(text, style);
    if (!isDecimal(spelled)) {
      reason = whyNot(text, style);
      return undefined;
    }
    const value = scale(/[eE]/.test(spelled) ? canonicalDecimal(spelled) : spelled);
    if (value.length <= longest) return value;
    reason = `${shown(text)} has more than ${longest} digits`;
    return undefined;
  }

  return { code: 'bad-number', read, why: () => reason };
}

/** Without sign and exponent, short enough to need no second look. */
function isPlainNumber(cell: string): boolean {
  const { length } = cell;
  if (length === 0 || length > 32) return false;
  let hasPoint = false;
  for (let at = 0; at < length; at++) {
    const code = cell.charCodeAt(at);
    if (code >= 48 && code <= 57) continue;
    if (code !== 46 || hasPoint || at === 0 || at === length - 1) return false;
    hasPoint = true;
  }
  return true;
}

/** Whether a cell is one of the words for no value, in whatever letter case. */
export function nullTest(nulls: readonly string[]): (text: string) => boolean {
  const words = new Set(nulls.map(word => word.trim().toLowerCase()));
  const longestWord = Math.max(0, ...nulls.map(word => word.length));
  return text => text.length <= longestWord && words.has(text.toLowerCase());
}

/** The number without marks and with a point; what is no such number comes back so that it is none. */
function respell(text: string, { decimal, thousands }: NumberStyle): string {
  const [whole = '', fraction, ...more] = text.split(decimal);
  if (more.length > 0) return '';
  // A point that is no decimal sign must not become one.
  if (decimal !== '.' && fraction?.includes('.')) return '';
  const ungrouped = withoutMarks(whole, thousands);
  if (ungrouped === undefined || (decimal !== '.' && ungrouped.includes('.'))) return '';
  return fraction === undefined ? ungrouped : `${ungrouped}.${fraction}`;
}

/** Digits without the marks between groups of three; undefined where groups are of another size. */
function withoutMarks(whole: string, thousands: string): string | undefined {
  if (thousands === '') return whole;
  const text = thousands === ' ' ? whole.replaceAll(blanks, ' ') : whole;
  if (!text.includes(thousands)) return text;
  const [first = '', ...groups] = text.split(thousands);
  return /^[+-]?\d{1,3}$/.test(first) && groups.every(group => /^\d{3}$/.test(group))
    ? first + groups.join('')
    : undefined;
}

function whyNot(text: string, { decimal, thousands }: NumberStyle): string {
  const cell = shown(text);
  if (/%/.test(text)) return `${cell} is a percentage, not a number`;
  if (/\p{Sc}/u.test(text) || /^[A-Z]{3}\s|\s[A-Z]{3}$/.test(text)) return `${cell} carries a currency`;
  if (/^[+-]?(?:nan|inf(?:inity)?)$/i.test(text)) return `${cell} is no finite number`;
  if (/^[+-]?[\d.,]+\s?[kmbt]n?$/i.test(text)) return `${cell} has a letter for its magnitude`;
  const other = decimal === '.' ? ',' : '.';
  if (/^[+-]?[\d., '’\u00a0\u202f]+$/.test(text))
    return text.includes(other) && thousands !== other
      ? `${cell} is no number with \`${decimal}\` as decimal sign${thousands === '' ? ' and no thousands marks' : ''}`
      : `${cell} has marks that do not divide it into groups of three`;
  return `${cell} is not a number`;
}

/** Times `factor`, digit by digit: no float comes near a price. @throws RangeError when `factor` is not a decimal */
export function multiplier(factor: string): (text: string) => string {
  const [units, places] = scaled(factor);
  return text => {
    const [own, ownPlaces] = scaled(text);
    const product = own * units;
    const all = places + ownPlaces;
    const digits = (product < 0n ? -product : product).toString().padStart(all + 1, '0');
    const value = all === 0 ? digits : `${digits.slice(0, -all)}.${digits.slice(-all)}`;
    return product < 0n ? `-${value}` : value;
  };
}

/** A decimal as a whole number of units, trailing zeros kept. */
function scaled(text: string): [units: bigint, places: number] {
  const plain = /[eE]/.test(text) ? canonicalDecimal(text) : text;
  const [whole = '', fraction = ''] = plain.replace(/^\+/, '').split('.');
  return [BigInt(whole.startsWith('-') && whole.length === 1 ? `-0${fraction}` : whole + fraction), fraction.length];
}
