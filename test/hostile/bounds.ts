import type { Answered } from './ask.js';

/** The event loop of the program stands still for at most this long, in time of the processor, whatever an answer holds. */
const maxBlockedMs = 1_500;
/** Resident size of a process that holds one hostile answer. */
const maxPeakMb = 400;

/** Which promise an answer broke; undefined for none. */
export function faultOf({ outcome, expect, reachedVendor, calls }: Answered): string | undefined {
  if (!expect.test(outcome)) return `expected ${expect}`;
  if (!reachedVendor) return 'the call reached the vendor and is taken for one that did not';
  if (outcome.includes('CANARY')) return 'the key is shown';
  if (calls === 0) return 'it was not asked';
  return undefined;
}

/** What an answer cost too much of; undefined for nothing. For runs that have the machine to themselves. */
export function costFaultOf({ blockedMs, peakMb }: Answered): string | undefined {
  if (blockedMs > maxBlockedMs) return `blocked for ${blockedMs} ms`;
  if (peakMb > maxPeakMb) return `peak of ${peakMb} MB`;
  return undefined;
}
