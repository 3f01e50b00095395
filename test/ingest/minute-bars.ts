import { isoInstant } from '../../src/records/instant.js';
import type { Bar } from '../../src/records/observation.js';
import type { Outcome } from '../../src/sources/outcome.js';
import type { Call } from './world.js';

export const minute = 60_000;

export const bar = (symbol: string, ms: number, close = '10'): Bar => ({
  kind: 'bar',
  symbol,
  interval: '1m',
  adjusted: false,
  time: isoInstant(ms),
  date: isoInstant(ms).slice(0, 10),
  open: '10',
  high: '20',
  low: '1',
  close,
  volume: '5',
});

/** The last three finished minutes. */
export const three = ({ work, atMs }: Call, close?: string): Outcome => {
  const newest = Math.floor(atMs / minute) * minute - minute;
  const [symbol = ''] = work.symbols;
  return { kind: 'records', observations: [2, 1, 0].map(back => bar(symbol, newest - back * minute, close)) };
};
