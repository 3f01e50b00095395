import type { Charge, Ledger } from './ledger.js';
import type { Limit } from './limit.js';
import { createRecentPermits } from './recent-permits.js';

const minuteMs = 60_000;
const cut = 0.7;
/** A lone refusal among more accepted calls than this says that the limit is near, or means nothing: a source that refuses one call in 500 is not slowed by 0.7. */
const rareAfter = 100;
const rareCut = 0.85;
/** A refusal so near to the known limit is about that limit. */
const nearShare = 0.8;
/** After a refusal that named the limit, calls stay so far below it for a while: the source's own window may end later than ours. */
const heldShare = 0.85;
const heldMs = 2 * minuteMs;
/** More is tried after so long and so many accepted calls, both doubled by each try in vain, up to three times. */
const firstTryMs = 2 * minuteMs;
const firstTryCalls = 25;
const mostDoublings = 3;
/** Below one call a window the time between calls is tried in steps of 4 %. */
const gapStep = 1.04;
const slowestMs = minuteMs;

/** What has to outlive the program. Steady ms. */
export interface LearnedLimit {
  readonly requests: number;
  readonly perMs: number;
  readonly loweredMs: number;
  /** Tries in vain since the limit was found. */
  readonly tries: number;
}

/**
 * What a sliding window of a source really holds, learned from refusals. Three facts do it:
 * - what is `known`, a limit that the ledger counts as it counts declared ones: while it is no more than the source's own, nothing is refused.
 * - what is `proven`: the most calls sent within one window of which the last was accepted. A call beyond that flies alone, so that finding the
 *   limit costs one refusal however wrong the guess.
 * - a time to try more, ever rarer while it is in vain: then what is declared counts until the next refusal.
 *
 * A refused call beyond what is proven names the limit: one less. One within it tells of a change, or is chance: all is cut to 0.7 and has to be
 * proven anew. Where even a lone call is refused, one call waits ever longer for the one before it, and later less by steps of 4 %.
 *
 * Additive increase and multiplicative decrease (Chiu and Jain 1989; 0.7 as in CUBIC, RFC 9438), but of calls in a window instead of a rate,
 * because windows are what vendors count. All times are steady ms. Holds one entry a call of the last window, and one a call in flight.
 */
export interface LearnedWindow {
  /** The config declares such a window. */
  readonly declared: boolean;
  /** Undefined while nothing is learned. */
  readonly learned: LearnedLimit | undefined;
  /** What was learned is in doubt: calls go beyond it one at a time. */
  readonly trying: boolean;
  waitMs(weight: number, nowMs: number): number;
  took(charge: Charge): void;
  /** Weight permitted in the window that ended with this call; with the last one where that is not known. */
  countAt(charge: Charge, nowMs: number): number;
  /** The call tells nothing. */
  forget(charge: Charge): void;
  /** @returns undefined where an earlier refusal has said it: calls that went out together are refused together */
  refused(charge: Charge, nowMs: number): 'limit-found' | 'unexpected' | undefined;
  /** @returns true when nothing is learned any more */
  accepted(charge: Charge, nowMs: number): boolean;
  /** Other limits are declared: forgets everything. */
  reset(): void;
}

type Known = Pick<LearnedLimit, 'requests' | 'perMs'>;

/**
 * @param declared the shortest window that the config declares in this range; without one, `requests` is Infinity and `perMs` the likely length
 * @param earlier what a run before this one knew
 */
export function createLearnedWindow(
  declared: Limit,
  ledger: Pick<Ledger, 'learn' | 'unlearn'>,
  earlier: LearnedLimit | undefined,
): LearnedWindow {
  const windowMs = declared.perMs;
  const longestMs = Math.max(slowestMs, windowMs);
  const permits = createRecentPermits(windowMs);
  const flights = new Map<Charge, { readonly count: number; readonly gapMs: number }>();
  let unproven: Charge | undefined;

  let known: Known | undefined;
  // Read by the ledger at each decision: what is known, or what is being tried, or less while held.
  const limit = { requests: Number.POSITIVE_INFINITY, perMs: windowMs };
  let trying = false;
  let held = false;
  let ceiling = declared.requests;
  let proven = 0;
  let tries = 0;
  let loweredMs = Number.NEGATIVE_INFINITY;
  let acceptedSince = 0;

  if (earlier) {
    ({ tries, loweredMs } = earlier);
    know(earlier, false);
    proven = earlier.requests;
  }

  function know({ requests, perMs }: Known, hold: boolean): void {
    if (known === undefined) ledger.learn(limit);
    known = { requests, perMs: Math.min(perMs, longestMs) };
    limit.requests = requests;
    limit.perMs = hold ? known.perMs / heldShare : known.perMs;
    held = hold;
    trying = false;
  }

  function unlearn(): void {
    if (known) ledger.unlearn(limit);
    known = undefined;
    trying = false;
    flights.clear();
    unproven = undefined;
  }

  /** Less than one call a window. */
  const isSlow = ({ requests, perMs }: Known): boolean => requests === 1 && perMs > windowMs;

  function tryMore({ requests, perMs }: Known): void {
    trying = true;
    held = false;
    proven = Math.min(proven, requests);
    limit.perMs = requests === 1 ? Math.max(windowMs, perMs / gapStep) : windowMs;
    limit.requests = limit.perMs > windowMs ? 1 : declared.requests;
  }

  /** Time goes on. */
  function turn(of: Known, nowMs: number): void {
    if (held && nowMs >= loweredMs + heldMs) know(of, false);
    const scale = 2 ** Math.min(tries, mostDoublings);
    if (!trying && nowMs >= loweredMs + firstTryMs * scale && acceptedSince >= firstTryCalls * scale) tryMore(of);
  }

  /** Something has changed, and nobody knows to what: less, and all of it to be proven. */
  function cutTo(factor: number): void {
    // Who calls rarely learns little from a refusal: a quarter of what is declared is not put in doubt beyond proving it.
    const quarter = Number.isFinite(declared.requests) ? declared.requests / 4 : 0;
    const perWindow = known
      ? (known.requests * windowMs) / known.perMs
      : Math.min(declared.requests, Math.max(1, permits.peak, quarter));
    if (known === undefined) ceiling = Math.min(declared.requests, 2 * perWindow);
    const requests = Math.max(1, Math.ceil(factor * perWindow - 1e-9));
    know({ requests, perMs: (windowMs * requests) / (factor * perWindow) }, false);
    proven = 0;
    tries = 0;
  }

  /** A call beyond what was proven was refused. */
  function find(of: Known, requests: number, gapMs: number): void {
    if (requests > 0) know({ requests, perMs: windowMs }, true);
    else know({ requests: 1, perMs: Math.max(2 * of.perMs, 1.25 * Math.min(gapMs, 4 * of.perMs)) }, false);
  }

  /** More was tried in vain: back to what was known, or to what the try has found. */
  function fallBack(to: Known, found: number): void {
    tries = found > 1.25 * to.requests ? 0 : tries + 1;
    // The step before the refused one passed, perhaps by the luck of latencies: one more is for them.
    if (isSlow(to)) know({ requests: 1, perMs: limit.perMs * gapStep ** 2 }, true);
    else know(found < to.requests ? to : { requests: found, perMs: windowMs }, true);
  }

  return {
    declared: Number.isFinite(declared.requests),
    get learned() {
      return known && { ...known, loweredMs, tries };
    },
    get trying() {
      return trying;
    },
    waitMs(weight, nowMs) {
      if (known === undefined) return 0;
      turn(known, nowMs);
      if (unproven === undefined || permits.count(nowMs) + weight <= proven) return 0;
      return permits.leavesInMs(nowMs);
    },
    took(charge) {
      const flight = permits.took(charge);
      if (known === undefined) return;
      flights.set(charge, flight);
      if (flight.count > proven) unproven = charge;
    },
    countAt: (charge, nowMs) => flights.get(charge)?.count ?? permits.count(nowMs),
    forget(charge) {
      flights.delete(charge);
      if (unproven === charge) unproven = undefined;
    },
    refused(charge, nowMs) {
      const flight = flights.get(charge);
      this.forget(charge);
      if (charge.atMs <= loweredMs) return undefined;
      // A call from before anything was known says only that something has changed.
      const { count, gapMs } = flight ?? { count: 0, gapMs: 0 };
      // Of calls that went out together any may have been counted last.
      const atMost = Math.max(count, permits.count(nowMs));
      const factor = acceptedSince > rareAfter ? rareCut : cut;
      const accepted = acceptedSince;
      acceptedSince = 0;
      loweredMs = nowMs;
      if (known === undefined) cutTo(factor);
      else if (trying) fallBack(known, (count > proven ? count : proven) - 1);
      else if (count > proven) find(known, count > charge.weight ? count - 1 : 0, gapMs);
      // Latencies differ, so what was proven may be one too many. But not twice in a row.
      else if (known.requests > 1 && atMost > nearShare * known.requests && accepted >= known.requests)
        know({ requests: known.requests - 1, perMs: known.perMs }, true);
      else cutTo(factor);
      return proven === 0 && !held ? 'unexpected' : 'limit-found';
    },
    accepted(charge, nowMs) {
      acceptedSince += 1;
      if (known === undefined) return false;
      const flight = flights.get(charge);
      this.forget(charge);
      if (flight === undefined || charge.atMs <= loweredMs) return false;
      proven = Math.max(proven, flight.count);
      turn(known, nowMs);
      if (!trying) return false;
      // A call that was late for another reason proves nothing of the time between calls.
      if (isSlow(known) && flight.gapMs < gapStep * limit.perMs + 2 * (nowMs - charge.atMs)) {
        known = { requests: 1, perMs: limit.perMs };
        tryMore(known);
      }
      if (limit.perMs > windowMs || proven < ceiling) return false;
      unlearn();
      return true;
    },
    reset: unlearn,
  };
}
