import type { HttpAnswer, HttpRequest } from '../http/edge.js';
import type { Interval } from '../records/interval.js';
import type { Limit } from '../schedule/limit.js';
import type { Outcome } from './outcome.js';

export type AssetClass = 'equity' | 'fx' | 'crypto';

/** What a feed asks of a source, the same for all its symbols. */
export type Wanted =
  | {
      readonly data: 'bars';
      readonly interval: Interval;
      /** Ask for adjusted values (where prices stay raw, adjusted close, dividend and split stand beside them). */
      readonly adjusted: boolean;
      readonly assetClass?: AssetClass;
      /** One past month, `YYYY-MM`, of intraday bars, instead of the newest. */
      readonly month?: string;
      /** Extended hours too; the vendor's default when absent. */
      readonly extendedHours?: boolean;
    }
  | { readonly data: 'quotes'; readonly bulk: boolean; readonly assetClass?: AssetClass };

/** One call to make. */
export interface Work {
  readonly wanted: Wanted;
  /** One symbol, or up to `maxSymbols(wanted)`. As in the user's list. */
  readonly symbols: readonly string[];
  /** Epoch ms of the newest bar that is known, so that the vendor's file can ask for enough to close a hole; undefined on the first call. */
  readonly newestMs: number | undefined;
  readonly nowMs: number;
  /** The plan gives no long histories: ask for the newest bars only, even where a hole stays before them. */
  readonly shallow: boolean;
}

/** What one source's configuration gives to its vendor file. */
export interface SourceOptions {
  readonly apiKey: string;
  /** Replaces the vendor's own origin (and prefix); no trailing slash. */
  readonly baseUrl: string;
  /** `json` or `csv` where the vendor has both. */
  readonly format: 'json' | 'csv';
  /** Alpha Vantage: `realtime`, `delayed` or undefined. */
  readonly entitlement?: string;
}

/** What the vendor's listing says of one symbol. */
export interface Listed {
  readonly symbol: string;
  readonly name?: string;
  readonly exchange?: string;
  readonly assetType?: string;
}

export type ListingOutcome =
  | { readonly kind: 'listing'; readonly listed: readonly Listed[] }
  | Exclude<Outcome, { kind: 'records' | 'unchanged' | 'unknown-symbol' }>;

/** A vendor: pure functions and a few facts. Adding one is this value in one file, its goldens, and one line in `vendors.ts`. */
export interface Vendor {
  /** The `type` in the config and the `source` in the records: `alpha-vantage`, `kraken`. */
  readonly type: string;
  readonly title: string;
  readonly baseUrl: string;
  readonly needsKey: boolean;
  /** What its smallest plan allows; used where the config names none. */
  readonly limits: readonly Limit[];
  /** Calls in flight at once where the config names none. */
  readonly concurrency: number;
  /** Undefined if this vendor has `wanted`, else one line that says what it has instead. */
  refuses(wanted: Wanted, symbol?: string): string | undefined;
  /** How many symbols one call can carry. */
  maxSymbols(wanted: Wanted): number;
  /** What one call costs of the limits. */
  weight(work: Work): number;
  /** What of the vendor serves this symbol: a plan that lacks it may still have what serves another of the same feed. One for all when absent. */
  endpoint?(wanted: Wanted, symbol: string): string;
  request(work: Work, options: SourceOptions): HttpRequest;
  /** Pure. Never throws: whatever the bytes are, they are an outcome. */
  parse(work: Work, answer: HttpAnswer, options: SourceOptions): Outcome;
  readonly listing?: {
    request(options: SourceOptions): HttpRequest;
    parse(answer: HttpAnswer, options: SourceOptions): ListingOutcome;
    readonly weight: number;
  };
  /** What the answer's headers say of the quota; undefined where they say nothing. */
  quotaHints?(answer: HttpAnswer, nowMs: number): QuotaHint | undefined;
}

/** Read off RateLimit, X-RateLimit or vendor headers. */
export interface QuotaHint {
  readonly remaining: number;
  /** Epoch ms at which more will be granted. */
  readonly resetsAtMs?: number;
}
