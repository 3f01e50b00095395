import type { Random } from './time.js';

/**
 * Exponential back-off with full jitter: evenly between `minMs` and a ceiling that doubles with each attempt up to `maxMs`. Whole milliseconds.
 * Never below `minMs`, because a draw near zero would be no back-off at all.
 * @returns a function of the attempt, from 1
 */
export function backoff({
  minMs,
  maxMs,
  random,
}: {
  readonly minMs: number;
  readonly maxMs: number;
  readonly random: Random;
}): (attempt: number) => number {
  return attempt => Math.round(minMs + random() * (Math.min(maxMs, minMs * 2 ** attempt) - minMs));
}
