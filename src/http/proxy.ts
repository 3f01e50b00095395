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
