import type { ExecutionContext } from 'ava';
import { createMarket } from '../../src/simulator/market.js';
import type { Scenario } from '../../src/simulator/scenario.js';
import { scenarios } from '../../src/simulator/scenarios.js';
import type { Served } from '../../src/simulator/served.js';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.js';
import { realTime, type Time } from '../../src/streams/time.js';

/** A simulator in this process, stopped with the test; `served` is everything that it answered with data. */
export async function simulated(
  t: ExecutionContext,
  changes: Partial<Scenario>,
  { seed = 1, time = realTime, startMs = Date.now() }: { seed?: number; time?: Time; startMs?: number } = {},
): Promise<Simulator & { readonly all: readonly Served[] }> {
  const scenario = { ...scenarios.calm, latencyMs: [0, 5] as const, ...changes };
  const all: Served[] = [];
  const market = createMarket({ seed, startMs, scenario });
  const onServed = (served: Served): void => void all.push(served);
  const simulator = await createSimulator({ market, scenario, time, port: 0, host: '127.0.0.1', onServed });
  t.teardown(() => simulator.stop());
  return { ...simulator, all };
}
