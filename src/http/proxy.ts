import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { addressIn, rangeOf } from './host-rules.js';

/** Proxies as HTTP_PROXY, HTTPS_PROXY and NO_PROXY name them; which one serves is decided by the scheme of the address called. */
export interface ProxySettings {
  readonly http?: string;
  readonly https?: string;
  /** Hosts that are called directly: `example.com` (and all below it), `.example.com`, `host:8080`, `10.0.0.7` or `*`, parted by commas or blanks. */
  readonly noProxy?: string;
}

/** The proxy for an address; undefined where it is called directly. Loopback never goes through a proxy, which would be another machine's. */
export function proxyFor(url: URL, settings: ProxySettings): string | undefined {
  const address = addressIn(url);
  if (url.hostname === 'localhost' || (address && rangeOf(address) === 'loopback')) return undefined;
  const proxy = url.protocol === 'https:' ? settings.https : settings.http;
  return proxy && !isExempt(url, settings.noProxy ?? '') ? proxy : undefined;
}

const isExempt = (url: URL, noProxy: string): boolean =>
  noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean)
    .some(entry => {
      if (entry === '*') return true;
      const [, name = '', port] = /^(.*?)(?::(\d+))?$/.exec(entry.replace(/^\*?\./, '')) ?? [];
      const portOf = url.port || (url.protocol === 'https:' ? '443' : '80');
      return (port === undefined || port === portOf) && (url.hostname === name || url.hostname.endsWith(`.${name}`));
    });

/** Why a proxy did not open the way. Carries no text of the proxy's answer. */
class ProxyRefusal extends Error {
  readonly code: string;
  constructor(status: number) {
    super('the proxy refused');
    this.code = `PROXY_${status}`;
  }
}

/** A CONNECT tunnel for either scheme, kept alive. */
export class ProxyTunnel extends HttpsProxyAgent<string> {
  constructor(proxy: string, idleMs: number) {
    super(proxy, { keepAlive: true, timeout: idleMs });
    // Without this, a proxy's 407 or 502 would come back as if the vendor had answered it.
    this.on('proxyConnect', ({ statusCode }: { statusCode: number }, request: ClientRequest) => {
      if (statusCode !== 200) request.destroy(new ProxyRefusal(statusCode));
    });
  }

  /** A proxy that accepts and never answers would hold its socket for ever: the library ends it with the request only once the tunnel stands. */
  override async connect(
    request: ClientRequest,
    options: Parameters<HttpsProxyAgent<string>['connect']>[1],
  ): Promise<Socket> {
    const pending = new AbortController();
    const giveUp = () => pending.abort();
    // Not 'close': a request without a socket never emits it.
    request.once('abort', giveUp);
    this.connectOpts = { ...this.connectOpts, signal: pending.signal };
    try {
      return await super.connect(request, options);
    } finally {
      request.off('abort', giveUp);
    }
  }
}
