import type { Report } from '../records/event.js';
import type { Random, Time } from '../streams/time.js';
import { createAllowance } from './allowance.js';
import type { Moment } from './budget-clock.js';
import { createGate } from './closure.js';
import { createLearnedLimits, type Learned } from './learned-limits.js';
import type { Charge, Ledger } from './ledger.js';
import { type Limit, sameLimit } from './limit.js';
import { createParallel } from './parallel.js';
import { learnedNames } from './quota-reports.js';
import type { Hint, Verdict } from './verdict.js';
import { isFixed, wallWindows } from './wall-window.js';

const minuteMs = 60_000;
const hourMs = 3_600_000;
const dayMs = 86_400_000;
// After a reset or a full minute: the source's clock may be a little behind ours.
const marginMs = 1_000;
// A Retry-After of nought, or of a date that has passed, would have the source refuse one call after another.
const shortestMs = 1_000;

/** Until when, steady ms, and why. */
export interface Closed {
  readonly untilMs: number;
  readonly reason: string;
  /** The declared limit whose reset is waited for; with another one there is nothing to wait for. */
  readonly of?: Limit;
}

/** Whether what closed the source is still declared. */
export const stillCloses = ({ of }: { readonly of?: Limit | undefined }, limits: readonly Limit[]): boolean =>
  of === undefined || limits.some(limit => sameLimit(limit, of));

export interface LearningOptions {
  readonly source: string;
  readonly limits: readonly Limit[];
  readonly concurrency: number;
  readonly ledger: Ledger;
  /** What an earlier run was told. */
  readonly earlier: { readonly closed: Closed | undefined; readonly learned: Learned };
  readonly time: Pick<Time, 'now'>;
  readonly random: Random;
  readonly report: Report;
  /** A closure of more than a minute begins or ends: a restart must know. */
  readonly keep: (closed: Closed | undefined) => void;
  /** So must it of other limits than those that are declared. */
  readonly keepLearned: (learned: Learned) => void;
}

/** What the answers taught beyond the declared limits. It only ever takes away from what those allow. */
export interface Learning {
  /** 0 when a call of this weight may be made by the ledger's limits and by what was learned. */
  waitMs(weight: number, now: Moment): number;
  took(charge: Charge, now: Moment): void;
  /** Nothing is known of how this call ended. */
  forget(charge: Charge): void;
  learn(charge: Charge, verdict: Verdict, hint: Hint | undefined, now: Moment): void;
  /** While the source takes no calls at all. */
  closed(now: Moment): Closed | undefined;
  /** Why the source is given up. */
  readonly stopped: string | undefined;
  readonly concurrency: number;
  readonly perSecond: number | undefined;
  /** Others are declared: what was learned of an old one says nothing of it. */
  setLimits(limits: readonly Limit[]): void;
}

/**
 * - burst, minute, day: less in such a window at once, more bit by bit (learned-window.ts, learned-day.ts). Besides:
 * - burst: a pause of 1 to 2 s.
 * - minute: closed to the next full minute, unless the refusal was expected, because more was being tried.
 * - day: closed to the reset of the shortest declared limit of a day or more; without one, or when refused again right after it, for an hour.
 * - concurrency: one call fewer at once (parallel.ts); a pause of 1 to 2 s if it was the only one.
 * - Retry-After comes before each of these waits; it is at least a second, and cut at a day, which the reason says.
 * - After a closure one call at a time tries, until one is accepted.
 * - key: the source is stopped. Entitlement concerns only what was asked for.
 */
export function createLearning(options: LearningOptions): Learning {
  const { source, ledger, earlier, time, random, report, keep, keepLearned } = options;
  let { limits } = options;
  const learnedLimits = createLearnedLimits(limits, ledger, earlier.learned);
  const parallel = createParallel(options.concurrency);
  const allowance = createAllowance();
  const closedBefore = earlier.closed && stillCloses(earlier.closed, limits) ? earlier.closed : undefined;
  const gate = createGate(closedBefore && { ...closedBefore, probing: true, forReset: true });
  let kept = closedBefore !== undefined;
  if (earlier.closed && !closedBefore) keep(undefined);
  let saidPerSecond = Math.min(learnedLimits.perSecond ?? Number.POSITIVE_INFINITY, fastest(limits));
  let pausedUntilMs = Number.NEGATIVE_INFINITY;
  let stopped: string | undefined;

  function close(
    waitMs: number,
    why: string,
    now: Moment,
    { probing = true, forReset = false, of }: { probing?: boolean; forReset?: boolean; of?: Limit | undefined } = {},
  ): void {
    const untilMs = now.steadyMs + Math.max(shortestMs, Math.min(waitMs, dayMs));
    const reason = waitMs > dayMs ? `${why} (asked for ${waitMs / 1000} s, cut at a day)` : why;
    const before = gate.closure;
    gate.close({ untilMs, reason, probing, forReset, of }, now.steadyMs);
    // Calls in flight together are refused together: one word about it is enough.
    if (before !== undefined && before.untilMs > now.steadyMs && untilMs - before.untilMs < 1000) return;
    report({ kind: 'source-paused', source, reason, untilMs });
    if (untilMs - now.steadyMs <= minuteMs) return;
    keep({ untilMs, reason, ...(of && { of }) });
    kept = true;
  }

  function closeForDay(charge: Charge, why: string, now: Moment): void {
    const [day] = limits
      .filter(isFixed)
      .filter(({ perMs }) => perMs >= dayMs)
      .sort((a, b) => a.perMs - b.perMs);
    const resetMs = day ? wallWindows(day)(now.laggingMs).endMs - now.laggingMs + marginMs : hourMs;
    const { closure } = gate;
    // The source's day is another one, or somebody else spends it: only trying tells.
    const again = closure?.forReset === true && charge.atMs >= closure.untilMs;
    if (again) learnedLimits.forget(charge);
    else if (learnedLimits.refusedForDay(charge, now.steadyMs + (day ? resetMs : dayMs), now)) learnedOther();
    close(again ? Math.min(hourMs, resetMs) : resetMs, why, now, { forReset: true, of: day });
  }

  /** A try in vain ends where it began: that is no news. */
  function learnedOther(): void {
    keepLearned(learnedLimits.learned);
    sayLearned();
    const perSecond = Math.min(learnedLimits.perSecond ?? Number.POSITIVE_INFINITY, fastest(limits));
    if (perSecond === saidPerSecond) return;
    report({ kind: perSecond < saidPerSecond ? 'rate-lowered' : 'rate-raised', source, perSecond });
    saidPerSecond = perSecond;
  }

  function sayLearned(): void {
    report({ kind: 'limits-learned', source, learned: learnedNames(learnedLimits.learned) });
  }

  function tooFast(charge: Charge, by: 'burst' | 'minute', now: Moment): 'limit-found' | 'unexpected' | undefined {
    const told = learnedLimits.refused(charge, by, now);
    if (told) learnedOther();
    return told;
  }

  function refused(charge: Charge, { by, retryAfterMs, detail }: Verdict & { kind: 'refused' }, now: Moment): void {
    switch (by) {
      case 'burst': {
        const pauseMs = Math.max(shortestMs, Math.min(retryAfterMs ?? 1000 + 1000 * random(), dayMs));
        pausedUntilMs = Math.max(pausedUntilMs, now.steadyMs + pauseMs);
        tooFast(charge, by, now);
        if (pauseMs > minuteMs) close(retryAfterMs!, detail, now);
        break;
      }
      case 'minute': {
        const told = tooFast(charge, by, now);
        if (told !== 'limit-found' || retryAfterMs !== undefined)
          close(retryAfterMs ?? minuteMs - (now.laggingMs % minuteMs) + marginMs, detail, now);
        break;
      }
      case 'day':
        if (retryAfterMs === undefined) closeForDay(charge, detail, now);
        else {
          learnedLimits.forget(charge);
          close(retryAfterMs, detail, now);
        }
        break;
      case 'concurrency':
        parallel.refused(charge, ledger.open, now.steadyMs);
        learnedLimits.forget(charge);
        // Refused though nothing else of ours is in flight: somebody else is, and fewer calls at once is not possible.
        if (retryAfterMs !== undefined || ledger.open === 0) close(retryAfterMs ?? 1000 + 1000 * random(), detail, now);
    }
  }

  function forget(charge: Charge): void {
    learnedLimits.forget(charge);
    parallel.forget(charge);
  }

  function accepted(charge: Charge, now: Moment): void {
    parallel.answered(charge, true, now.steadyMs);
    if (learnedLimits.accepted(charge, now)) learnedOther();
    if (gate.accepted(charge.atMs)) goOn();
  }

  function goOn(): void {
    report({ kind: 'source-resumed', source });
    if (kept) keep(undefined);
    kept = false;
  }

  function hinted({ remaining, resetsAtMs }: Hint, now: Moment): void {
    const windowMs = Math.min(minuteMs, ...limits.map(({ perMs }) => perMs));
    const waitMs = resetsAtMs === undefined ? windowMs : resetsAtMs - time.now();
    if (waitMs <= 0 || (resetsAtMs === undefined && remaining > 0)) return;
    allowance.hinted(remaining, ledger.openWeight, now.steadyMs + Math.min(waitMs, dayMs), now.steadyMs);
    if (remaining <= 0 && waitMs > minuteMs)
      close(waitMs, 'the source says that nothing is left', now, { probing: false });
  }

  function stop(reason: string): void {
    if (stopped === undefined) report({ kind: 'source-stopped', source, reason });
    stopped ??= reason;
  }

  function learn(charge: Charge, verdict: Verdict, now: Moment): void {
    switch (verdict.kind) {
      case 'refused':
        refused(charge, verdict, now);
        // The latency of a refusal is not that of an answer.
        parallel.forget(charge);
        return;
      case 'unavailable':
        parallel.answered(charge, false, now.steadyMs);
        learnedLimits.forget(charge);
        if (verdict.retryAfterMs)
          close(verdict.retryAfterMs, 'the source asks to come back later', now, { probing: false });
        return;
      case 'denied':
        if (verdict.by === 'key') stop(verdict.detail);
        else accepted(charge, now);
        return;
      case 'malformed':
        // An error page is no sign that the source takes calls again.
        forget(charge);
        return;
      case 'records':
      case 'unchanged':
      case 'empty':
      case 'unknown-symbol':
        accepted(charge, now);
    }
  }

  if (Object.keys(learnedLimits.learned).length > 0) sayLearned();
  return {
    waitMs(weight, now) {
      const quotaMs = Math.max(
        pausedUntilMs - now.steadyMs,
        learnedLimits.waitMs(weight, now),
        allowance.waitMs(weight, now.steadyMs),
        gate.waitMs(ledger.open, now.steadyMs),
        // Last: what is found to be over by the others changes what the ledger counts by.
        ledger.waitMs(weight, now),
      );
      const placeMs = parallel.waitMs(ledger.open, now.steadyMs);
      if (placeMs > 0 && quotaMs <= 0) parallel.crowded();
      return Math.max(quotaMs, placeMs);
    },
    took(charge, now) {
      learnedLimits.took(charge, now);
      parallel.took(charge);
      allowance.took(charge.weight);
    },
    forget,
    learn(charge, verdict, hint, now) {
      learn(charge, verdict, now);
      if (hint) hinted(hint, now);
    },
    closed: now => (gate.waitMs(0, now.steadyMs) > 0 ? gate.closure : undefined),
    setLimits(changed) {
      limits = changed;
      learnedLimits.setLimits(changed);
      learnedOther();
      if (gate.closure === undefined || stillCloses(gate.closure, changed)) return;
      gate.open();
      goOn();
    },
    get stopped() {
      return stopped;
    },
    get concurrency() {
      return parallel.cap;
    },
    get perSecond() {
      return learnedLimits.perSecond;
    },
  };
}

/** What the declared limits of up to a minute allow in the long run; a day's quota says nothing of how fast it may be spent. Infinity without such a limit. */
function fastest(limits: readonly Limit[]): number {
  const rates = limits.filter(({ perMs }) => perMs <= minuteMs).map(({ requests, perMs }) => (requests * 1000) / perMs);
  return Math.min(Number.POSITIVE_INFINITY, ...rates);
}
