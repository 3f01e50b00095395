import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Time } from '../streams/time.js';
import { type Answer, htmlAnswer, objectAnswer } from './answer.js';
import { carry } from './carry.js';
import { control } from './control.js';
import { type Carriage, faulty } from './fault-answers.js';
import { createFaults, type FaultName } from './faults.js';
import type { Market } from './market.js';
import { readQuery } from './query.js';
import { createQuota, type QuotaCounts } from './quota.js';
import { recordedBodies } from './recorded.js';
import { burst, day, demoKey, invalidKey, minute } from './refusals.js';
import type { Scenario } from './scenario.js';
import { createServedLog, type Served } from './served.js';
import { createVendor } from './vendor.js';

export interface SimulatorOptions {
  readonly market: Market;
  readonly scenario: Scenario;
  readonly time: Time;
  /** 0 takes any free one. */
  readonly port: number;
  readonly host: string;
  /** Told of every call that was answered completely with data; nothing is ever dropped here. */
  readonly onServed?: (served: Served) => void;
}

export interface Counts extends QuotaCounts {
  /** Answers with data that went out completely. */
  readonly served: number;
  /** Calls without a key or with an invalid one; they reach no quota. */
  readonly keyless: number;
  readonly faults: Readonly<Partial<Record<FaultName, number>>>;
}

export interface Simulator {
  /** `http://HOST:PORT`, to be given to a source as its `baseUrl`. */
  readonly url: string;
  readonly port: number;
  readonly truth: Market;
  counts(): Counts;
  /** The newest 20,000, from `seq` on. */
  served(seq?: number): readonly Served[];
  /** Closes every connection, those in the middle of an answer too. */
  stop(): Promise<void>;
}

/**
 * The vendor as a server that knows the truth.
 * @throws the error of `listen` (`EADDRINUSE` …), or one that says what is wrong with the recorded bodies
 */
export async function createSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { market, scenario, time, host, onServed = () => {} } = options;
  const quota = createQuota(scenario);
  const faults = createFaults(market.seed, market.startMs, scenario);
  const vendor = createVendor(market, scenario.unfinishedBars);
  const recorded = scenario.bodies ? recordedBodies(scenario.bodies) : () => undefined;
  const served = createServedLog(onServed);
  const waiting = new Set<{ unsubscribe(): void }>();
  const [leastMs, mostMs] = scenario.latencyMs;
  let [keyless, port] = [0, 0];

  const counts = (): Counts => ({ ...quota.counts(), served: served.count, keyless, faults: faults.counts() });
  const truth = control({ market, served, counts, now: () => time.now() });

  /** Sends after a delay; never when the client has gone or the simulator has stopped. */
  function send(response: ServerResponse, answer: Answer, carriage: Carriage, delayMs: number): void {
    const go = (): void =>
      carry(response, answer, carriage, () => answer.delivery && served.add(answer.delivery, Math.floor(time.now())));
    if (delayMs <= 0) {
      go();
      return;
    }
    const timer = time.schedule(() => {
      waiting.delete(timer);
      go();
    }, delayMs);
    waiting.add(timer);
    response.once('close', () => {
      waiting.delete(timer);
      timer.unsubscribe();
    });
  }

  function query(search: string, response: ServerResponse): void {
    const nowMs = time.now();
    const asked = readQuery(search, nowMs);
    const rule = scenario.keys[asked.key];
    if (asked.key === '' || rule === 'invalid' || rule === 'demo') {
      keyless++;
      send(response, objectAnswer(rule === 'demo' ? demoKey : invalidKey), 'whole', leastMs);
      return;
    }
    const plan = quota.planOf(asked.key);
    const exceeded = quota.arrive(asked.key, nowMs);
    if (exceeded) {
      const refusal = { second: burst(plan), minute: minute(plan), day: day(plan, asked.key) }[exceeded];
      send(response, objectAnswer(refusal), 'whole', leastMs);
      return;
    }
    const { fault, latency } = faults.next(asked.name, asked.symbol, nowMs);
    const delayMs = fault === 'slow' ? scenario.slowMs : leastMs + (mostMs - leastMs) * latency ** 3;
    const good = (): Answer => recorded(asked) ?? vendor(asked, plan);
    if (!fault) {
      send(response, good(), 'whole', delayMs);
      return;
    }
    const redirectTo = scenario.redirectTo || `http://127.0.0.1:${port < 65_535 ? port + 1 : port - 1}/query`;
    send(response, ...faulty(fault, { asked, plan, nowMs, redirectTo, good }), delayMs);
  }

  function receive(request: IncomingMessage, response: ServerResponse): void {
    const [path, search] = splitAt(request.url ?? '', '?');
    if (request.method !== 'GET') {
      send(response, htmlAnswer(405, 'Method Not Allowed'), 'whole', 0);
    } else if (path === '/query') {
      query(search, response);
    } else {
      const answer = truth(path, new URLSearchParams(search));
      send(response, answer ?? htmlAnswer(404, 'Not Found'), 'whole', 0);
    }
  }

  // Longer than clients keep a connection, so that it is never closed under a call that is just being sent.
  const server = createServer({ keepAliveTimeout: 120_000 }, receive);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, host, resolve);
  });
  const address = server.address();
  port = typeof address === 'object' && address ? address.port : options.port;

  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    truth: market,
    counts,
    served: (seq = 0) => served.since(seq),
    async stop() {
      for (const timer of waiting) timer.unsubscribe();
      waiting.clear();
      await new Promise<void>(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

function splitAt(text: string, mark: string): [before: string, after: string] {
  const index = text.indexOf(mark);
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)];
}
