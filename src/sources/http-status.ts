import type { HttpAnswer } from '../http/edge.js';
import { retryAfterMs } from '../http/retry-after.js';
import type { Outcome } from './outcome.js';

export type Failure = Exclude<Outcome, { kind: 'records' | 'unchanged' | 'unknown-symbol' }>;

/**
 * What a status alone says; undefined for 2xx, where the body decides. `said` is what the body says of itself, if anything: it knows better whether
 * a 429 or 403 is about a minute, a day, a key or a plan.
 * @param nowMs for a Retry-After date in an answer without a `Date`; NaN where unknown
 */
export function statusFailure(answer: HttpAnswer, nowMs: number, said?: Outcome): Failure | undefined {
  const { status, headers } = answer;
  if (status >= 200 && status < 300) return undefined;
  const waitMs = retryAfterMs(headers, nowMs);
  const after = waitMs !== undefined && Number.isFinite(waitMs) ? { retryAfterMs: waitMs } : {};
  const detail = `HTTP ${status}`;
  const saying = `${detail}: ${said && 'detail' in said ? said.detail : ''}`.slice(0, 200);
  if (said?.kind === 'refused') return { ...said, ...after, detail: saying };
  if (said?.kind === 'denied') return { ...said, detail: saying };
  if (status === 429) return { kind: 'refused', by: 'minute', ...after, detail };
  // A ban for going on after refusals. Without a length it may be days: the day is given up.
  if (status === 418) return { kind: 'refused', by: 'retryAfterMs' in after ? 'minute' : 'day', ...after, detail };
  if (status === 401) return { kind: 'denied', by: 'key', detail };
  if (status === 402 || status === 451) return { kind: 'denied', by: 'entitlement', detail };
  // A firewall's page goes away by itself; an answer of the service means it.
  if (status === 403 && !isHtml(answer)) return { kind: 'denied', by: 'entitlement', detail };
  if (status >= 500 || status === 403 || status === 408 || status === 425)
    return { kind: 'unavailable', ...after, detail };
  return { kind: 'malformed', detail };
}

const isHtml = ({ headers, body }: HttpAnswer): boolean =>
  (headers['content-type'] ?? '').includes('html') || /^\s*</.test(new TextDecoder().decode(body.subarray(0, 256)));
