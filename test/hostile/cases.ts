import type { Talk } from './answer.js';
import { bodies } from './bodies.js';
import { transport } from './transport.js';

export interface Case {
  readonly name: string;
  readonly talk: Talk;
  /** Of the outcome in one line, see `child.ts`. */
  readonly expect: RegExp;
  /** The same of what the whole program shows, where that is more than what the parser says. */
  readonly program?: RegExp;
  /** Ends by the deadline: waits and takes no time of the processor. */
  readonly slow?: boolean;
  /** Costs more than a few milliseconds on either side. */
  readonly heavy?: boolean;
  /** The source waits, with all its symbols. */
  readonly closes?: boolean;
  /** Who asks. Daily bars of Alpha Vantage as JSON when absent. */
  readonly asks?: 'csv' | 'kraken' | 'listing' | 'csv-list';
}

export const cases: readonly Case[] = [...transport, ...bodies];
