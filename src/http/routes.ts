import { Agent, type Dispatcher } from 'undici';
import { guardedLookup } from './host-rules.js';
import { type ProxySettings, proxyFor } from './proxy.js';
import { tunnelThrough } from './tunnel.js';

/** An idle connection is closed after this time: routers forget idle connections silently, and a request on a forgotten one would hang until its deadline. */
const idleMs = 30_000;

/**
 * The connections of one edge, kept alive: direct ones, to addresses that were checked, and through each proxy.
 * @param deadlineMs a connection that is not made by then is given up
 */
export function routesOf(
  proxy: ProxySettings | undefined,
  deadlineMs: number,
  mayBePrivate: (host: string) => boolean,
): (url: URL) => Dispatcher {
  const shared = {
    keepAliveTimeout: idleMs,
    keepAliveMaxTimeout: idleMs,
    // The edge has one deadline for all of it.
    headersTimeout: 0,
    bodyTimeout: 0,
  };
  const direct = new Agent({
    ...shared,
    connect: { lookup: guardedLookup(mayBePrivate), timeout: deadlineMs },
  });
  const tunnels = new Map<string, Agent>();
  return url => {
    const via = proxy && proxyFor(url, proxy);
    if (!via) return direct;
    const tunnel = tunnels.get(via) ?? new Agent({ ...shared, connect: tunnelThrough(via, deadlineMs) });
    tunnels.set(via, tunnel);
    return tunnel;
  };
}
