import type { Config } from '../config/options.js';
import { wantedOf } from '../config/wanted.js';
import { createHttpEdge } from '../http/create-http-edge.js';
import type { ProxySettings } from '../http/proxy.js';
import type { Plan, SourcePlan } from '../ingest/blueprint.js';
import type { FeedSpec } from '../ingest/feed-desk.js';
import type { Decimals } from '../records/record.js';
import { calendarOf } from '../schedule/calendars.js';
import type { Limit } from '../schedule/limit.js';
import type { SourceOptions, Vendor, Work } from '../sources/source.js';
import { vendorOf } from '../sources/vendors.js';
import type { ListSpec } from '../symbols/list-spec.js';
import { presets } from '../symbols/presets.js';

export interface Surroundings {
  readonly userAgent: string;
  readonly proxy: ProxySettings;
  readonly once: boolean;
}

/** The configuration, resolved to what the blueprint runs. Opens nothing. */
export function makePlan(config: Config, { userAgent, proxy, once }: Surroundings): Plan {
  const sources = Object.entries(config.sources).map(([name, source]): SourcePlan => {
    const vendor = vendorFor(source.type);
    const baseUrl = source.baseUrl ?? vendor.baseUrl;
    const options: SourceOptions = {
      apiKey: source.apiKey?.reveal() ?? '',
      baseUrl,
      format: source.format,
      ...(source.entitlement !== undefined && { entitlement: source.entitlement }),
    };
    return {
      name,
      vendor,
      options,
      limits: limitsOf(source),
      concurrency: source.concurrency ?? vendor.concurrency,
      deadlineMs: source.deadline,
      edge: createHttpEdge({
        deadlineMs: source.deadline,
        maxBytes: source.maxBytes,
        // A call that was reserved is one request: every further one would count at the vendor and not here.
        maxRedirects: 0,
        allow: [{ baseUrl, allowPrivate: source.allowPrivate }],
        userAgent,
        proxy,
      }),
      feeds: Object.entries(config.feeds)
        .filter(([, feed]) => feed.source === name)
        .map(([feedName, feed]) =>
          feedSpec(feedName, feed, vendor, config.log.topics[feed.topic]?.decimals ?? 'string'),
        ),
    };
  });
  const lists = Object.entries(config.symbols).map(([name, list]) => ({ name, spec: listSpec(list) }));
  return { sources, lists, topics: config.topics, once };
}

/** Those that are configured, else those of the vendor's smallest plan. */
export const limitsOf = ({ type, limits }: Config['sources'][string]): readonly Limit[] =>
  limits?.map(({ per, ...limit }) => ({ ...limit, perMs: per })) ?? vendorFor(type).limits;

const vendorFor = (type: string): Vendor => {
  const vendor = vendorOf(type);
  if (vendor === undefined) throw new Error(`no vendor ${type}`);
  return vendor;
};

type FeedConfig = Config['feeds'][string];
type ListConfig = Config['symbols'][string];

function feedSpec(name: string, feed: FeedConfig, vendor: Vendor, decimals: Decimals): FeedSpec {
  const wanted = wantedOf(feed);
  const sample: Work = { wanted, symbols: ['A'], newestMs: undefined, nowMs: 0, shallow: false };
  return {
    feed: { name, wanted, topic: feed.topic, every: feed.every, restateWindow: feed.restateWindow, decimals },
    calendar: feed.calendar === undefined ? undefined : calendarOf(feed.calendar),
    checks: feed.checks,
    maxSymbols: vendor.maxSymbols(wanted),
    weight: vendor.weight(sample),
    lists: typeof feed.symbols === 'string' ? [feed.symbols] : feed.symbols,
  };
}

function listSpec(list: ListConfig): ListSpec {
  const { maxShrink } = list;
  switch (list.from) {
    case 'static':
      return { from: 'static', list: list.list, maxShrink };
    case 'file':
      return { from: 'file', path: list.path, maxShrink, ...(list.column !== undefined && { column: list.column }) };
    case 'listing': {
      const { source, exchange, assetType, refresh } = list;
      return {
        from: 'listing',
        source,
        refreshMs: refresh,
        maxShrink,
        ...(exchange !== undefined && { exchange: many(exchange) }),
        ...(assetType !== undefined && { assetType: many(assetType) }),
      };
    }
    case 'http-csv': {
      const { preset, url, column, delimiter, where, footer, refresh } = list;
      const rows = where && Object.fromEntries(Object.entries(where).map(([key, value]) => [key, many(value)]));
      const csv = {
        ...(preset ? presets[preset] : { url: '', column: '', delimiter: ',' }),
        ...(url !== undefined && { url }),
        ...(column !== undefined && { column }),
        ...(delimiter !== undefined && { delimiter }),
        ...(rows !== undefined && { where: rows }),
        ...(footer !== undefined && { footer }),
      };
      return { from: 'http-csv', ...csv, refreshMs: refresh, maxShrink };
    }
  }
}

const many = (value: string | readonly string[]): readonly string[] => (typeof value === 'string' ? [value] : value);
