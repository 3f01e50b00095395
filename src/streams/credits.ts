import { Observable, type Subscriber } from 'rxjs';

/** Room for what is under way, counted: who takes a credit owes it until someone gives it back. */
export interface Credits {
  /**
   * - Emits once, when a credit is free, and completes; the credit is taken at that moment, in the order of subscription.
   * - Holds at most: one subscriber per waiting taker.
   * - Error: none.
   * - Unsubscribing: before the emission leaves the queue and costs nothing; after it the credit stays taken.
   */
  take(): Observable<void>;
  /** Returns `count` credits, for instance a batch that was acknowledged. @throws RangeError when more come back than are out */
  give(count: number): void;
  /** Taken and not yet given back; never above `max`. */
  readonly outstanding: number;
}

/**
 * A counter beside `pullMap`, for items that are finished later than their work: take one per item in `pull`, give them back on acknowledgement.
 *
 * A stage behind it that collects `n` items before anything is acknowledged needs `max >= n * (stages at once + 1)`, or a flush by age:
 * with fewer credits than a batch has places, both sides wait for each other.
 */
export function credits(max: number): Credits {
  if (!Number.isInteger(max) || max < 1) throw new RangeError('credits: max is a whole number from 1');
  const waiting = new Set<Subscriber<void>>();
  let outstanding = 0;

  const grant = (taker: Subscriber<void>): void => {
    outstanding += 1;
    taker.next();
    taker.complete();
  };

  return {
    take: () =>
      new Observable(taker => {
        if (waiting.size === 0 && outstanding < max) return grant(taker);
        waiting.add(taker);
        return () => waiting.delete(taker);
      }),
    give(count) {
      if (!Number.isInteger(count) || count < 1 || count > outstanding)
        throw new RangeError(`credits: ${count} given back, ${outstanding} outstanding`);
      outstanding -= count;
      for (const taker of waiting) {
        if (outstanding >= max) return;
        waiting.delete(taker);
        grant(taker);
      }
    },
    get outstanding() {
      return outstanding;
    },
  };
}
