import { gunzipSync } from 'node:zlib';
import { type HttpAnswer, type HttpEdge, HttpFailure, type HttpRequest } from '../../src/http/edge.js';
import { httpFailure } from '../../src/http/failure.js';
import { redirectTarget } from '../../src/http/redirect-target.js';
import type { Delivery } from '../../src/simulator/answer.js';
import type { Answering, Reply } from '../../src/simulator/answering.js';
import type { WorldClock } from './clock.js';
import type { Draw } from './draw.js';
import type { Life } from './life.js';
import type { WorldPlan } from './world-plan.js';

/** What the wire tells the oracle. */
export interface WireWatch {
  asked(source: string, request: HttpRequest): void;
  /** The vendor has got it: from here on it counts. */
  arrived(source: string): void;
  /** The process has got a whole answer with data. */
  delivered(source: string, delivery: Delivery): void;
  /** The process has got a whole answer without data. */
  spoiled(source: string, request: HttpRequest, answer: HttpAnswer): void;
  /** The process has got an answer of any kind, or a failure. `wasSent` is false when the vendor cannot have seen the call. */
  ended(source: string, wasSent: boolean): void;
}

export interface WireParts {
  readonly clock: WorldClock;
  readonly answering: Answering;
  readonly plan: WorldPlan;
  readonly draw: Draw;
  readonly watch: WireWatch;
}

const maxBytes = 32 << 20;

/** The way to the vendor in virtual time: time for both ways, the faults of a real one, and the deadline of the edge that it stands for. */
export function createWire({ clock, answering, plan, draw, watch }: WireParts) {
  const { leastMs, mostMs, outages } = plan.network;
  const wayMs = (): number => leastMs + Math.floor((mostMs - leastMs) * draw.next() ** 3);
  const outage = () => {
    const atMs = clock.now() - plan.startMs;
    return outages.find(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs);
  };

  return (life: Life, source: string, deadlineMs: number): HttpEdge =>
    (request, signal) => {
      let resolve: (answer: HttpAnswer) => void = () => {};
      let reject: (failure: HttpFailure) => void = () => {};
      const promise = new Promise<HttpAnswer>((resolved, rejected) => {
        resolve = resolved;
        reject = rejected;
      });
      const { origin } = new URL(request.url);
      let isOpen = true;
      const end = (settle: () => void, wasSent = true): void => {
        if (!isOpen || life.isDead) return;
        isOpen = false;
        deadline.unsubscribe();
        signal?.removeEventListener('abort', abort);
        watch.ended(source, wasSent);
        settle();
      };
      const fail = (failure: HttpFailure, wasSent?: false): void => end(() => reject(failure), wasSent);
      const deadline = clock.after(deadlineMs, () => fail(httpFailure('timeout', origin)));
      const abort = (): void => fail(httpFailure('aborted', origin));
      signal?.addEventListener('abort', abort);

      const bring = ({ answer, carriage }: Reply): void => {
        if (!isOpen || life.meets('answer')) return;
        if (carriage === 'stall') return;
        if (carriage !== 'whole') return fail(httpFailure('cut', origin, 'ECONNRESET'));
        try {
          const { status, headers, body } = received(answer, new URL(request.url));
          end(() => {
            if (answer.delivery) watch.delivered(source, answer.delivery);
            else watch.spoiled(source, request, { status, headers, body });
            resolve({ status, headers, body });
          });
        } catch (error) {
          if (!(error instanceof HttpFailure)) throw error;
          fail(error);
        }
      };

      if (life.isDead) return promise;
      watch.asked(source, request);
      if (life.meets('call')) return promise;
      const upMs = wayMs();
      const gone = outage();
      if (gone) clock.after(upMs, () => fail(httpFailure(gone.code, origin), false));
      else
        clock.after(upMs, () => {
          watch.arrived(source);
          const reply = answering.reply(new URLSearchParams(request.query).toString(), clock.now());
          life.meets('arrived');
          clock.after(reply.delayMs + wayMs(), () => bring(reply));
        });
      return promise;
    };
}

/** As the real edge reads it: redirects elsewhere are refused, codings are taken off within a bound. */
function received({ status, headers, body }: Reply['answer'], url: URL): HttpAnswer {
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  if (status === 302) redirectTarget(lower.location ?? '', url, url, 'same-origin');
  if (lower['content-encoding'] !== 'gzip') return { status, headers: lower, body };
  return { status, headers: lower, body: gunzipSync(body, { maxOutputLength: maxBytes }) };
}
