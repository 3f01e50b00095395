import { decimalValue } from '../records/decimal.js';
import type { Fault } from './rows.js';

const missing = new Set(['', '-', '.', 'none', 'null']);

const isNumber = (text: string): boolean => Number.isFinite(decimalValue(text));

/** A decimal as sent, or undefined where it is missing. What is there but no finite number is added to `faults`. */
export function optionalDecimal(text: string | undefined, name: string, faults: Fault[]): string | undefined {
  if (text === undefined || isNumber(text)) return text;
  const value = text.trim();
  if (missing.has(value.toLowerCase())) return undefined;
  if (!isNumber(value)) faults.push({ code: 'bad-number', detail: `${name} is not a number: ${value}` });
  return value;
}

/** A decimal as sent. Missing, too, is a fault. */
export function requiredDecimal(text: string | undefined, name: string, faults: Fault[]): string {
  const value = optionalDecimal(text, name, faults);
  if (value === undefined) faults.push({ code: 'missing-value', detail: `${name} is missing` });
  return value ?? '';
}
