import { instantMs } from '../records/instant.js';
import type { Observation } from '../records/observation.js';
import { type ValueFault, valueFault } from '../records/value-fault.js';

/** Bounds that a feed sets; shares as fractions (0.5 = half), times in milliseconds. */
export interface Checks {
  readonly maxJump?: number;
  readonly maxFuture: number;
  readonly maxAge?: number;
}

/** Why an observation may not be published. Codes are stable: they are labels and dead-letter reasons. */
export type CheckCode = ValueFault['code'] | 'future' | 'stale' | 'jump' | 'bad-time';

/** Refused by what a feed sets and by the clock, not by what an observation is. */
export const isOfBounds = (code: CheckCode): boolean => code === 'future' || code === 'stale' || code === 'jump';

export interface Fault {
  readonly code: CheckCode;
  readonly detail: string;
}

/**
 * The first rule that an observation breaks, or undefined.
 * @param previousPrice the last published price of the series, for the jump rule
 */
export function faultOf(
  observation: Observation,
  checks: Checks,
  nowMs: number,
  previousPrice: string | undefined,
): Fault | undefined {
  const fault = valueFault(observation);
  if (fault !== undefined) return fault;
  const timeMs = instantMs(observation.time);
  if (Number.isNaN(timeMs)) return { code: 'bad-time', detail: 'time is not an instant' };
  if (timeMs > nowMs + checks.maxFuture)
    return { code: 'future', detail: `time ${observation.time} lies in the future` };
  if (checks.maxAge !== undefined && timeMs < nowMs - checks.maxAge)
    return { code: 'stale', detail: `time ${observation.time} is older than the feed allows` };
  if (checks.maxJump !== undefined && previousPrice !== undefined) {
    const price = observation.kind === 'bar' ? observation.close : observation.price;
    const share = Math.abs(Number(price) / Number(previousPrice) - 1);
    if (share > checks.maxJump)
      return { code: 'jump', detail: `${previousPrice} to ${price} is a jump of ${(share * 100).toFixed(1)} %` };
  }
  return undefined;
}
