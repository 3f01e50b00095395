import type { Time } from '../streams/time.js';

/** One instant by the two clocks that a budget counts with. Both are epoch ms and never go back; they are one unless the wall clock was set back. */
export interface Moment {
  /** The wall clock as it was at the start plus what has passed since: no jump reaches it. */
  readonly steadyMs: number;
  /** The wall clock, but never ahead of the steady one. */
  readonly laggingMs: number;
}

export interface BudgetClock {
  now(): Moment;
  /** How far the wall clock is ahead of the steady one: 0 until it jumps. */
  leadMs(): number;
}

/** A machine that sleeps stops its monotonic clock: `steadyMs` is then late by the time slept, until the program is started anew. */
export function createBudgetClock(time: Time): BudgetClock {
  const wallStartMs = time.now();
  const startMs = time.monotonicMs();
  const steadyMs = (): number => wallStartMs + (time.monotonicMs() - startMs);
  let laggingMs = Number.NEGATIVE_INFINITY;

  return {
    now() {
      const steady = steadyMs();
      laggingMs = Math.max(laggingMs, Math.min(time.now(), steady));
      return { steadyMs: steady, laggingMs };
    },
    leadMs: () => time.now() - steadyMs(),
  };
}
