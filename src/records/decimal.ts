/** A number as the digits that the source sent, e.g. `190.0`, `-0.0042`, `1e-7`. Never a float: `0.1 + 0.2` has no place in a price. */
export type Decimal = string;

const shape = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/;

/** True when `text` is a finite decimal number: digits, at most one point, an exponent of at most three digits. No blanks, no thousands marks. */
export const isDecimal = (text: string): text is Decimal => text.length <= 64 && shape.test(text);

/**
 * The one spelling of a value, used in identities: no exponent, no plus, no leading or trailing zeros, zero is `0`.
 * `canonicalDecimal('0190.50') === '190.5'`, `canonicalDecimal('1e-3') === '0.001'`.
 * @throws RangeError when `text` is not a decimal.
 */
export function canonicalDecimal(text: Decimal): string {
  if (!isDecimal(text)) throw new RangeError('not a decimal');
  const negative = text.startsWith('-');
  const unsigned = /^[+-]/.test(text) ? text.slice(1) : text;
  const [mantissa = '', exponent = '0'] = unsigned.split(/e/i);
  const [whole = '', fraction = ''] = mantissa.split('.');
  const shift = Number(exponent);
  const digits = whole + fraction;
  const point = whole.length + shift;
  const integer = (point > 0 ? digits.slice(0, point).padEnd(point, '0') : '').replace(/^0+/, '');
  const rest = (point >= 0 ? digits.slice(point) : '0'.repeat(-point) + digits).replace(/0+$/, '');
  if (integer === '' && rest === '') return '0';
  return `${negative ? '-' : ''}${integer || '0'}${rest && `.${rest}`}`;
}

/** Order of two decimals: negative, zero or positive like a comparator. Exact: floats decide only where they differ beyond doubt. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  const difference = Number(a) - Number(b);
  const doubt = (Math.abs(Number(a)) + Math.abs(Number(b))) * 1e-14;
  if (Number.isFinite(difference) && Math.abs(difference) > doubt) return difference;
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
