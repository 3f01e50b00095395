import { chance, keyOf } from '../../src/simulator/chance.js';

/** Chance with names: what one part of a world draws does not depend on how much another part drew. */
export interface Draw {
  /** In [0, 1). */
  readonly next: () => number;
  /** A whole number from `least` to `most`, both inclusive. */
  whole(least: number, most: number): number;
  /** As `whole`, but small ones are as likely as large ones: 1 to 10 as often as 10 to 100. */
  spread(least: number, most: number): number;
  one<T>(of: readonly T[]): T;
  /** True with this probability. */
  is(probability: number): boolean;
  /** An independent source of chance. */
  of(name: string): Draw;
}

export function createDraw(name: string): Draw {
  const key = keyOf(name);
  let counter = 0;
  const next = (): number => chance(key, counter++);
  return {
    next,
    whole: (least, most) => least + Math.floor(next() * (most - least + 1)),
    spread: (least, most) => Math.min(most, Math.floor(least * ((most + 1) / least) ** next())),
    one: of => of[Math.floor(next() * of.length)]!,
    is: probability => next() < probability,
    of: part => createDraw(`${name}/${part}`),
  };
}
