import type { ExecutionContext } from 'ava';
import { createMarket } from '../../src/simulator/market.js';
import type { Scenario } from '../../src/simulator/scenario.js';
import { scenarios } from '../../src/simulator/scenarios.js';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.js';
import { realTime, type Time } from '../../src/streams/time.js';

/** A clock that stands until it is set. Its delays are real. */
export interface HandTime extends Time {
  set(ms: number): void;
}

export function handTime(ms: number): HandTime {
  let now = ms;
  return {
    now: () => now,
    monotonicMs: () => now,
    schedule: realTime.schedule.bind(realTime),
    set(next) {
      now = next;
    },
  };
}

export interface Started {
  readonly simulator: Simulator;
  readonly time: HandTime;
  readonly startMs: number;
  /** A call with the key `k` unless the query names another. */
  readonly get: (query: string) => Promise<Response>;
  /** The body of such a call. */
  readonly text: (query: string) => Promise<string>;
}

/** A simulator on a free port whose clock stands at 2026-03-11T15:00:07Z, stopped when the test ends. */
export async function started(t: ExecutionContext, changed: Partial<Scenario> = {}, seed = 7): Promise<Started> {
  const startMs = Date.parse('2026-03-11T15:00:07Z');
  const time = handTime(startMs);
  const scenario: Scenario = {
    ...scenarios.calm,
    symbols: ['AAPL', 'IBM', 'MSFT', 'USD/JPY', 'EUR/USD', 'ETH/USD'],
    historyDays: 45,
    plan: 'unlimited',
    latencyMs: [0, 0],
    ...changed,
  };
  const market = createMarket({ seed, startMs, scenario });
  const simulator = await createSimulator({ market, scenario, time, port: 0, host: '127.0.0.1' });
  t.teardown(() => simulator.stop());
  const get = (query: string): Promise<Response> =>
    fetch(`${simulator.url}/query?${query}${query.includes('apikey=') ? '' : '&apikey=k'}`, { redirect: 'manual' });
  return { simulator, time, startMs, get, text: async query => (await get(query)).text() };
}
