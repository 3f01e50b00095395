import { acceptedCodings, decodeBody } from './decode-body.js';
import type { HttpAnswer, HttpEdge, HttpFailure, HttpRequest } from './edge.js';
import { type Exchange, exchange, isRedirect } from './exchange.js';
import { failureOf, httpFailure } from './failure.js';
import type { HostRule } from './host-rules.js';
import type { ProxySettings } from './proxy.js';
import { type Redirects, redirectTarget } from './redirect-target.js';
import { routesOf } from './routes.js';

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

/** An address that may be called, and its origin. A vendor's calls differ in their query alone. */
interface Target {
  readonly url: URL;
  readonly origin: string;
}

/** Ways to end one call before its answer. */
interface Call {
  ended: HttpFailure | undefined;
  exchange: Exchange | undefined;
}

/**
 * GET over undici with connections kept alive. Holds per call at most twice `maxBytes`. A body is always read to its end or its connection closed.
 * Addresses are checked where the connection is made; behind a proxy only addresses written as such are checked, names are the proxy's business.
 */
export function createHttpEdge(options: HttpEdgeOptions): HttpEdge {
  const { deadlineMs, maxBytes, maxRedirects = 3, redirects = 'same-origin' } = options;
  const origins = new Set(options.allow.map(rule => new URL(rule.baseUrl).origin));
  const privateNames = new Set(
    options.allow.filter(rule => rule.allowPrivate).map(rule => new URL(rule.baseUrl).hostname),
  );
  const named = routesOf(options.proxy, deadlineMs, host => privateNames.has(host));
  const elsewhere = routesOf(options.proxy, deadlineMs, () => false);
  const ownHeaders = { accept: '*/*', 'user-agent': options.userAgent, 'accept-encoding': acceptedCodings };
  let last: { readonly address: string; readonly target: Target } | undefined;

  async function answerTo(request: HttpRequest, first: Target, call: Call): Promise<HttpAnswer> {
    let { url, origin } = first;
    let path = url.pathname + withQuery(url.search, request.query);
    for (let hops = 0; ; hops++) {
      const home = origin === first.origin;
      const headers = home ? headersFor(request) : ownHeaders;
      call.exchange = exchange((home ? named : elsewhere)(url), { origin, path, headers }, maxBytes);
      const { status, headers: received, body } = await call.exchange.answer;
      const location = isRedirect(status) ? received.location : undefined;
      if (location === undefined) {
        const codings = received['content-encoding'];
        const decoded = codings === undefined ? body : await decodeBody(body, codings, maxBytes, origin);
        return { status, headers: received, body: decoded };
      }
      if (call.ended) throw call.ended;
      if (hops === maxRedirects) throw httpFailure('too-many-redirects', first.origin, `${maxRedirects} are followed`);
      url = redirectTarget(location, new URL(origin + path), first.url, redirects);
      ({ origin } = url);
      path = url.pathname + url.search;
    }
  }

  function headersFor({ headers = {} }: HttpRequest): Record<string, string> {
    const all: Record<string, string> = { ...ownHeaders };
    for (const [name, value] of Object.entries(headers)) all[name.toLowerCase()] = value;
    return all;
  }

  function targetOf(address: string): Target {
    if (last?.address === address) return last.target;
    const url = URL.canParse(address) ? new URL(address) : undefined;
    if (!url || url.username || url.password) throw httpFailure('refused-host', 'address', 'not a plain http address');
    const { origin } = url;
    if (!origins.has(origin)) throw httpFailure('refused-host', origin, 'not named in the configuration');
    const target = { url, origin };
    last = { address, target };
    return target;
  }

  return async (request, signal) => {
    const target = targetOf(request.url);
    const call: Call = { ended: undefined, exchange: undefined };
    return await new Promise<HttpAnswer>((resolve, reject) => {
      // Settles at once, because not every step can be told to end (a name being resolved, a body being decoded): the deadline holds all the same.
      const stop = (code: 'timeout' | 'aborted'): void => {
        call.ended = httpFailure(code, target.origin);
        reject(call.ended);
        call.exchange?.end(call.ended);
      };
      const giveUp = (): void => stop('aborted');
      if (signal?.aborted) return giveUp();
      const timer = setTimeout(() => stop('timeout'), deadlineMs);
      signal?.addEventListener('abort', giveUp);
      const over = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', giveUp);
      };
      answerTo(request, target, call).then(
        answer => {
          over();
          resolve(answer);
        },
        (error: unknown) => {
          over();
          reject(failureOf(error, target.origin));
        },
      );
    });
  };
}

function withQuery(search: string, query: HttpRequest['query']): string {
  if (query === undefined) return search;
  const added = new URLSearchParams(query).toString();
  if (added === '') return search;
  return search === '' ? `?${added}` : `${search}&${added}`;
}
