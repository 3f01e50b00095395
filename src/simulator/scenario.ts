import type { FaultName } from './faults.js';
import type { KeyRule, Plan, PlanName } from './plans.js';

/** Everything that a simulated market and its server do, as plain JSON. Times are milliseconds of the simulator's clock, probabilities 0 to 1. */
export interface Scenario {
  /** One line for people. */
  readonly title: string;
  /** The built-in table, so many made-up symbols (SYM000 …), or a list of symbols (`AAPL`, `EUR/USD`, `BTC/USD`). */
  readonly symbols: 'well-known' | number | readonly string[];
  /** When equities trade. FX and crypto trade round the clock. */
  readonly hours: 'always' | 'new-york';
  /** ISO-8601 instant at which the simulator's clock starts; the present when empty. */
  readonly start: string;
  /** Seconds of the simulator's clock per real second. */
  readonly speed: number;
  /** How many days before the start the series begin. */
  readonly historyDays: number;
  /** Quotes and unfinished bars change at most once in so many milliseconds. */
  readonly quoteStepMs: number;
  /** Whether intraday and daily series show the bar that is still growing. */
  readonly unfinishedBars: boolean;
  /** A finished minute changes its values once more, so long after its end. The bars that contain it follow. */
  readonly restatements: { readonly probability: number; readonly minDelayMs: number; readonly maxDelayMs: number };
  /** Every so often another share of the symbols is missing from the active listing (and in the delisted one instead). Their series go on. */
  readonly listing: { readonly changeEveryMs: number; readonly absentShare: number };
  /** What a key may do. */
  readonly plan: PlanName | Plan;
  /** Keys that are treated differently. */
  readonly keys: Readonly<Record<string, KeyRule>>;
  /** Least and most time to an answer; most are near the least. */
  readonly latencyMs: readonly [least: number, most: number];
  /** How long the faults `slow` (until it answers) takes. */
  readonly slowMs: number;
  /** Probability of each fault, per call. */
  readonly faults: Readonly<Partial<Record<FaultName, number>>>;
  /** Spans in which every call meets a fault, counted from the start of the market. */
  readonly schedule: readonly Disturbance[];
  /** Directory with recorded answers and their `bodies.json`; none when empty. */
  readonly bodies: string;
  /** Where the fault `redirect` points; another port of 127.0.0.1 when empty. */
  readonly redirectTo: string;
}

export interface Disturbance {
  readonly fault: FaultName;
  readonly afterMs: number;
  readonly forMs: number;
  /** Comes again so often; once when 0. */
  readonly everyMs: number;
}
