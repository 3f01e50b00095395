import { type Answer, objectAnswer } from './answer.js';
import { type Carriage, faulty } from './fault-answers.js';
import { createFaults, type FaultName } from './faults.js';
import type { Market } from './market.js';
import { readQuery } from './query.js';
import { createQuota, type QuotaCounts } from './quota.js';
import { recordedBodies } from './recorded.js';
import { burst, day, demoKey, invalidKey, minute } from './refusals.js';
import type { Scenario } from './scenario.js';
import { createVendor } from './vendor.js';

/** What becomes of one call. */
export interface Reply {
  readonly answer: Answer;
  readonly carriage: Carriage;
  /** From the arrival of the call to the first byte. */
  readonly delayMs: number;
}

export interface CallCounts extends QuotaCounts {
  /** Calls without a key or with an invalid one; they reach no quota. */
  readonly keyless: number;
  readonly faults: Readonly<Partial<Record<FaultName, number>>>;
}

/** The vendor without a wire: quota, faults and the truth, in the order in which calls arrive. */
export interface Answering {
  /** @param search the part of the URL behind the question mark */
  reply(search: string, nowMs: number): Reply;
  counts(): CallCounts;
}

/**
 * @param redirectTo where the fault `redirect` points if the scenario says nothing; asked at each, because a port is known only once it listens
 * @throws ScenarioFailure with one line that says what is wrong with the recorded bodies
 */
export function createAnswering(market: Market, scenario: Scenario, redirectTo: () => string): Answering {
  const quota = createQuota(scenario);
  const faults = createFaults(market.seed, market.startMs, scenario);
  const vendor = createVendor(market, scenario.unfinishedBars);
  const recorded = scenario.bodies ? recordedBodies(scenario.bodies) : () => undefined;
  const [leastMs, mostMs] = scenario.latencyMs;
  let keyless = 0;

  const whole = (answer: Answer, delayMs = leastMs): Reply => ({ answer, carriage: 'whole', delayMs });

  return {
    reply(search, nowMs) {
      const asked = readQuery(search, nowMs);
      const rule = scenario.keys[asked.key];
      if (asked.key === '' || rule === 'invalid' || rule === 'demo') {
        keyless++;
        return whole(objectAnswer(rule === 'demo' ? demoKey : invalidKey));
      }
      const plan = quota.planOf(asked.key);
      const exceeded = quota.arrive(asked.key, nowMs);
      if (exceeded)
        return whole(objectAnswer({ second: burst(plan), minute: minute(plan), day: day(plan, asked.key) }[exceeded]));
      const { fault, latency } = faults.next(asked.name, asked.symbol, nowMs);
      const delayMs = fault === 'slow' ? scenario.slowMs : leastMs + (mostMs - leastMs) * latency ** 3;
      const good = (): Answer => recorded(asked) ?? vendor(asked, plan);
      if (!fault) return whole(good(), delayMs);
      const context = { asked, plan, nowMs, redirectTo: scenario.redirectTo || redirectTo(), good };
      const [answer, carriage] = faulty(fault, context);
      return { answer, carriage, delayMs };
    },
    counts: () => ({ ...quota.counts(), keyless, faults: faults.counts() }),
  };
}
