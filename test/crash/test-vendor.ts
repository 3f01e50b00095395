import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { createMarket } from '../../src/simulator/market.js';
import type { Scenario } from '../../src/simulator/scenario.js';
import { scenarios } from '../../src/simulator/scenarios.js';
import { createSimulator } from '../../src/simulator/simulator.js';
import { realTime } from '../../src/streams/time.js';

export interface TestVendor {
  readonly url: string;
  readonly symbols: readonly string[];
  /** What it counted, with what is still on the way to it. */
  counts(): Promise<{ readonly calls: number; readonly violations: number }>;
  stop(): Promise<void>;
}

const symbols = Array.from({ length: 24 }, (_, i) => `SYM${String(i).padStart(3, '0')}`);

/** The simulator in this process, so that a kill of its client takes nothing from its count. Every quote is another one. */
export async function startVendor(seed: number): Promise<TestVendor> {
  const scenario: Scenario = {
    ...scenarios.calm,
    symbols: symbols.length,
    plan: { perSecond: 400, premium: true },
    latencyMs: [0, 12],
    quoteStepMs: 20,
    historyDays: 2,
  };
  const market = createMarket({ seed, startMs: Date.now(), scenario });
  const simulator = await createSimulator({ market, scenario, time: realTime, port: 0, host: '127.0.0.1' });
  return {
    url: simulator.url,
    symbols,
    async counts() {
      // Behind two round trips of later connections nothing that a dead client had sent is unread: one that is kept would not wait behind those not accepted yet.
      for (let i = 0; i < 2; i++) {
        const [answer] = (await once(get(`${simulator.url}/__truth/clock`, { agent: false }), 'response')) as [
          IncomingMessage,
        ];
        await text(answer);
      }
      return simulator.counts();
    },
    stop: () => simulator.stop(),
  };
}
