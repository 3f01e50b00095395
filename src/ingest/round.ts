import { isoInstant } from '../records/instant.js';
import type { BudgetView } from '../schedule/budget.js';
import type { Outcome } from '../sources/outcome.js';

const longWaitMs = 120_000;

/** Why a round (`--once`) waits no longer: it waits for its own pace, but until no closure ends and for no day. Undefined while waiting is worth it. */
export function reasonToGiveUp({ closed, limits }: BudgetView, nowMs: number): string | undefined {
  if (closed !== undefined && closed.untilMs > nowMs) return closed.reason;
  const spent = limits.find(
    ({ used, limit, resetsAtMs }) => used >= limit.requests && (resetsAtMs ?? 0) > nowMs + longWaitMs,
  );
  return spent && `the quota of ${spent.limit.requests} calls is spent until ${isoInstant(spent.resetsAtMs ?? nowMs)}`;
}

/** What a round names at its end. */
export const isProblem = (kind: Outcome['kind']): boolean =>
  kind !== 'records' && kind !== 'unchanged' && kind !== 'empty';
