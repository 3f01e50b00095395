import type { Freshness } from './view.js';

/** Quantiles by nearest rank of ages in seconds, rounded, never negative; null of none. Sorts `ages` in place. */
export function freshnessOf(ages: number[]): Freshness | null {
  if (ages.length === 0) return null;
  const sorted = ages.sort((a, b) => a - b);
  const rank = (quantile: number): number => Math.max(0, Math.round(sorted[Math.ceil(quantile * sorted.length) - 1]!));
  return { p50: rank(0.5), p90: rank(0.9), max: rank(1) };
}
