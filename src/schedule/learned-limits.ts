import type { Moment } from './budget-clock.js';
import { createLearnedDay, type LearnedQuota } from './learned-day.js';
import { createLearnedWindow, type LearnedLimit, type LearnedWindow } from './learned-window.js';
import type { Charge, Ledger } from './ledger.js';
import { type Limit, sameLimit } from './limit.js';

const minuteMs = 60_000;
const dayMs = 86_400_000;

/**
 * What has to outlive the program, by the range of windows. `declared` is the limit it was learned of, absent where none was declared: of a plan
 * that has been changed since, it says nothing.
 */
export interface Learned {
  readonly second?: LearnedLimit & Declared;
  readonly minute?: LearnedLimit & Declared;
  readonly day?: LearnedQuota & Declared;
}

interface Declared {
  readonly declared?: Limit;
}

/** What refusals taught of the windows of a source: one limit for each of the ranges that vendors name. All of it is less than what is declared. */
export interface LearnedLimits {
  waitMs(weight: number, now: Moment): number;
  took(charge: Charge, now: Moment): void;
  /** The call tells nothing. */
  forget(charge: Charge): void;
  /** @returns undefined where an earlier refusal has said it; `unexpected` for a window that held as much before */
  refused(charge: Charge, by: 'burst' | 'minute', now: Moment): 'limit-found' | 'unexpected' | undefined;
  /** @returns true when less is allowed from now on */
  refusedForDay(charge: Charge, resetMs: number, now: Moment): boolean;
  /** @returns true when a limit was forgotten, because the source takes what is declared */
  accepted(charge: Charge, now: Moment): boolean;
  /** Of the windows below a day; undefined while none is learned, or all that was learned is in doubt. */
  readonly perSecond: number | undefined;
  readonly learned: Learned;
  /** Others are declared. What was learned of a limit that stays as it is holds on. */
  setLimits(limits: readonly Limit[]): void;
}

/** A window of which nothing is declared but that vendors have it. */
const likely = (perMs: number): Limit => ({ requests: Number.POSITIVE_INFINITY, perMs });

const still = <Known extends Declared>(known: Known | undefined, declared: Limit | undefined): Known | undefined =>
  sameLimit(known?.declared, declared) ? known : undefined;

const learnedOf = <Known extends object>(known: Known, declared: Limit | undefined): Known & Declared =>
  declared ? { ...known, declared } : known;

const rate = ({ requests, perMs }: Limit): number => (requests * 1000) / perMs;

export function createLearnedLimits(limits: readonly Limit[], ledger: Ledger, earlier: Learned): LearnedLimits {
  let windows = windowsOf(limits, earlier);

  function windowsOf(declared: readonly Limit[], known: Learned) {
    const sorted = [...declared].sort((a, b) => a.perMs - b.perMs);
    const shortest = (from: number, to: number): Limit | undefined =>
      sorted.find(({ perMs }) => perMs >= from && perMs < to);
    const sliding = (limit: Limit): Limit => ({ requests: limit.requests, perMs: limit.perMs });
    const of = { second: shortest(0, minuteMs), minute: shortest(minuteMs, dayMs) };
    const second = createLearnedWindow(sliding(of.second ?? likely(1000)), ledger, still(known.second, of.second));
    const knownMinute = still(known.minute, of.minute);
    const aMinute = of.minute ?? (knownMinute && likely(minuteMs));
    const minute = aMinute && createLearnedWindow(sliding(aMinute), ledger, knownMinute);
    const aDay = shortest(dayMs, Number.POSITIVE_INFINITY);
    const day = aDay && { limit: aDay, quota: createLearnedDay(aDay, ledger, still(known.day, aDay)) };
    return { of, second, minute, day, both: minute ? [second, minute] : [second] };
  }

  /**
   * The window that a refusal speaks of. A refused minute may be a status 429, which says no more than that: where no such window is declared, it is
   * a minute's only if most of its calls did not go out within a second, else it was too fast.
   */
  function named(charge: Charge, by: 'burst' | 'minute', nowMs: number): LearnedWindow {
    const { second, minute } = windows;
    if (by === 'burst') return second;
    if (minute === undefined) {
      const added = createLearnedWindow(likely(minuteMs), ledger, undefined);
      windows = { ...windows, minute: added, both: [second, added] };
      return second;
    }
    return minute.declared || minute.countAt(charge, nowMs) > 2 * second.countAt(charge, nowMs) ? minute : second;
  }

  return {
    waitMs(weight, { steadyMs }) {
      windows.day?.quota.turn(steadyMs);
      let waitMs = 0;
      for (const window of windows.both) waitMs = Math.max(waitMs, window.waitMs(weight, steadyMs));
      return waitMs;
    },
    took(charge, now) {
      for (const window of windows.both) window.took(charge);
      if (windows.day) windows.day.quota.took(charge, ledger.count(windows.day.limit, now));
    },
    forget(charge) {
      for (const window of windows.both) window.forget(charge);
      windows.day?.quota.forget(charge);
    },
    refused(charge, by, { steadyMs }) {
      const told = named(charge, by, steadyMs).refused(charge, steadyMs);
      this.forget(charge);
      return told;
    },
    refusedForDay(charge, resetMs, { steadyMs }) {
      const told = windows.day?.quota.refused(charge, resetMs, steadyMs) ?? false;
      this.forget(charge);
      return told;
    },
    accepted(charge, { steadyMs }) {
      windows.day?.quota.forget(charge);
      let forgotten = false;
      for (const window of windows.both) if (window.accepted(charge, steadyMs)) forgotten = true;
      return forgotten;
    },
    get perSecond() {
      const rates = windows.both.flatMap(({ learned, trying }) => (learned && !trying ? [rate(learned)] : []));
      return rates.length > 0 ? Math.min(...rates) : undefined;
    },
    get learned() {
      const { of, second, minute, day } = windows;
      return {
        ...(second.learned && { second: learnedOf(second.learned, of.second) }),
        ...(minute?.learned && { minute: learnedOf(minute.learned, of.minute) }),
        ...(day?.quota.learned && { day: learnedOf(day.quota.learned, day.limit) }),
      };
    },
    setLimits(changed) {
      const known = this.learned;
      for (const window of windows.both) window.reset();
      windows.day?.quota.reset();
      windows = windowsOf(changed, known);
    },
  };
}
