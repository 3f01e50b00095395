import { createCongestion } from './congestion.js';
import type { Charge } from './ledger.js';

const calmMs = 60_000;

/**
 * How many calls may be in flight: what the config says, less one for each refusal for concurrency, more again after a calm minute; and no more than
 * the source works on at once, as its latency tells (congestion.ts). Steady ms. Holds at most one entry a call in flight.
 */
export interface Parallel {
  readonly cap: number;
  waitMs(open: number, nowMs: number): number;
  took(charge: Charge): void;
  /** Nothing but this cap keeps the next call from being made. */
  crowded(): void;
  /** The call tells nothing. */
  forget(charge: Charge): void;
  answered(charge: Charge, ok: boolean, nowMs: number): void;
  /** @param open calls still in flight beside the refused one */
  refused(charge: Charge, open: number, nowMs: number): void;
}

export function createParallel(most: number): Parallel {
  const congestion = createCongestion(most);
  const lastPlaces = new Set<Charge>();
  let newest: Charge | undefined;
  let refusedCap = most;
  let loweredMs = Number.NEGATIVE_INFINITY;
  let changedMs = 0;
  return {
    get cap() {
      return Math.min(refusedCap, congestion.cap);
    },
    waitMs(open, nowMs) {
      for (; refusedCap < most && nowMs >= changedMs + calmMs; changedMs += calmMs) refusedCap += 1;
      if (open < this.cap) return 0;
      return open < congestion.cap ? changedMs + calmMs - nowMs : Number.POSITIVE_INFINITY;
    },
    took(charge) {
      newest = charge;
    },
    crowded() {
      if (newest) lastPlaces.add(newest);
    },
    forget(charge) {
      lastPlaces.delete(charge);
      if (newest === charge) newest = undefined;
    },
    answered(charge, ok, nowMs) {
      if (newest === charge) newest = undefined;
      if (lastPlaces.delete(charge)) congestion.answered(charge.atMs, ok, nowMs);
    },
    refused(charge, open, nowMs) {
      this.forget(charge);
      changedMs = nowMs;
      // Calls that went out together are refused together: that is one refusal.
      if (charge.atMs <= loweredMs) return;
      loweredMs = nowMs;
      refusedCap = Math.max(1, Math.min(this.cap - 1, open));
    },
  };
}
