import { vendorOf } from '../sources/vendors.js';
import { type Read, type Reading, report, within } from './kind.js';
import type { Checking } from './object.js';
import type { Feed, feeds } from './options/feeds.js';
import type { sources } from './options/sources.js';
import type { symbols } from './options/symbols.js';
import { type Entry, entryOf, type Place } from './tree.js';
import { wantedOf } from './wanted.js';

/** The part of the configuration that is judged here. */
interface Asking {
  readonly feeds: Read<typeof feeds>;
  readonly sources: Read<typeof sources>;
  readonly symbols: Read<typeof symbols>;
}

/** What may be in the way of a feed that is possible without it. */
const extras = {
  month: (feed: Feed): Feed => Object.fromEntries(Object.entries(feed).filter(([key]) => key !== 'month')) as Feed,
  adjusted: (feed: Feed): Feed => ({ ...feed, adjusted: false }),
  bulk: (feed: Feed): Feed => ({ ...feed, bulk: false }),
};

/** A feed that its vendor does not have is a mistake of the file, not something to meet while running. */
export function checkOffers({ value: { feeds = {}, sources = {} }, at, entry }: Checking<Asking>): void {
  for (const [name, feed] of Object.entries(feeds)) {
    const type = sources[feed.source]?.type;
    const vendor = type === undefined ? undefined : vendorOf(type);
    const reason = vendor?.refuses(wantedOf(feed));
    if (!vendor || reason === undefined) continue;
    const [key] = Object.entries(extras).find(([, without]) => !vendor.refuses(wantedOf(without(feed)))) ?? ['data'];
    const inFile = entryOf(entry('feeds')?.value, name);
    const option = entryOf(inFile?.value, key);
    const place = option?.value.place ?? inFile?.place ?? at.place;
    report(
      inside(at, place, 'feeds', name, key),
      place,
      'wrong-value',
      `The source \`${feed.source}\` (${vendor.title}) does not have that: ${reason}.`,
      `Ask for what it has, or name another source for \`${name}\`.`,
    );
  }
}

/** Two sources with one key would each spend a whole quota that the vendor grants once. Where there is no key, the vendor counts by address. */
export function checkCredentials({ value: { sources = {} }, at, entry }: Checking<Asking>): void {
  const owners = new Map<string, string>();
  for (const [name, { type, baseUrl, apiKey }] of Object.entries(sources)) {
    const key = apiKey?.reveal() ?? '';
    const credential = JSON.stringify([type, baseUrl ?? vendorOf(type)?.baseUrl, key]);
    const owner = owners.get(credential);
    owners.set(credential, owner ?? name);
    if (owner === undefined) continue;
    const [kind, mend] =
      key === '' ? ['and neither has a key', ''] : ['and the same key', ', or give each a key of its own'];
    const place = placeOf(entryOf(entry('sources')?.value, name), at);
    report(
      inside(at, place, 'sources', name),
      place,
      'duplicate',
      `\`${owner}\` has the same type and address, ${kind}: each of the two would get the whole quota.`,
      `Let their feeds share one source${mend}.`,
    );
  }
}

/** A list in a file is read before anything starts: a feed without its symbols would be silent. */
export function checkListFiles({ value: { symbols = {} }, at, entry }: Checking<Asking>): void {
  for (const [name, list] of Object.entries(symbols)) {
    if (list.from !== 'file') continue;
    const fault = at.listFault(list);
    if (fault === undefined) continue;
    const inFile = entryOf(entry('symbols')?.value, name);
    const place = entryOf(inFile?.value, 'path')?.value.place ?? placeOf(inFile, at);
    report(
      inside(at, place, 'symbols', name, 'path'),
      place,
      'unreadable',
      `The list \`${name}\` cannot be used: ${fault}.`,
      list.column === undefined
        ? 'Check the path, and that the file has one symbol a line (`#` begins a comment); a CSV needs `column`.'
        : 'Check the path, and that the file is a CSV with a header whose `column` holds a symbol in each row.',
    );
  }
}

const placeOf = (entry: Entry | undefined, at: Reading): Place => entry?.place ?? at.place;

const inside = (at: Reading, place: Place, ...keys: readonly string[]): Reading =>
  keys.reduce((outer, key) => within(outer, key, place), at);
