import { watchWallJumps } from '../schedule/wall-jumps.js';
import type { Time } from '../streams/time.js';

/** What a feed owner has to know of jumps of the wall clock beside their size: which of its flights they crossed. Holds one number for each of those. */
export interface WallJumps {
  /** By how much the clock jumped since this was last asked, 0 as a rule. What is in flight, by feed, will come back with stamps of before. */
  since(inFlight: ReadonlyMap<string, Iterable<string>>): number;
  /** The flight of these symbols has its answer: what is stamped from here on is of after the jump. */
  answered(feed: string, symbols: readonly string[]): void;
  /** The flight is over. @returns by how much the clock jumped between its answer and here */
  landed(feed: string, symbol: string): number;
}

export function createWallJumps(time: Pick<Time, 'now' | 'monotonicMs'>): WallJumps {
  const jumped = watchWallJumps(time);
  const crossed = new Map<string, number>();
  const flight = (feed: string, symbol: string): string => `${feed}\n${symbol}`;
  return {
    since(inFlight) {
      const byMs = jumped();
      if (byMs === 0) return 0;
      for (const [feed, symbols] of inFlight)
        for (const symbol of symbols)
          crossed.set(flight(feed, symbol), (crossed.get(flight(feed, symbol)) ?? 0) + byMs);
      return byMs;
    },
    answered(feed, symbols) {
      if (crossed.size > 0) for (const symbol of symbols) crossed.delete(flight(feed, symbol));
    },
    landed(feed, symbol) {
      if (crossed.size === 0) return 0;
      const byMs = crossed.get(flight(feed, symbol)) ?? 0;
      crossed.delete(flight(feed, symbol));
      return byMs;
    },
  };
}
