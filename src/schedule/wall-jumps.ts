import type { Time } from '../streams/time.js';

const jumpMs = 1_000;

/**
 * Tells by how much the wall clock jumped since it was last asked: 0 for less than a second. Due times are wall times, because sessions are. After a
 * jump the owner of a timetable moves what it remembers (`polled.atMs`) by as much and plans anew, else a clock that is set back by an hour leaves
 * everything waiting for an hour, and one that is set forward makes everything due at once.
 */
export function watchWallJumps(time: Pick<Time, 'now' | 'monotonicMs'>): () => number {
  const leadMs = (): number => time.now() - time.monotonicMs();
  let knownMs = leadMs();
  return () => {
    const movedMs = leadMs() - knownMs;
    if (Math.abs(movedMs) < jumpMs) return 0;
    knownMs += movedMs;
    return movedMs;
  };
}
