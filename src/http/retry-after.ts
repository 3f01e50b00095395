import type { HttpAnswer } from './edge.js';
import { httpDateMs } from './http-date.js';

/**
 * How long the server asks us to wait (RFC 9110 section 10.2.3): seconds, also with decimals, or a date measured against the answer's own
 * `Date` where it has one, so that a wrong clock on either side does no harm. What lies in the past is 0; undefined where there is
 * nothing readable. Not capped: how long is too long is the caller's to say.
 */
export function retryAfterMs(headers: HttpAnswer['headers'], nowMs: number): number | undefined {
  const text = headers['retry-after']?.trim();
  if (text === undefined) return undefined;
  if (/^-?\d{1,15}(\.\d*)?$/.test(text)) return Math.max(0, Math.ceil(Number(text) * 1000));
  const untilMs = httpDateMs(text, nowMs);
  if (untilMs === undefined) return undefined;
  return Math.max(0, untilMs - (httpDateMs(headers.date?.trim() ?? '', nowMs) ?? nowMs));
}
