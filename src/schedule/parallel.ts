const calmMs = 60_000;

/** How many calls may be in flight: what the config says, less one for each refusal for concurrency, more again after a calm minute. Steady ms. */
export interface Parallel {
  readonly cap: number;
  waitMs(open: number, nowMs: number): number;
  /** @param open calls still in flight beside the refused one */
  refused(permittedMs: number, open: number, nowMs: number): void;
}

export function createParallel(most: number): Parallel {
  let cap = most;
  let loweredMs = Number.NEGATIVE_INFINITY;
  let changedMs = 0;
  return {
    get cap() {
      return cap;
    },
    waitMs(open, nowMs) {
      for (; cap < most && nowMs >= changedMs + calmMs; changedMs += calmMs) cap += 1;
      if (open < cap) return 0;
      return cap < most ? changedMs + calmMs - nowMs : Number.POSITIVE_INFINITY;
    },
    refused(permittedMs, open, nowMs) {
      changedMs = nowMs;
      // Calls that went out together are refused together: that is one refusal.
      if (permittedMs <= loweredMs) return;
      loweredMs = nowMs;
      cap = Math.max(1, Math.min(cap - 1, open));
    },
  };
}
