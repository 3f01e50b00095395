import type { Report } from '../records/event.js';
import type { Random } from '../streams/time.js';

/**
 * Several calls in a row without an answer that can be used are an outage of the way there, not of a symbol: the whole source waits, so that quota and log
 * lines are not spent on it. The pause doubles from 1 s to 30 s, with jitter, and ends with the first answer.
 */
export interface Outage {
  /** Epoch ms before which no call is worth making; 0 while the vendor can be reached. */
  readonly untilMs: number;
  /** @param fault why a call had no answer that could be used; undefined: it had one */
  saw(fault: string | undefined, nowMs: number): void;
  /** The wall clock jumped: a pause keeps its length. */
  jumped(byMs: number): void;
}

const after = 3;
const firstMs = 1_000;
const longestMs = 30_000;

export function createOutage(source: string, random: Random, report: Report): Outage {
  let inRow = 0;
  let untilMs = 0;
  return {
    get untilMs() {
      return untilMs;
    },
    saw(fault, nowMs) {
      if (fault === undefined) {
        if (inRow >= after) report({ kind: 'source-resumed', source });
        inRow = 0;
        untilMs = 0;
        return;
      }
      inRow++;
      if (inRow < after || nowMs < untilMs) return;
      const ceilingMs = Math.min(longestMs, firstMs * 2 ** Math.min(inRow - after, 20));
      untilMs = nowMs + ceilingMs * (0.5 + random() / 2);
      report({
        kind: 'source-paused',
        source,
        reason: `${inRow} calls in a row failed, the last with ${fault}`,
        untilMs,
      });
    },
    jumped(byMs) {
      if (untilMs > 0) untilMs += byMs;
    },
  };
}
