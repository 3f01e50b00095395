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

/** The clock that the simulator lives by, which others may share, and how to start it. @throws ScenarioFailure */
export function prepareSimulator({ seed, host, port, ...spec }: SimulatorSpec): {
  readonly scenario: Scenario;
  readonly time: Time;
  readonly clock: { readonly originRealMs: number; readonly startMs: number; readonly speed: number };
  /** Rejects with the error of `listen` (EADDRINUSE …). */
  readonly start: () => Promise<Simulator>;
} {
  const read = readScenario(spec.scenario);
  const scenario = { ...read, speed: spec.speed ?? read.speed, symbols: spec.symbols ?? read.symbols };
  const originRealMs = realTime.now();
  const startMs = scenario.start ? Date.parse(scenario.start) : originRealMs;
  const clock = { originRealMs, startMs, speed: scenario.speed };
  const time = scenario.speed === 1 && startMs === originRealMs ? realTime : fastTime(realTime, clock);
  const start = (): Promise<Simulator> =>
    createSimulator({ market: createMarket({ seed, startMs, scenario }), scenario, time, port, host });
  return { scenario, time, clock, start };
}
