import { chance, keyOf } from './chance.js';

/** The price at a point in time, in minutes since 1970 (fractions allowed), in ticks. */
export type PricePath = (minute: number) => number;

const periods = Array.from({ length: 10 }, (_, octave) => 4 ** octave);

/**
 * Ten octaves of noise on lattices of 1 to 262,144 minutes, each four times as long and twice as high as the one before: it moves like a
 * random walk (about 0.05 % a minute) and stays within ±31 % of `price` for ever, yet any point costs the same without its past.
 * @param ticksPerUnit how many of its smallest steps make 1, e.g. 10,000
 */
export function pricePath(name: string, price: number, ticksPerUnit: number): PricePath {
  const keys = periods.map((_, octave) => keyOf(`${name}|path${octave}`));
  // The lattice cell of the last call: neighbouring minutes share all but the shortest ones.
  const cells = periods.map(() => ({ index: Number.NaN, from: 0, to: 0 }));
  const knot = (octave: number, index: number): number => (chance(keys[octave]!, index) * 2 - 1) * 0.0003 * 2 ** octave;
  return minute => {
    let deviation = 0;
    for (let octave = 0; octave < periods.length; octave++) {
      const position = minute / periods[octave]!;
      const index = Math.floor(position);
      const cell = cells[octave]!;
      if (cell.index !== index) {
        cell.from = cell.index === index - 1 ? cell.to : knot(octave, index);
        cell.to = knot(octave, index + 1);
        cell.index = index;
      }
      deviation += cell.from + (cell.to - cell.from) * (position - index);
    }
    return Math.max(1, Math.round(price * (1 + deviation) * ticksPerUnit));
  };
}
