import type { Limit } from './limit.js';

/** A time during which a source takes no calls, and the careful way out of it. Steady ms. */
export interface Closure {
  readonly untilMs: number;
  readonly reason: string;
  /** Only one call at a time, until one permitted after it has been accepted: the source may refuse still. */
  readonly probing: boolean;
  /** Made by a refusal for the day that waits for the day's reset. */
  readonly forReset: boolean;
  /** The declared limit with that reset. */
  readonly of?: Limit | undefined;
}

export interface Gate {
  readonly closure: Closure | undefined;
  waitMs(open: number, nowMs: number): number;
  /** The later end of two closures holds. */
  close(closure: Closure, nowMs: number): void;
  /** @returns true when this call was the proof that the source is open again. */
  accepted(permittedMs: number): boolean;
  open(): void;
}

/** @param earlier a closure of an earlier run */
export function createGate(earlier?: Closure): Gate {
  let closure = earlier;
  let closedMs = Number.NEGATIVE_INFINITY;
  return {
    get closure() {
      return closure;
    },
    waitMs(open, nowMs) {
      if (closure === undefined) return 0;
      if (nowMs < closure.untilMs) return closure.untilMs - nowMs;
      return closure.probing && open > 0 ? Number.POSITIVE_INFINITY : 0;
    },
    close(next, nowMs) {
      closedMs = nowMs;
      if (closure === undefined || next.untilMs >= closure.untilMs) closure = next;
    },
    accepted(permittedMs) {
      if (closure === undefined || permittedMs <= closedMs || permittedMs < closure.untilMs) return false;
      closure = undefined;
      return true;
    },
    open() {
      closure = undefined;
    },
  };
}
