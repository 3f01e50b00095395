import type { Report } from '../records/event.js';
import type { Random, Time } from '../streams/time.js';
import { createAllowance } from './allowance.js';
import type { Moment } from './budget-clock.js';
import { createGate } from './closure.js';
import type { Charge, Ledger } from './ledger.js';
import type { Limit } from './limit.js';
import { createPace, declaredPerSecond } from './pace.js';
import { createParallel } from './parallel.js';
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
}

export interface LearningOptions {
  readonly source: string;
  readonly limits: () => readonly Limit[];
  readonly concurrency: number;
  readonly open: Pick<Ledger, 'open' | 'openWeight'>;
  /** What an earlier run was told. */
  readonly earlier: Closed | undefined;
  readonly time: Pick<Time, 'now'>;
  readonly random: Random;
  readonly report: Report;
  /** A closure of more than a minute begins or ends: a restart must know. */
  readonly keep: (closed: Closed | undefined) => void;
}

/** What the answers taught beyond the declared limits. It only ever takes away from what those allow. */
export interface Learning {
  waitMs(weight: number, now: Moment): number;
  took(weight: number, now: Moment): void;
  learn(charge: Charge, verdict: Verdict, hint: Hint | undefined, now: Moment): void;
  /** While the source takes no calls at all. */
  closed(now: Moment): Closed | undefined;
  /** Why the source is given up. */
  readonly stopped: string | undefined;
  readonly concurrency: number;
  readonly perSecond: number | undefined;
}

/**
 * - burst: slower at once, after a pause of 1 to 2 s; then faster bit by bit (pace.ts).
 * - minute: closed to the next full minute.
 * - day: closed to the reset of the shortest declared limit of a day or more; without one, or when refused again right after it, for an hour.
 * - concurrency: one call fewer at once (parallel.ts); a pause of 1 to 2 s if it was the only one.
 * - Retry-After comes before each of these waits; it is at least a second, and cut at a day, which the reason says.
 * - After a closure one call at a time tries, until one is accepted.
 * - key: the source is stopped. Entitlement concerns only what was asked for.
 */
export function createLearning(options: LearningOptions): Learning {
  const { source, limits, open, earlier, time, random, report, keep } = options;
  const pace = createPace(() => declaredPerSecond(limits()));
  const parallel = createParallel(options.concurrency);
  const allowance = createAllowance();
  const gate = createGate(earlier && { ...earlier, probing: true, forReset: true });
  let kept = earlier !== undefined;
  let stopped: string | undefined;

  function close(waitMs: number, why: string, now: Moment, { probing = true, forReset = false } = {}): void {
    const untilMs = now.steadyMs + Math.max(shortestMs, Math.min(waitMs, dayMs));
    const reason = waitMs > dayMs ? `${why} (asked for ${waitMs / 1000} s, cut at a day)` : why;
    const before = gate.closure;
    gate.close({ untilMs, reason, probing, forReset }, now.steadyMs);
    // Calls in flight together are refused together: one word about it is enough.
    if (before !== undefined && before.untilMs > now.steadyMs && untilMs - before.untilMs < 1000) return;
    report({ kind: 'source-paused', source, reason, untilMs });
    if (untilMs - now.steadyMs <= minuteMs) return;
    keep({ untilMs, reason });
    kept = true;
  }

  function closeForDay(permittedMs: number, why: string, now: Moment): void {
    const [day] = limits()
      .filter(isFixed)
      .filter(({ perMs }) => perMs >= dayMs)
      .sort((a, b) => a.perMs - b.perMs);
    if (day === undefined) {
      close(hourMs, why, now);
      return;
    }
    const resetMs = wallWindows(day)(now.laggingMs).endMs - now.laggingMs + marginMs;
    const { closure } = gate;
    // The source's day is another one, or somebody else spends it: only trying tells.
    const again = closure?.forReset === true && permittedMs >= closure.untilMs;
    close(again ? Math.min(hourMs, resetMs) : resetMs, why, now, { forReset: true });
  }

  function refused(charge: Charge, { by, retryAfterMs, detail }: Verdict & { kind: 'refused' }, now: Moment): void {
    switch (by) {
      case 'burst': {
        const pauseMs = Math.max(shortestMs, Math.min(retryAfterMs ?? 1000 + 1000 * random(), dayMs));
        if (pace.refused(charge.atMs, pauseMs, now.steadyMs))
          report({ kind: 'rate-lowered', source, perSecond: pace.perSecond! });
        if (pauseMs > minuteMs) close(retryAfterMs!, detail, now);
        break;
      }
      case 'minute':
        close(retryAfterMs ?? minuteMs - (now.laggingMs % minuteMs) + marginMs, detail, now);
        break;
      case 'day':
        if (retryAfterMs === undefined) closeForDay(charge.atMs, detail, now);
        else close(retryAfterMs, detail, now);
        break;
      case 'concurrency':
        parallel.refused(charge.atMs, open.open, now.steadyMs);
        // Refused though nothing else of ours is in flight: somebody else is, and fewer calls at once is not possible.
        if (retryAfterMs !== undefined || open.open === 0) close(retryAfterMs ?? 1000 + 1000 * random(), detail, now);
    }
  }

  function accepted(charge: Charge, now: Moment): void {
    if (pace.accepted(charge.atMs, now.steadyMs))
      report({ kind: 'rate-raised', source, perSecond: pace.perSecond ?? declaredPerSecond(limits())! });
    if (!gate.accepted(charge.atMs)) return;
    report({ kind: 'source-resumed', source });
    if (kept) keep(undefined);
    kept = false;
  }

  function hinted({ remaining, resetsAtMs }: Hint, now: Moment): void {
    const windowMs = Math.min(minuteMs, ...limits().map(({ perMs }) => perMs));
    const waitMs = resetsAtMs === undefined ? windowMs : resetsAtMs - time.now();
    if (waitMs <= 0 || (resetsAtMs === undefined && remaining > 0)) return;
    allowance.hinted(remaining, open.openWeight, now.steadyMs + Math.min(waitMs, dayMs), now.steadyMs);
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
        return;
      case 'unavailable':
        if (verdict.retryAfterMs)
          close(verdict.retryAfterMs, 'the source asks to come back later', now, { probing: false });
        return;
      case 'denied':
        if (verdict.by === 'key') stop(verdict.detail);
        else accepted(charge, now);
        return;
      case 'malformed':
        // An error page is no sign that the source takes calls again.
        return;
      case 'records':
      case 'unchanged':
      case 'empty':
      case 'unknown-symbol':
        accepted(charge, now);
    }
  }

  return {
    waitMs: (weight, now) =>
      Math.max(
        parallel.waitMs(open.open, now.steadyMs),
        pace.waitMs(weight, now.steadyMs),
        allowance.waitMs(weight, now.steadyMs),
        gate.waitMs(open.open, now.steadyMs),
      ),
    took(weight, now) {
      pace.took(weight, now.steadyMs);
      allowance.took(weight);
    },
    learn(charge, verdict, hint, now) {
      learn(charge, verdict, now);
      if (hint) hinted(hint, now);
    },
    closed: now => (gate.waitMs(0, now.steadyMs) > 0 ? gate.closure : undefined),
    get stopped() {
      return stopped;
    },
    get concurrency() {
      return parallel.cap;
    },
    get perSecond() {
      return pace.perSecond;
    },
  };
}
