import type { OutcomeKind, RefusalKind } from '../records/outcome-kind.js';

/** What a call came to, as far as the quota is concerned. An `Outcome` of a source is one; a call that failed on the wire is `unavailable`. */
export type Verdict =
  | { readonly kind: 'refused'; readonly by: RefusalKind; readonly retryAfterMs?: number; readonly detail: string }
  | { readonly kind: 'denied'; readonly by: 'key' | 'entitlement' | 'depth'; readonly detail: string }
  | { readonly kind: 'unavailable'; readonly retryAfterMs?: number }
  | { readonly kind: Exclude<OutcomeKind, 'refused' | 'denied' | 'unavailable'> };

/** What an answer's headers said of the quota. */
export interface Hint {
  readonly remaining: number;
  /** Epoch ms at which more will be granted. */
  readonly resetsAtMs?: number;
}
