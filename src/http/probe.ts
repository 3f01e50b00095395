import { exchange } from './exchange.js';
import { failureOf, httpFailure } from './failure.js';
import { httpDateMs } from './http-date.js';
import type { ProxySettings } from './proxy.js';
import { routesOf } from './routes.js';

export interface ProbeOptions {
  readonly deadlineMs: number;
  /** The origin's name may resolve to a private address. */
  readonly allowPrivate: boolean;
  readonly proxy: ProxySettings;
  readonly userAgent: string;
}

/** What a server that can be reached says of itself. */
export interface Probed {
  readonly status: number;
  /** Its clock, in epoch ms; in whole seconds, cut off. */
  readonly dateMs: number | undefined;
}

/**
 * Whether an origin can be reached, on the way that calls take: its name, addresses that may be called, the proxy, TLS. A HEAD of `/` without a key is no call of
 * any API, and spends no quota.
 * @throws HttpFailure
 */
export async function probe(origin: string, options: ProbeOptions, nowMs: number): Promise<Probed> {
  const { deadlineMs, allowPrivate, proxy, userAgent } = options;
  const dispatcher = routesOf(proxy, deadlineMs, () => allowPrivate)(new URL(origin));
  const headers = { accept: '*/*', 'user-agent': userAgent, connection: 'close' };
  const asked = exchange(dispatcher, { origin, path: '/', method: 'HEAD', headers }, 0);
  const timer = setTimeout(() => asked.end(httpFailure('timeout', origin)), deadlineMs);
  try {
    const { status, headers: received } = await asked.answer;
    return { status, dateMs: httpDateMs(received.date ?? '', nowMs) };
  } catch (error) {
    throw failureOf(error, origin);
  } finally {
    clearTimeout(timer);
  }
}
