import { isDecimal } from '../../records/decimal.js';
import { type Decimals, jsonDecimal } from '../../records/record.js';
import { nullTest } from './numbers.js';
import { type CellReader, shown } from './reader.js';

/** As in the configuration of polled symbols. */
const symbolShape = /^[^\s,;"'`|\p{Cc}]{1,64}$/u;

export const isSymbol = (text: string): boolean => symbolShape.test(text);

/** The last one is remembered: rows of a symbol lie side by side. */
export function createSymbolReader(): CellReader {
  let known = '';
  let knownSymbol: string | null = null;
  let reason = '';
  return {
    code: 'bad-symbol',
    read(cell) {
      if (cell === known) return knownSymbol;
      const text = cell.trim();
      if (text !== '' && !isSymbol(text)) {
        reason = `${shown(text)} is no symbol: 1 to 64 characters without blanks, commas and quotes`;
        return undefined;
      }
      known = cell;
      knownSymbol = text === '' ? null : text;
      return knownSymbol;
    },
    why: () => reason,
  };
}

/** As it is; an empty cell is no value. */
export const textReader: CellReader = {
  code: 'bad-text',
  read: cell => (cell === '' ? null : cell),
  why: () => '',
};

const longestCurrency = 12;

export const currencyReader: CellReader = {
  code: 'bad-text',
  read: cell => {
    const text = cell.trim();
    return text === '' ? null : text.length > longestCurrency ? undefined : text;
  },
  why: () => `a currency has at most ${longestCurrency} characters`,
};

const truths: Readonly<Record<string, string>> = {
  true: 'true',
  t: 'true',
  yes: 'true',
  y: 'true',
  '1': 'true',
  false: 'false',
  f: 'false',
  no: 'false',
  n: 'false',
  '0': 'false',
};

export function createBooleanReader(nulls: readonly string[]): CellReader {
  const isNull = nullTest(nulls);
  let reason = '';
  return {
    code: 'bad-boolean',
    read(cell) {
      const text = cell.trim();
      if (text === '' || isNull(text)) return null;
      const value = truths[text.toLowerCase()];
      if (value === undefined) reason = `${shown(text)} is neither true nor false`;
      return value;
    },
    why: () => reason,
  };
}

/** Whole numbers that every reader of JSON takes exactly. */
export function createIntegerReader(numbers: CellReader): CellReader {
  let reason = '';
  return {
    code: numbers.code,
    read(cell) {
      const text = numbers.read(cell);
      if (text === undefined) reason = numbers.why();
      if (text === undefined || text === null) return text;
      const value = jsonDecimal(text).replace(/\.0+$/, '');
      if (/^-?\d+$/.test(value) && Number.isSafeInteger(Number(value))) return value;
      reason =
        isDecimal(value) && value.includes('.')
          ? `${shown(text)} is no whole number`
          : `${shown(text)} is too large for an integer: use \`type: decimal\``;
      return undefined;
    },
    why: () => reason,
  };
}

/** How a column of a `row` is written in its JSON. */
export const jsonSpelling = (type: string, decimals: Decimals): ((value: string) => string) =>
  type === 'integer' || type === 'boolean'
    ? value => value
    : type === 'decimal' && decimals === 'number'
      ? jsonDecimal
      : text => JSON.stringify(text);
