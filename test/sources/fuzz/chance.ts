import { seeded } from '../../log/seeded.js';

/** Choices from one seed. */
export interface Chance {
  /** In [0, 1). */
  next(): number;
  below(count: number): number;
  pick<T>(from: readonly T[]): T;
}

/** The choices for one body: each has its own seed, so that a failure is replayed alone. */
export function chanceOf(seed: number, body: number): Chance {
  const next = seeded(Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(body + 1, 0xc2b2ae35));
  next();
  const below = (count: number): number => Math.floor(next() * count);
  return { next, below, pick: from => from[below(from.length)]! };
}
