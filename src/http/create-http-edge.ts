import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import fetch, { Headers } from 'node-fetch';
import type { HttpAnswer, HttpEdge, HttpRequest } from './edge.js';
import { failureOf, httpFailure } from './failure.js';
import { guardedLookup, type HostRule } from './host-rules.js';
import { type ProxySettings, ProxyTunnel, proxyFor } from './proxy.js';
import { acceptedCodings, readBody } from './read-body.js';
import { type Redirects, redirectTarget } from './redirect-target.js';

export interface HttpEdgeOptions {
  /** For the whole exchange: connect, headers, body, redirects. */
  readonly deadlineMs: number;
  /** Of the body, as received and as decoded. */
  readonly maxBytes: number;
  /** The origins that requests may go to; any other is `refused-host`. */
  readonly allow: readonly HostRule[];
  /** `financelake/1.2.3` */
  readonly userAgent: string;
  /** `same-origin` where absent. */
  readonly redirects?: Redirects;
  /** 3 where absent. */
  readonly maxRedirects?: number;
  readonly proxy?: ProxySettings;
}

/** An idle connection is closed after this time: routers forget idle connections silently, and a request on a forgotten one would hang until its deadline. */
const idleMs = 30_000;

type Agent = HttpAgent | ProxyTunnel;

/**
 * GET over node-fetch with connections kept alive. Holds per call at most twice `maxBytes`. A body is always read to its end or its connection closed.
 * Addresses are checked where the connection is made; behind a proxy only addresses written as such are checked, names are the proxy's business.
 */
export function createHttpEdge(options: HttpEdgeOptions): HttpEdge {
  const { deadlineMs, maxBytes, maxRedirects = 3, redirects = 'same-origin' } = options;
  const origins = new Set(options.allow.map(rule => new URL(rule.baseUrl).origin));
  const privateNames = new Set(
    options.allow.filter(rule => rule.allowPrivate).map(rule => new URL(rule.baseUrl).hostname),
  );
  const named = agentsFor(options.proxy, host => privateNames.has(host));
  const elsewhere = agentsFor(options.proxy, () => false);

  async function exchange(request: HttpRequest, first: URL, signal: AbortSignal): Promise<HttpAnswer> {
    let url = first;
    for (let hops = 0; ; hops++) {
      const home = url.origin === first.origin;
      const answer = await fetch(url.href, {
        agent: (home ? named : elsewhere)(url),
        headers: headersFor(home ? request : undefined),
        redirect: 'manual',
        compress: false,
        signal,
      });
      const location = isRedirect(answer.status) ? answer.headers.get('location') : null;
      if (location === null) {
        const body = await readBody(
          { headers: answer.headers, body: answer.body as NodeJS.ReadableStream & { destroy(): void } },
          maxBytes,
          url.origin,
        );
        return { status: answer.status, headers: Object.fromEntries(answer.headers), body };
      }
      (answer.body as { destroy(): void } | null)?.destroy();
      if (hops === maxRedirects) throw httpFailure('too-many-redirects', first.origin);
      url = redirectTarget(location, url, first, redirects);
    }
  }

  function headersFor(request: HttpRequest | undefined): Headers {
    const headers = new Headers({ 'user-agent': options.userAgent, 'accept-encoding': acceptedCodings });
    for (const [name, value] of Object.entries(request?.headers ?? {})) headers.set(name, value);
    return headers;
  }

  function target(request: HttpRequest): URL {
    const url = URL.canParse(request.url) ? new URL(request.url) : undefined;
    if (!url || url.username || url.password) throw httpFailure('refused-host', 'address', 'not a plain http address');
    if (!origins.has(url.origin)) throw httpFailure('refused-host', url.origin, 'not named in the configuration');
    for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.append(name, value);
    return url;
  }

  return async (request, signal) => {
    const url = target(request);
    const ended = new AbortController();
    let stop: (code: 'timeout' | 'aborted') => void = () => {};
    const stopped = new Promise<never>((_resolve, reject) => {
      stop = code => {
        reject(httpFailure(code, url.origin));
        ended.abort();
      };
    });
    const giveUp = () => stop('aborted');
    const timer = setTimeout(() => stop('timeout'), deadlineMs);
    signal?.addEventListener('abort', giveUp);
    if (signal?.aborted) giveUp();
    try {
      // A race, because not every step can be told to end (a name being resolved, a body being decoded): the deadline holds all the same.
      return await Promise.race([stopped, exchange(request, url, ended.signal)]);
    } catch (error) {
      throw failureOf(error, url.origin);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
    }
  };
}

const isRedirect = (status: number): boolean => [301, 302, 303, 307, 308].includes(status);

function agentsFor(proxy: ProxySettings | undefined, mayBePrivate: (host: string) => boolean): (url: URL) => Agent {
  const shared = { keepAlive: true, timeout: idleMs, lookup: guardedLookup(mayBePrivate) };
  const plain = new HttpAgent(shared);
  const secure = new HttpsAgent(shared);
  const tunnels = new Map<string, ProxyTunnel>();
  return url => {
    const via = proxy && proxyFor(url, proxy);
    if (!via) return url.protocol === 'https:' ? secure : plain;
    const tunnel = tunnels.get(via) ?? new ProxyTunnel(via, idleMs);
    tunnels.set(via, tunnel);
    return tunnel;
  };
}
