import { type Plan, planOf } from './plans.js';
import type { Scenario } from './scenario.js';
import { dayOf, newYork } from './wall-clock.js';

type Span = 'second' | 'minute' | 'day';

export interface QuotaCounts {
  /** Calls that reached a quota, refused ones included. */
  readonly calls: number;
  /** Calls refused because the plan was exceeded, by the window that was named. */
  readonly refused: Readonly<Record<Span, number>>;
  /** Calls that were beyond the plan in at least one window. */
  readonly violations: number;
  /** By how many calls a window was exceeded at worst, over all keys. */
  readonly worstExcess: Readonly<Record<Span, number>>;
}

/** The vendor's own count of every key, from arrivals by its own clock: it shares nothing with the code that it keeps in check. */
export interface Quota {
  /** Counts a call; says which window is exceeded by it, the shortest first. Every arrival counts, a refused one too. */
  arrive(key: string, nowMs: number): Span | undefined;
  planOf(key: string): Plan;
  counts(): QuotaCounts;
}

/** Arrivals of the last `windowMs`. Holds one number for each of them, at most `most`. A window that grows begins with what it still knows. */
function slidingCount(most: number): (nowMs: number, windowMs: number) => number {
  let arrivals: number[] = [];
  let head = 0;
  return (nowMs, windowMs) => {
    arrivals.push(nowMs);
    while (arrivals[head]! <= nowMs - windowMs || arrivals.length - head > most) head++;
    if (head > 1024 && head * 2 > arrivals.length) {
      arrivals = arrivals.slice(head);
      head = 0;
    }
    return arrivals.length - head;
  };
}

function dayCount(): (nowMs: number) => number {
  let [day, calls] = [0, 0];
  return nowMs => {
    const today = dayOf(newYork, nowMs);
    calls = today === day ? calls + 1 : 1;
    day = today;
    return calls;
  };
}

const longest = { second: 1000, minute: 60_000, day: 86_400_000 } as const;
const limitOf = { second: 'perSecond', minute: 'perMinute', day: 'perDay' } as const;
const spans: readonly Span[] = ['second', 'minute', 'day'];

/** Keys beyond this many are forgotten, the oldest first. */
const maxKeys = 1000;

export function createQuota(scenario: Pick<Scenario, 'plan' | 'keys'>): Quota {
  const counters = new Map<string, Record<Span, (nowMs: number, windowMs: number) => number>>();
  const refused = { second: 0, minute: 0, day: 0 };
  const worstExcess = { second: 0, minute: 0, day: 0 };
  let [calls, violations, latestMs] = [0, 0, 0];

  function plan(key: string): Plan {
    const rule = scenario.keys[key];
    if (rule === undefined || rule === 'invalid' || rule === 'demo') return planOf(scenario.plan);
    return rule === 'not-premium' ? { ...planOf(scenario.plan), premium: false } : planOf(rule);
  }

  function countersOf(key: string): Record<Span, (nowMs: number, windowMs: number) => number> {
    const found = counters.get(key);
    if (found) return found;
    const created = { second: slidingCount(100_000), minute: slidingCount(100_000), day: dayCount() };
    if (counters.size >= maxKeys) for (const oldest of counters.keys()) if (counters.delete(oldest)) break;
    counters.set(key, created);
    return created;
  }

  return {
    planOf: plan,
    arrive(key, nowMs) {
      calls++;
      latestMs = Math.max(latestMs, nowMs);
      const limits = plan(key);
      const counter = countersOf(key);
      let exceeded: Span | undefined;
      for (const span of spans) {
        const limit = limits[limitOf[span]] ?? Number.POSITIVE_INFINITY;
        // Less than one call a window is one call in a longer window.
        const excess = counter[span](latestMs, longest[span] / Math.min(1, limit)) - Math.max(1, limit);
        if (excess <= 0) continue;
        worstExcess[span] = Math.max(worstExcess[span], excess);
        exceeded ??= span;
      }
      if (exceeded) {
        violations++;
        refused[exceeded]++;
      }
      return exceeded;
    },
    counts: () => ({ calls, refused: { ...refused }, violations, worstExcess: { ...worstExcess } }),
  };
}
