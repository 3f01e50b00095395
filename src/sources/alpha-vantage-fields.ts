import { vendorSymbol } from './alpha-vantage-call.js';
import type { JsonObject } from './answer-body.js';
import type { Fields } from './rows.js';

// A hundred bars have the same five keys. Bounded in number and in length, because keys come from outside.
const maxNames = 1_000;
const maxKnownKey = 64;
const names = new Map<string, string>();

/**
 * The plain name of a value: `1. open`, `1: Symbol`, `05. price`, `previous_close`, `adjusted close` → `open`, `symbol`, `price`, `previous close`,
 * `adjusted close`. Crypto bars up to about 2024 have each price per market: `1a. open (CNY)` is `open` where the market is CNY.
 */
export function fieldName(key: string, market?: string): string {
  const known = market === undefined ? names.get(key) : undefined;
  if (known !== undefined) return known;
  const name = key
    .toLowerCase()
    .replace(/^\s*\d{1,3}[a-z]?\s*[.:]\s*/, '')
    .replaceAll('_', ' ')
    .trim();
  const suffix = market === undefined ? undefined : ` (${market.toLowerCase()})`;
  if (suffix !== undefined) return name.endsWith(suffix) ? name.slice(0, -suffix.length) : name;
  if (key.length > maxKnownKey) return name;
  if (names.size >= maxNames) names.clear();
  names.set(key, name);
  return name;
}

const fieldText = (value: unknown): string => {
  if (typeof value === 'string') return value;
  return value === null ? '' : `(${typeof value})`;
};

/** Values by plain name. Of two keys with one name the first counts. */
export function fieldsOf(entries: Iterable<readonly [key: string, value: unknown]>, market?: string): Fields {
  const fields = new Map<string, string>();
  for (const [key, value] of entries) {
    const name = fieldName(key, market);
    if (!fields.has(name)) fields.set(name, fieldText(value));
  }
  return fields;
}

/** The texts at the top of an answer by plain name: `note`, `information`, `error message`, `message`, … */
export const textsOf = (body: JsonObject): Fields =>
  fieldsOf(
    Object.entries(body)
      .filter(([key, value]) => typeof value === 'string' && value.trim() !== '' && key !== 'endpoint')
      .slice(0, 8),
  );

/** True unless `named` names another symbol than `asked`. What an answer does not name cannot be checked. */
export const sameSymbol = (named: string | undefined, asked: string): boolean =>
  named === undefined || named === '' || vendorSymbol(named) === vendorSymbol(asked);
