import type { Charge, Ledger } from './ledger.js';
import type { Limit } from './limit.js';

const dayMs = 86_400_000;
/** A try in vain costs one refusal: no more than one in so many calls. */
const callsPerTry = 100;
const mostDays = 8;

/** What has to outlive the program. Steady ms. */
export interface LearnedQuota {
  readonly requests: number;
  /** From then on as many calls are tried as are declared. */
  readonly tryMs: number;
}

/**
 * What a day of a source really holds: one call less than the refused one. The next day tries whether that was so (somebody else may have spent the
 * rest); a day that says the same is believed, and more is tried again on the first day after 100 calls, at the latest on the eighth.
 * Holds one number for each call in flight.
 */
export interface LearnedDay {
  readonly learned: LearnedQuota | undefined;
  /** @param count weight that counts in the day, this call included */
  took(charge: Charge, count: number): void;
  /** The call is over. */
  forget(charge: Charge): void;
  /** @returns true when less is allowed from now on; calls that went out together are refused together */
  refused(charge: Charge, resetMs: number, nowMs: number): boolean;
  /** Time goes on. */
  turn(nowMs: number): void;
  reset(): void;
}

export function createLearnedDay(
  declared: Limit,
  ledger: Pick<Ledger, 'learn' | 'unlearn'>,
  earlier: LearnedQuota | undefined,
): LearnedDay {
  const counts = new Map<Charge, number>();
  const limit = { ...declared };
  let learned: LearnedQuota | undefined;
  let trying = false;
  let refusedMs = Number.NEGATIVE_INFINITY;

  function learn(quota: LearnedQuota): void {
    if (learned === undefined) ledger.learn(limit);
    learned = quota;
    limit.requests = quota.requests;
    trying = false;
  }

  if (earlier) learn(earlier);

  return {
    get learned() {
      return learned;
    },
    took(charge, count) {
      counts.set(charge, count);
    },
    forget(charge) {
      counts.delete(charge);
    },
    refused(charge, resetMs, nowMs) {
      const count = counts.get(charge) ?? 0;
      counts.delete(charge);
      if (charge.atMs <= refusedMs) return false;
      refusedMs = nowMs;
      const requests = Math.min(count - 1, limit.requests);
      // The first call of a day: its day is another one than the source's, or somebody else spends it. That is no count.
      if (requests < 1) return false;
      const confirmed = trying && learned !== undefined && Math.abs(requests - learned.requests) <= 1;
      const days = confirmed ? Math.min(mostDays, Math.ceil(callsPerTry / requests)) : 1;
      learn({ requests, tryMs: resetMs + (days - 1) * dayMs });
      return true;
    },
    turn(nowMs) {
      if (learned === undefined || trying || nowMs < learned.tryMs) return;
      trying = true;
      limit.requests = declared.requests;
    },
    reset() {
      if (learned) ledger.unlearn(limit);
      learned = undefined;
    },
  };
}
