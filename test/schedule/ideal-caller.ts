import type { Limit } from '../../src/schedule/limit.js';
import { windowEndMs } from './counting-rule.js';

/** How many calls the rule of docs/budget.md allows to a caller that always has work, and knows the limits. No code of src/schedule is used here. */
export interface IdealCaller {
  /** Goes on to that instant under these limits. */
  advanceTo(untilMs: number, limits: readonly Limit[]): void;
  readonly calls: number;
}

/** @param latencyMs of the next call. @param concurrency calls in flight at once */
export function createIdealCaller(startMs: number, concurrency: number, latencyMs: () => number): IdealCaller {
  let nowMs = startMs;
  let calls = 0;
  /** When the calls in flight will be answered, soonest first, and when the others were. */
  const open: number[] = [];
  let answered: number[] = [];

  function permit(): void {
    calls += 1;
    const answerMs = nowMs + latencyMs();
    const index = open.findIndex(other => other > answerMs);
    open.splice(index < 0 ? open.length : index, 0, answerMs);
  }

  /** When the next call may be made, as far as answers are known; Infinity while only an answer makes room. */
  function nextPermitMs(limits: readonly Limit[]): number {
    if (open.length >= concurrency) return Number.POSITIVE_INFINITY;
    let permitMs = nowMs;
    for (const limit of limits) {
      if (open.length >= limit.requests) return Number.POSITIVE_INFINITY;
      // The answer that has to leave the window first, so that one place is free.
      const leaving = answered.at(-(limit.requests - open.length));
      if (leaving !== undefined) permitMs = Math.max(permitMs, leftMs(limit, leaving));
    }
    return permitMs;
  }

  return {
    advanceTo(untilMs, limits) {
      const longestMs = Math.max(...limits.map(({ perMs }) => perMs));
      while (true) {
        const nextMs = Math.min(nextPermitMs(limits), open[0] ?? Number.POSITIVE_INFINITY);
        if (nextMs >= untilMs) break;
        nowMs = nextMs;
        if (open.length > 0 && open[0]! <= nowMs) answered.push(open.shift()!);
        else permit();
        if (answered.length > 20_000) answered = answered.filter(ms => ms > nowMs - longestMs);
      }
      nowMs = untilMs;
    },
    get calls() {
      return calls;
    },
  };
}

/** When a call that was answered then counts no more. */
const leftMs = (limit: Limit, answerMs: number): number =>
  limit.resetsAt === undefined ? answerMs + limit.perMs : windowEndMs(limit, answerMs);
