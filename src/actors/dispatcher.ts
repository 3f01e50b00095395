import { createRing } from './ring.js';

/** Handles at most `limit` commands and says how many it did. */
export type Visit = (limit: number) => number;

/** Enough to make switching cheap, few enough that another actor waits microseconds. */
const perVisit = 32;
/** Microtasks run before any I/O: without this bound two actors that answer each other would stop the process from reading sockets. */
const perTurn = 1_024;

/**
 * Runs actors that have something to do, round robin, in the microtask drain of whoever told them: a command is handled before any timer or I/O,
 * which is what virtual time relies on. After `perTurn` commands in one turn of the event loop the rest waits for the next turn.
 */
export function createDispatcher(): (visit: Visit) => void {
  const ready = createRing<Visit>();
  // A promise's job is a microtask like one of `queueMicrotask`, without the async resource that Node makes for each of those.
  const settled = Promise.resolve();
  let left = perTurn;
  let queued = false;
  let armed = false;

  const drain = (): void => {
    queued = false;
    while (left > 0) {
      const visit = ready.take();
      if (visit === undefined) return;
      left -= visit(Math.min(left, perVisit));
    }
  };
  const arm = (): void => {
    if (armed) return;
    armed = true;
    setImmediate(nextTurn);
  };
  const nextTurn = (): void => {
    armed = false;
    left = perTurn;
    if (ready.size === 0) return;
    arm();
    drain();
  };

  return visit => {
    ready.push(visit);
    arm();
    if (queued) return;
    queued = true;
    void settled.then(drain);
  };
}
