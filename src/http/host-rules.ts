import { type LookupAddress, type LookupAllOptions, lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { privateAddress } from './failure.js';

/** An origin that the configuration names, and with it the only origins that requests may be made to. */
export interface HostRule {
  /** The origin counts, the path does not. An address written here literally may be private: `http://127.0.0.1:9000`. */
  readonly baseUrl: string;
  /** The name in `baseUrl` may resolve to a private address. */
  readonly allowPrivate?: boolean;
}

const globalUnicast = ipaddr.parseCIDR('2000::/3') as [ipaddr.IPv6, number];

/** True for an address of the public Internet: not loopback, private, link-local, carrier-grade NAT, unspecified, multicast or reserved. */
export function isPublicAddress(address: string): boolean {
  const parsed = ipaddr.parse(address);
  if (parsed.kind() === 'ipv4') return parsed.range() === 'unicast';
  const v6 = parsed as ipaddr.IPv6;
  // A network with NAT64 reaches the IPv4 Internet through this prefix; what counts is the address inside.
  if (v6.range() === 'rfc6052') return isPublicAddress(v6.toByteArray().slice(12).join('.'));
  // Mapped, 6to4, Teredo and site-local addresses lead to places that their own range does not tell; they have no use here.
  return v6.range() === 'unicast' && v6.match(globalUnicast);
}

/** The address that a URL's host is, without brackets; undefined for a name. Odd spellings (`0x7f.1`, `017700000001`) are addresses by then. */
export const addressIn = (url: URL): string | undefined => {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return isIP(host) === 0 ? undefined : host;
};

type Resolve = (
  host: string,
  options: LookupAllOptions,
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * Resolves a name and lets the connection go to exactly the addresses that were checked, so that a second answer of the name server
 * (DNS rebinding) has no use. One private address among several refuses them all.
 */
export const guardedLookup =
  (mayBePrivate: (host: string) => boolean, resolve: Resolve = lookup): LookupFunction =>
  (host, options, callback) => {
    resolve(host, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      const refused = !error && !mayBePrivate(host) && addresses.some(({ address }) => !isPublicAddress(address));
      if (refused) callback(Object.assign(new Error(), { code: privateAddress }), '');
      else if (error || options.all) callback(error, addresses);
      else callback(null, addresses[0]!.address, addresses[0]!.family);
    });
  };

export const rangeOf = (address: string): string => ipaddr.parse(address).range();
