import type { Chance } from './chance.js';

export const canary = 'CANARYKEY0123456';

const values = [
  '', ' ', '-', '.', 'None', 'null', 'NaN', 'Infinity', '-Infinity', '1e400', '-1e400', '1e-400', '1e308', '1e999999999', '-0', '0', '+1', '1.', '.5', '00012',
  '1,5', '1,234.50', '1 234', '1_000', '0x10', '٣٤', '１２', '1\u00a02', '9'.repeat(70), `1.${'0'.repeat(63)}`, `x ${canary} y`, canary, 'success', 'true',
  '\u0000', '\ud800', '\udfff1', '\u202e123', 'e\u0301', '𝟙𝟚', '<html>', '"', '\\', '=1+1', '%', '\r\n', '\u2028',
] as const; // biome-ignore format: a list of odd values is read as a block

const stamps = [
  '2026-03-08 02:30:00', '2026-11-01 01:30:00', '1900-01-01', '1900-01-01 00:00:00', '2100-12-31', '2100-12-31 23:59:59', '0000-00-00', '0001-01-01', '9999-12-31 23:59:59',
  '9999-12-31', '+275760-09-13', '-000001-01-01', '2024-02-30', '2023-02-29', '2024-13-01', '2024-06-04T10:00:00Z', '2024-06-04T10:00:00+02:00', '2024-06-04 24:00:00',
  '2024-06-04 23:59:60', '2024-6-4', '04/06/2024', '20240604', '1717459200', '-1', '99999999999', '2024-06-04 10:00:00.123456789', ' 2024-06-04', '2024-06-04\u0000',
] as const; // biome-ignore format: a list of odd values is read as a block

export const names = [
  '__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'length', '0', '4294967295', '', ' ', canary, '1. open', '1. OPEN', '01: open', '1a. open (USD)',
  'Note', 'Information', 'Error Message', 'message', 'Meta Data', 'Time Series (Daily)', 'Global Quote', 'data', 'error', 'result', 'last', 'timestamp', 'symbol', 'close',
] as const; // biome-ignore format: a list of odd values is read as a block

/** What stands in the place of a text or number: something odd, or the same with a digit, point, sign or exponent changed. */
export function spoil(chance: Chance, text: string): string {
  const how = chance.next();
  if (how < 0.3) return chance.pick(values);
  if (how < 0.45) return chance.pick(stamps);
  const at = chance.below(text.length + 1);
  const piece = chance.pick([
    '0',
    '1',
    '9',
    '.',
    '-',
    '+',
    'e',
    'E5',
    ',',
    ' ',
    ':',
    '/',
    'T',
    'Z',
    '\u00e9',
    '\u0660',
    '\ud83d',
  ]);
  if (how < 0.65) return text.slice(0, at) + piece + text.slice(at);
  if (how < 0.85) return text.slice(0, at) + piece + text.slice(at + 1);
  if (how < 0.95) return text.slice(0, at) + text.slice(at + 1 + chance.below(3));
  return text + text;
}

export const respell = (chance: Chance, key: string): string => {
  const how = chance.next();
  if (how < 0.4) return chance.pick(names);
  if (how < 0.6)
    return chance.pick([
      key.toUpperCase(),
      key.toLowerCase(),
      `${key} `,
      ` ${key}`,
      key.replace(/^\d+[a-z]?[.:] */, ''),
      `7. ${key}`,
      `${key} - DELAYED`,
    ]);
  return spoil(chance, key);
};
