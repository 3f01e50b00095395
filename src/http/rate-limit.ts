import type { HttpAnswer } from './edge.js';
import { httpDateMs } from './http-date.js';

/** What an answer says of the quota that is left; of several limits the one that binds first. */
export interface RateLimit {
  readonly remaining: number;
  /** Epoch ms at which more will be granted. */
  readonly resetsAtMs?: number;
}

/**
 * Reads, in this order, `RateLimit` as a structured field (draft-ietf-httpapi-ratelimit-headers, 2023 on), its older forms
 * (`RateLimit: limit=…, remaining=…, reset=…` and three fields), and `X-RateLimit-*` / `X-Rate-Limit-*`. Malformed fields count as absent,
 * as the draft demands.
 */
export function rateLimit(headers: HttpAnswer['headers'], nowMs: number): RateLimit | undefined {
  const field = headers.ratelimit;
  const fromField = field === undefined ? undefined : (structured(field, nowMs) ?? oneField(field, nowMs));
  if (fromField) return fromField;
  for (const prefix of ['ratelimit', 'x-ratelimit', 'x-rate-limit']) {
    const remaining = count(headers[`${prefix}-remaining`]);
    if (remaining !== undefined) return limit(remaining, resetMs(headers[`${prefix}-reset`], nowMs));
  }
  return undefined;
}

const limit = (remaining: number, resetsAtMs: number | undefined): RateLimit =>
  resetsAtMs === undefined ? { remaining } : { remaining, resetsAtMs };

const count = (text: string | undefined): number | undefined =>
  text && /^\s*\d{1,15}\s*$/.test(text) ? Number(text) : undefined;

/** `"burst";r=50;t=30, "daily";r=9;t=3600;pk=:…:` One malformed item voids the field. */
function structured(field: string, nowMs: number): RateLimit | undefined {
  // Names say nothing to us but may hold commas and semicolons: they go before the field is taken apart.
  const bare = field.replaceAll(/"(?:[^"\\]|\\.)*"/g, 'name');
  const limits: RateLimit[] = [];
  for (const item of bare.split(',')) {
    const [name = '', ...parameters] = item.split(';').map(part => part.trim());
    const values = valuesIn(parameters);
    const remaining = count(values.get('r'));
    if (!/^[A-Za-z*][\w.*/:-]*$/.test(name) || remaining === undefined) return undefined;
    limits.push(limit(remaining, afterSeconds(values.get('t'), nowMs)));
  }
  return limits.toSorted((a, b) => a.remaining - b.remaining || (b.resetsAtMs ?? 0) - (a.resetsAtMs ?? 0))[0];
}

/** `limit=100, remaining=50, reset=50` */
function oneField(field: string, nowMs: number): RateLimit | undefined {
  const values = valuesIn(field.split(',').map(part => part.trim()));
  const remaining = count(values.get('remaining'));
  return remaining === undefined ? undefined : limit(remaining, afterSeconds(values.get('reset'), nowMs));
}

const valuesIn = (parts: readonly string[]): Map<string, string> =>
  new Map(
    parts.map(part => {
      const [name = '', value = ''] = part.split('=', 2);
      return [name, value];
    }),
  );

const afterSeconds = (text: string | undefined, nowMs: number): number | undefined => {
  const seconds = count(text);
  return seconds === undefined ? undefined : nowMs + seconds * 1000;
};

/** Vendors mean seconds left, epoch seconds, epoch milliseconds or a date by the same name; the size tells which. */
function resetMs(text: string | undefined, nowMs: number): number | undefined {
  const trimmed = text?.trim() ?? '';
  if (/^\d{1,15}(\.\d+)?$/.test(trimmed)) {
    const value = Number(trimmed);
    return Math.round(value > 1e12 ? value : value > 1e9 ? value * 1000 : nowMs + value * 1000);
  }
  if (/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(trimmed)) {
    const zoned = /(Z|[+-]\d\d:?\d\d)$/i.test(trimmed) ? trimmed : `${trimmed}Z`;
    const ms = Date.parse(zoned.replace(' ', 'T'));
    return Number.isNaN(ms) ? undefined : ms;
  }
  return httpDateMs(trimmed, nowMs);
}
