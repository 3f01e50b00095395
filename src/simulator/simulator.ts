import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Time } from '../streams/time.js';
import { type Answer, htmlAnswer } from './answer.js';
import { type CallCounts, createAnswering } from './answering.js';
import { carry } from './carry.js';
import { control } from './control.js';
import type { Carriage } from './fault-answers.js';
import type { Market } from './market.js';
import type { Scenario } from './scenario.js';
import { createServedLog, type Served } from './served.js';

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

export interface Counts extends CallCounts {
  /** Answers with data that went out completely. */
  readonly served: number;
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
  let port = 0;
  const answering = createAnswering(
    market,
    scenario,
    () => `http://127.0.0.1:${port < 65_535 ? port + 1 : port - 1}/query`,
  );
  const served = createServedLog(onServed);
  const waiting = new Set<{ unsubscribe(): void }>();

  const counts = (): Counts => ({ ...answering.counts(), served: served.count });
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

  function receive(request: IncomingMessage, response: ServerResponse): void {
    const [path, search] = splitAt(request.url ?? '', '?');
    if (request.method !== 'GET') {
      send(response, htmlAnswer(405, 'Method Not Allowed'), 'whole', 0);
    } else if (path === '/query') {
      const { answer, carriage, delayMs } = answering.reply(search, time.now());
      send(response, answer, carriage, delayMs);
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
