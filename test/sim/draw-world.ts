import type { FaultName } from '../../src/simulator/faults.js';
import type { Scenario } from '../../src/simulator/scenario.js';
import { scenarios } from '../../src/simulator/scenarios.js';
import { createDraw } from './draw.js';
import { drawLists } from './draw-lists.js';
import { drawSources } from './draw-sources.js';
import { drawLength, isExchange, type Scene, startOf } from './draw-start.js';
import { aSpan, drawCrash, drawDisk, drawFaults, spans } from './draw-trouble.js';
import type { PlannedSource, WorldPlan } from './world-plan.js';

const secondMs = 1_000;
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** The hour of the change to winter on one of them, the first time. */
const repeatedMs = Date.parse('2026-11-01T05:00:00Z');

/** One world out of a seed: small and short, so that hundreds can be tried, and eventful. */
export function drawWorld(seed: number): WorldPlan {
  const draw = createDraw(`world ${seed}`);
  const scene = draw.one<Scene>(['nonstop', 'nonstop', 'session', 'session', 'evening', 'midnight']);
  const temper = draw.one([0, 0, 1, 1, 2]);
  const forMs = drawLength(scene, draw);
  const startMs = startOf(scene, draw.of('start'), forMs);
  const symbols = Array.from({ length: draw.whole(2, 9) }, (_, index) => `SYM${String(index).padStart(3, '0')}`);
  const pairs = !isExchange(scene) && draw.is(0.3) ? ['EUR/USD', 'BTC/USD'] : [];
  const lists = drawLists(draw.of('lists'), symbols, pairs, forMs);
  const sources = drawSources(draw.of('sources'), { scene, lists, forMs, count: symbols.length + pairs.length });
  const [{ limits, format }] = sources as [PlannedSource];
  // A wall time that comes twice is told apart by the clock: one that is wrong by an hour cannot do it.
  const isRepeated = startMs > repeatedMs - 3 * hourMs && startMs < repeatedMs + 3 * hourMs;
  const hours = isRepeated ? [60 * secondMs, -60 * secondMs] : [hourMs, -hourMs];
  const perOf = (ms: number): number | undefined => limits.find(({ perMs }) => perMs === ms)?.requests;
  const market: Scenario = {
    ...scenarios.calm,
    title: `seed ${seed}`,
    symbols: [...symbols, ...pairs],
    hours: isExchange(scene) ? 'new-york' : 'always',
    // Without a single bar the vendor knows no symbol, and is not asked again for a day.
    historyDays: isExchange(scene) ? draw.whole(5, 6) : draw.whole(0, 1),
    quoteStepMs: draw.one([1, 5, 15]) * secondMs,
    unfinishedBars: draw.is(0.4),
    restatements: draw.is(0.6)
      ? { probability: draw.one([0.05, 0.2, 0.5]), minDelayMs: 0, maxDelayMs: draw.spread(1, 20) * minuteMs }
      : scenarios.calm.restatements,
    listing: { changeEveryMs: draw.whole(4, 12) * minuteMs, absentShare: draw.one([0, 0.1, 0.2]) },
    plan: { perSecond: perOf(secondMs)!, perMinute: perOf(minuteMs)!, ...dayOf(perOf(dayMs)), premium: true },
    latencyMs: draw.one([
      [5, 40],
      [20, 800],
      [200, 3_000],
    ]),
    slowMs: draw.whole(4, 40) * secondMs,
    faults: drawFaults(draw.of('faults'), temper, format),
    schedule:
      temper > 0 && draw.is(0.5)
        ? [
            {
              fault: draw.one<FaultName>(['unavailable', 'reset', 'refuse-burst', 'cut-length']),
              ...aSpan(draw, forMs),
            },
          ]
        : [],
  };
  return {
    seed,
    startMs,
    forMs,
    market,
    sessions: isExchange(scene),
    sources,
    lists,
    network: {
      leastMs: 1,
      mostMs: draw.one([5, 50, 250]),
      outages: spans(draw.of('outages'), temper, forMs, 3 * minuteMs).map(span => ({
        ...span,
        code: draw.one(['connect', 'dns', 'tls'] as const),
      })),
    },
    disk: drawDisk(draw.of('disk'), temper, forMs),
    jumps: draw.is(0.4)
      ? Array.from({ length: draw.whole(1, 3) }, () => ({
          atMs: draw.whole(0, forMs),
          byMs: draw.one([...hours, ...hours, 90 * secondMs, -40 * secondMs, -3 * secondMs]),
        }))
      : [],
    crashes: draw.is(0.6) ? Array.from({ length: draw.whole(1, 4) }, () => drawCrash(draw, forMs, hours)) : [],
    lookMs: 10 * secondMs,
    checkIdOf: 1,
  };
}

const dayOf = (perDay: number | undefined) => (perDay === undefined ? {} : { perDay });
