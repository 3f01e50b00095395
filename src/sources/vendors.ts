import { alphaVantage } from './alpha-vantage.js';
import { kraken } from './kraken.js';
import type { Vendor } from './source.js';

/** Every vendor, one line each. */
export const vendors: readonly Vendor[] = [alphaVantage, kraken];

/** The vendor with this `type`, as in the config; undefined if there is none. */
export const vendorOf = (type: string): Vendor | undefined => vendors.find(vendor => vendor.type === type);
