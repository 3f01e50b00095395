import type { StateChange } from '../log/log.js';

/** Kept of one feed. */
export const maxRecent = 256;

/** The dead letters that a feed's calls of several symbols wrote last: their rows belong to no series that could remember them, and come again with every poll. */
export interface RecentLetters {
  /** @returns whether `id` is not among the last `maxRecent` */
  isNew(id: string): boolean;
  /** To be committed with letters that are new. */
  state(): StateChange;
}

/**
 * One for each feed and owner, because answers are settled while the commits of others are under way. What is remembered and not committed is
 * forgotten with the owner, and the letter with it.
 */
export function recentLetters(
  source: string,
  feed: string,
  load: (key: string) => Uint8Array | undefined,
): RecentLetters {
  const key = `letters/${source}|${feed}`;
  const stored = load(key);
  const ids = new Set(stored && (JSON.parse(Buffer.from(stored).toString()) as string[]));
  return {
    isNew(id) {
      // One that comes with every poll stays, however many others come once.
      const known = ids.delete(id);
      ids.add(id);
      if (ids.size > maxRecent) for (const oldest of [...ids].slice(0, ids.size - maxRecent)) ids.delete(oldest);
      return !known;
    },
    state: () => [key, Buffer.from(JSON.stringify([...ids]))],
  };
}
