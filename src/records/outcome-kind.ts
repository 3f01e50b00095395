/** Who refused: too fast, the minute is spent, the day is spent, too many calls at once. */
export type RefusalKind = 'burst' | 'minute' | 'day' | 'concurrency';

/** What a call came to. `unchanged` is decided by the cursor or by a 304, the others by the vendor's parser. */
export type OutcomeKind =
  | 'records'
  | 'unchanged'
  | 'empty'
  | 'refused'
  | 'denied'
  | 'unknown-symbol'
  | 'malformed'
  | 'unavailable';

/** What follows from an outcome: go on, wait for quota, try again with back-off, leave this symbol for long, stop the source. */
export type Disposition = 'done' | 'wait' | 'retry' | 'skip' | 'stop';

/** The one table. `denied` for entitlement skips (the feed may ask for what the plan lacks); for a key it stops the source. */
export const dispositions = {
  records: 'done',
  unchanged: 'done',
  empty: 'done',
  refused: 'wait',
  denied: 'stop',
  'unknown-symbol': 'skip',
  malformed: 'retry',
  unavailable: 'retry',
} as const satisfies Record<OutcomeKind, Disposition>;
