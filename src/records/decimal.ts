/** A number as the digits that the source sent, e.g. `190.0`, `-0.0042`, `1e-7`. Never a float: `0.1 + 0.2` has no place in a price. */
export type Decimal = string;

const shape = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/;
const longest = 64;

const zero = 48;
const nine = 57;
const dot = 46;

/**
 * Where the point of a plain decimal stands, as nearly all are sent: digits, perhaps a point behind one of them. The length where there is no point,
 * -1 where `text` is anything else.
 */
function pointOf(text: string): number {
  const { length } = text;
  if (length > longest) return -1;
  let point = length;
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at);
    if (code >= zero && code <= nine) continue;
    if (code !== dot || point < length || at === 0) return -1;
    point = at;
  }
  return length === 0 ? -1 : point;
}

/** True when `text` is a finite decimal number: digits, at most one point, an exponent of at most three digits. No blanks, no thousands marks. */
export const isDecimal = (text: string): text is Decimal =>
  pointOf(text) >= 0 || (text.length <= longest && shape.test(text));

const powersOfTen = Array.from({ length: 16 }, (_, places) => 10 ** places);

/** The double nearest to a decimal; NaN for what is no decimal, infinite for one beyond doubles. */
export function decimalValue(text: string): number {
  const point = pointOf(text);
  const { length } = text;
  if (point < 0) return isDecimal(text) ? Number(text) : Number.NaN;
  if (length > 15) return Number(text);
  let units = 0;
  for (let at = 0; at < length; at++) if (at !== point) units = units * 10 + text.charCodeAt(at) - zero;
  // Both are exact up to 15 digits, so that one division rounds once: the result is that of `Number`, in a quarter of its time.
  return point === length ? units : units / powersOfTen[length - point - 1]!;
}

/**
 * The one spelling of a value, used in identities: no exponent, no plus, no leading or trailing zeros, zero is `0`.
 * `canonicalDecimal('0190.50') === '190.5'`, `canonicalDecimal('1e-3') === '0.001'`.
 * @throws RangeError when `text` is not a decimal.
 */
export function canonicalDecimal(text: Decimal): string {
  const point = pointOf(text);
  if (point === 1 || (point > 1 && text.charCodeAt(0) !== zero)) return text.slice(0, canonicalEnd(text, point));
  if (!isDecimal(text)) throw new RangeError('not a decimal');
  const negative = text.startsWith('-');
  const unsigned = /^[+-]/.test(text) ? text.slice(1) : text;
  const [mantissa = '', exponent = '0'] = unsigned.split(/e/i);
  const [whole = '', fraction = ''] = mantissa.split('.');
  const shift = Number(exponent);
  const digits = whole + fraction;
  const place = whole.length + shift;
  const integer = (place > 0 ? digits.slice(0, place).padEnd(place, '0') : '').replace(/^0+/, '');
  const rest = (place >= 0 ? digits.slice(place) : '0'.repeat(-place) + digits).replace(/0+$/, '');
  if (integer === '' && rest === '') return '0';
  return `${negative ? '-' : ''}${integer || '0'}${rest && `.${rest}`}`;
}

/** Where a plain decimal ends without the zeros behind its point. */
function canonicalEnd(text: string, point: number): number {
  let end = text.length;
  if (point === end) return end;
  while (text.charCodeAt(end - 1) === zero) end--;
  return end - 1 === point ? point : end;
}

/**
 * Order of two decimals: negative, zero or positive like a comparator. Exact: the nearest double never reverses an order, so that only equal
 * doubles need a second look.
 */
export function compareDecimals(a: Decimal, b: Decimal): number {
  const valueA = decimalValue(a);
  const valueB = decimalValue(b);
  if (valueA !== valueB) return valueA - valueB;
  if (a === b) return 0;
  const [wholeA, fractionA] = scaled(a);
  const [wholeB, fractionB] = scaled(b);
  const places = Math.max(fractionA, fractionB);
  const delta = wholeA * 10n ** BigInt(places - fractionA) - wholeB * 10n ** BigInt(places - fractionB);
  return delta < 0n ? -1 : delta > 0n ? 1 : 0;
}

function scaled(text: Decimal): [units: bigint, places: number] {
  const [whole = '0', fraction = ''] = canonicalDecimal(text).split('.');
  return [BigInt(whole + fraction), fraction.length];
}
