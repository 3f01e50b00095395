import type { FaultName } from '../../src/simulator/faults.js';
import type { Draw } from './draw.js';
import type { Crash, CrashPoint, Span, WorldPlan } from './world-plan.js';

const secondMs = 1_000;
const minuteMs = 60 * secondMs;

const mild: readonly FaultName[] = ['reset', 'refuse-burst', 'unavailable', 'cut-length', 'cut-chunked', 'gzip'];
const wild: readonly FaultName[] = [
  ...mild,
  'refuse-minute',
  'refuse-note',
  'refuse-day',
  'forbidden',
  'retry-after-seconds',
  'retry-after-date',
  'banned',
  'html',
  'redirect',
  'stalled',
  'malformed-json',
  'empty-object',
  'renamed-key',
  'artificial-rows',
  'empty-listing',
  'slow',
];
const rare: readonly FaultName[] = ['refuse-day', 'artificial-rows', 'banned', 'empty-object'];

/** @param temper 0 to 2: nothing, some, anything */
export function drawFaults(draw: Draw, temper: number, format: string): Partial<Record<FaultName, number>> {
  const names = [[], mild, wild][temper]!;
  // A CSV that was cut behind a row is a shorter CSV.
  const drawn = names.filter(name => draw.is(0.6) && !(format === 'csv' && name === 'malformed-json'));
  return Object.fromEntries(drawn.map(name => [name, rare.includes(name) ? 0.003 : draw.one([0.01, 0.03, 0.1])]));
}

export function drawDisk(draw: Draw, temper: number, forMs: number): WorldPlan['disk'] {
  const code = () => draw.one(['disk', 'full'] as const);
  return {
    leastMs: 0,
    mostMs: draw.one([1, 5, 40]),
    slow: spans(draw, temper, forMs, 2 * minuteMs).map(span => ({ ...span, byMs: draw.spread(20, 4_000) })),
    refusing: spans(draw, temper, forMs, 2 * minuteMs).map(span => ({ ...span, code: code() })),
    refusedShare: temper === 2 && draw.is(0.5) ? draw.one([0.005, 0.05]) : 0,
  };
}

export function drawCrash(draw: Draw, forMs: number, [setBackMs]: readonly number[]): Crash {
  const at = draw.one<CrashPoint>(['call', 'arrived', 'answer', 'append', 'stored', 'instant']);
  return {
    at,
    nth: at === 'instant' ? draw.whole(1, forMs / 2) : draw.spread(1, 120),
    // Not less than a call may be on its way: it is counted from its arrival by the vendor, and from the restart by us.
    downMs: draw.spread(500, 4 * minuteMs),
    setBackMs: draw.is(0.1) ? draw.one([setBackMs!, 5 * minuteMs]) : 0,
  };
}

export const aSpan = (draw: Draw, forMs: number) => ({
  afterMs: draw.whole(0, forMs),
  forMs: draw.spread(5, 240) * secondMs,
  everyMs: 0,
});

export function spans(draw: Draw, temper: number, forMs: number, mostMs: number): readonly Span[] {
  const count = temper === 0 ? 0 : draw.whole(0, temper);
  return Array.from({ length: count }, () => {
    const fromMs = draw.whole(0, forMs);
    return { fromMs, toMs: fromMs + draw.spread(secondMs, mostMs) };
  });
}
