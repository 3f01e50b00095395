import type { Observation } from '../records/observation.js';
import type { RefusalKind } from '../records/outcome-kind.js';

/** What a vendor's answer means. `detail` is one line for people, without keys, at most 200 characters. */
export type Outcome =
  | {
      readonly kind: 'records';
      /** Oldest first within a symbol. */
      readonly observations: readonly Observation[];
      /** Rows of the answer that could not be read as an observation: each becomes a dead letter, the rest is published. */
      readonly rejected?: readonly RejectedRow[];
      /** A vendor's remark beside good data. */
      readonly warning?: string;
    }
  | { readonly kind: 'empty'; readonly detail: string }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refused'; readonly by: RefusalKind; readonly retryAfterMs?: number; readonly detail: string }
  /** `depth`: the plan gives this, but not as far back as was asked for. */
  | { readonly kind: 'denied'; readonly by: 'key' | 'entitlement' | 'depth'; readonly detail: string }
  | { readonly kind: 'unknown-symbol'; readonly detail: string }
  | { readonly kind: 'malformed'; readonly detail: string }
  | { readonly kind: 'unavailable'; readonly retryAfterMs?: number; readonly detail: string };

export interface RejectedRow {
  readonly code: string;
  readonly detail: string;
  /** The row as text, bounded to 2,000 characters. */
  readonly row: string;
}
