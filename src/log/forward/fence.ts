import type { Lane } from './lane.js';

export interface Fence {
  /**
   * Sets how far each lane may ship.
   * @param endOf the local end of a lane's partition; all from one moment
   */
  look(endOf: (lane: Lane) => number): void;
  /** Called when a lane has come further. @returns whether others may now ship more */
  passed(): boolean;
}

interface Round {
  readonly records: ReadonlyMap<Lane, number>;
  readonly states: ReadonlyMap<Lane, number>;
}

/**
 * A cursor never overtakes its records: they commit together, so the ends of all topics are taken at one moment, and what is state ships up to its end
 * only when all records have come to theirs. Records wait for nothing. One round at a time.
 */
export function createFence(records: readonly Lane[], states: readonly Lane[]): Fence {
  let round: Round | undefined;
  let latest: Round = { records: new Map(), states: new Map() };

  const begin = (): void => {
    // What is behind has nothing to wait for in a round without newer state.
    round = states.some(lane => latest.states.get(lane)! > lane.limit) ? latest : undefined;
  };
  const isOver = ({ records: ends }: Round): boolean => [...ends].every(([lane, end]) => lane.localNext >= end);

  const fence: Fence = {
    look(endOf) {
      const at = (lanes: readonly Lane[]) => new Map(lanes.map(lane => [lane, endOf(lane)]));
      latest = { records: at(records), states: at(states) };
      for (const [lane, end] of latest.records) lane.limit = end;
      if (!round) begin();
      fence.passed();
    },
    passed() {
      let isWider = false;
      while (round && isOver(round)) {
        for (const [lane, end] of round.states) lane.limit = end;
        isWider = true;
        begin();
      }
      return isWider;
    },
  };
  return fence;
}
