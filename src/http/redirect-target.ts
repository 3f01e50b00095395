import { httpFailure } from './failure.js';
import { addressIn, isPublicAddress, rangeOf } from './host-rules.js';

/**
 * `same-origin`: a redirect elsewhere is refused. `public`: it is followed to public hosts, without the request's query and headers;
 * for files that hold no secret.
 */
export type Redirects = 'same-origin' | 'public';

/**
 * Where a redirect leads. `first` is the address that was asked for: the way back to its origin is always open.
 * The URL parser has made plain addresses of odd spellings (`2130706433`, `0x7f.1`) by the time they are looked at.
 * @throws HttpFailure `refused-redirect`
 */
export function redirectTarget(location: string, from: URL, first: URL, redirects: Redirects): URL {
  const refused = (why: string) => httpFailure('refused-redirect', from.origin, `its redirect ${why}`);
  const to = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (!to || !/^https?:$/.test(to.protocol) || to.username || to.password) throw refused('is no plain http address');
  if (from.protocol === 'https:' && to.protocol === 'http:') throw refused('leads from https to http');
  if (to.origin === first.origin) return to;
  if (redirects === 'same-origin') throw refused('leads to another origin');
  const address = addressIn(to);
  if (address && !isPublicAddress(address)) throw refused(`leads to a ${rangeOf(address)} address`);
  return to;
}
