import type { Report } from '../records/event.js';
import type { Learned } from './learned-limits.js';
import type { Usage } from './ledger.js';
import type { Limit } from './limit.js';
import { isFixed } from './wall-window.js';

const everyMs = 1_000;
const longestMs = 60_000;
const dayMs = 86_400_000;

/**
 * Reports each limit whose count changed, or whose reset, at most once a second.
 * @returns ms until there may be more to say; Infinity once nothing counts
 */
export function createQuotaReports(
  source: string,
  report: Report,
): (usage: () => readonly Usage[], nowMs: number) => number {
  const said = new Map<string, string>();
  let saidMs = Number.NEGATIVE_INFINITY;
  return (usage, nowMs) => {
    if (nowMs < saidMs + everyMs) return saidMs + everyMs - nowMs;
    const limits = usage();
    for (const { limit, used, resetsAtMs } of limits) {
      const name = limitName(limit);
      // A fixed window turns at another time of the wall clock when that has jumped.
      const news = `${used} ${isFixed(limit) ? Math.round((resetsAtMs ?? 0) / everyMs) : ''}`;
      if (said.get(name) === news) continue;
      said.set(name, news);
      saidMs = nowMs;
      report({ kind: 'quota', source, limit: name, used, max: limit.requests, resetsAtMs });
    }
    const counting = limits.filter(({ used }) => used > 0);
    if (counting.length === 0) return Number.POSITIVE_INFINITY;
    return Math.max(everyMs, Math.min(longestMs, ...counting.map(({ limit }) => limit.perMs)));
  };
}

/** What refusals taught, by the names of limits. */
export function learnedNames({ second, minute, day }: Learned): readonly { limit: string; declared?: string }[] {
  const named = (limit: Limit, declared: Limit | undefined) => ({
    limit: limitName({ ...limit, perMs: Math.round(limit.perMs) }),
    ...(declared && { declared: limitName(declared) }),
  });
  return [
    ...[second, minute].flatMap(known => (known ? [named(known, known.declared)] : [])),
    ...(day ? [named({ requests: day.requests, perMs: day.declared?.perMs ?? dayMs }, day.declared)] : []),
  ];
}

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** Short, for people and labels: `25/1d`. */
export function limitName({ requests, perMs }: Limit): string {
  const [unit, ms] = units.find(([, length]) => perMs % length === 0) ?? ['ms', 1];
  return `${requests}/${perMs / ms}${unit}`;
}
