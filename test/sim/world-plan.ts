import type { FeedSpec } from '../../src/ingest/feed-desk.js';
import type { LogFailureCode } from '../../src/log/log.js';
import type { Limit } from '../../src/schedule/limit.js';
import type { Scenario } from '../../src/simulator/scenario.js';
import type { ListSpec } from '../../src/symbols/list-spec.js';

/** Everything that is going to happen to one world, as a value. Times are ms since its start. */
export interface WorldPlan {
  readonly seed: number;
  readonly startMs: number;
  readonly forMs: number;
  readonly market: Scenario;
  /** Equities trade by the exchange's calendar, holidays and all; else by the scenario's hours. */
  readonly sessions: boolean;
  readonly sources: readonly PlannedSource[];
  readonly lists: readonly PlannedList[];
  readonly network: {
    /** One way. */
    readonly leastMs: number;
    readonly mostMs: number;
    /** No connection at all: the vendor sees nothing of these calls. */
    readonly outages: readonly (Span & { readonly code: 'connect' | 'dns' | 'tls' })[];
  };
  readonly disk: {
    readonly leastMs: number;
    readonly mostMs: number;
    /** A flush takes so much longer. */
    readonly slow: readonly (Span & { readonly byMs: number })[];
    /** Commits are refused: `full` only those with records. */
    readonly refusing: readonly (Span & { readonly code: LogFailureCode })[];
    /** Of a commit to be refused out of the blue. */
    readonly refusedShare: number;
  };
  /** The wall clock is set. */
  readonly jumps: readonly { readonly atMs: number; readonly byMs: number }[];
  /** One for each life of the process, in order; the last life meets none. */
  readonly crashes: readonly Crash[];
  /** Look at the pace every so often. */
  readonly lookMs: number;
  /** The id of every so manieth record is computed anew. */
  readonly checkIdOf: number;
}

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface PlannedSource {
  readonly name: string;
  readonly apiKey: string;
  readonly format: 'json' | 'csv';
  readonly limits: readonly Limit[];
  readonly concurrency: number;
  readonly deadlineMs: number;
  readonly feeds: readonly FeedSpec[];
}

export interface PlannedList {
  readonly name: string;
  readonly spec: ListSpec;
  /** What its file or page holds from when on; the first from the beginning. */
  readonly contents: readonly { readonly fromMs: number; readonly symbols: readonly string[] }[];
}

/** `call`: the call is on its way. `arrived`: the vendor has counted it. `answer`: it is here and nobody has seen it. `append`: on the way to the disk. `stored`: on the disk, not acknowledged. `instant`: at a time. */
export type CrashPoint = 'call' | 'arrived' | 'answer' | 'append' | 'stored' | 'instant';

export interface Crash {
  readonly at: CrashPoint;
  /** The how manieth such point of its life, from 1; for `instant` ms after its beginning. */
  readonly nth: number;
  readonly downMs: number;
  /** While it is down the wall clock is set back by so much. Set forward it could not be told from time that passed. */
  readonly setBackMs: number;
}
