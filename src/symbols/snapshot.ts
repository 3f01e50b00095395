import type { Listed } from '../sources/source.js';

/** What one look at a list's origin brought: all its symbols, each once, in the origin's order, or why there are none. */
export type Snapshot =
  | { readonly ok: true; readonly symbols: readonly Listed[] }
  /** `reason` is one line for people; it holds no URL, key or query. */
  | { readonly ok: false; readonly reason: string; readonly retryAfterMs?: number };

export const refused = (reason: string): Snapshot => ({ ok: false, reason });

/** Several rows for one symbol count as the first of them. */
export function snapshotOf(listed: Iterable<Listed>): Snapshot {
  const first = new Map<string, Listed>();
  for (const one of listed) if (!first.has(one.symbol)) first.set(one.symbol, one);
  return { ok: true, symbols: [...first.values()] };
}
