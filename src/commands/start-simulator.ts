import { fastTime } from '../simulator/fast-time.js';
import { createMarket } from '../simulator/market.js';
import { readScenario } from '../simulator/read-scenario.js';
import type { Scenario } from '../simulator/scenario.js';
import { createSimulator, type Simulator } from '../simulator/simulator.js';
import { realTime, type Time } from '../streams/time.js';

export interface SimulatorSpec {
  /** A name, or a file. */
  readonly scenario: string;
  readonly seed: number;
  readonly host: string;
  readonly port: number;
  /** The scenario's own when absent. */
  readonly speed?: number | undefined;
  readonly symbols?: number | undefined;
}

/** The simulator and the clock it lives by, which others may share. @throws ScenarioFailure, or the error of `listen` (EADDRINUSE) */
export async function startSimulator({ seed, host, port, ...spec }: SimulatorSpec): Promise<{
  readonly simulator: Simulator;
  readonly scenario: Scenario;
  readonly time: Time;
  readonly clock: { readonly originRealMs: number; readonly startMs: number; readonly speed: number };
}> {
  const read = readScenario(spec.scenario);
  const scenario = { ...read, speed: spec.speed ?? read.speed, symbols: spec.symbols ?? read.symbols };
  const originRealMs = realTime.now();
  const startMs = scenario.start ? Date.parse(scenario.start) : originRealMs;
  const clock = { originRealMs, startMs, speed: scenario.speed };
  const time = scenario.speed === 1 && startMs === originRealMs ? realTime : fastTime(realTime, clock);
  const market = createMarket({ seed, startMs, scenario });
  const simulator = await createSimulator({ market, scenario, time, port, host });
  return { simulator, scenario, time, clock };
}
