import type { StateChange } from '../log/log.js';
import type { BudgetView, Permit, PermitReply } from '../schedule/budget.js';
import type { Work } from '../sources/source.js';
import type { Answered } from './fetch.js';
import type { Settlement } from './settle.js';

/** One permitted call: what to ask, for whom, and how late it is. */
export interface Item {
  readonly feed: string;
  readonly work: Work;
  readonly permit: Permit;
  readonly dueMs: number;
  readonly startedMs: number;
}

/** The owner failed on an answer: the item is asked for again later, and what the call cost is all there is to commit. */
export interface GivenUp {
  readonly kind: 'given-up';
  readonly state: readonly StateChange[];
}

export type Pulled = (item: Item | undefined) => void;

export type FeedOwnerCommand =
  /** A lane has room: answered with the most urgent item once it is due and permitted, or with undefined when there will be none. */
  | { readonly kind: 'pull'; readonly replyTo: Pulled }
  | { readonly kind: 'withdraw'; readonly replyTo: Pulled }
  | { readonly kind: 'permit'; readonly id: string; readonly reply: PermitReply }
  | {
      readonly kind: 'answered';
      readonly item: Item;
      readonly answered: Answered;
      readonly replyTo: (settled: Settlement | GivenUp) => void;
    }
  | { readonly kind: 'committed'; readonly item: Item; readonly settlement: Settlement }
  | { readonly kind: 'symbols'; readonly list: string; readonly symbols: readonly string[] }
  | { readonly kind: 'tick' }
  | { readonly kind: 'watch' }
  /** `once`: what the budget says of waiting. */
  | { readonly kind: 'usage'; readonly view: BudgetView }
  | { readonly kind: 'drain' };
