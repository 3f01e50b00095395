import type { Wanted } from '../sources/source.js';
import { intervalOf } from './formats.js';
import type { Feed } from './options/feeds.js';

/** What a feed asks of its source. */
export function wantedOf(feed: Feed): Wanted {
  const interval = intervalOf(feed.data);
  const asset = feed.assetClass === undefined ? {} : { assetClass: feed.assetClass };
  if (interval === undefined) return { data: 'quotes', bulk: feed.bulk, ...asset };
  return {
    data: 'bars',
    interval,
    adjusted: feed.adjusted,
    ...asset,
    ...(feed.month !== undefined && { month: feed.month }),
    ...(feed.extendedHours !== undefined && { extendedHours: feed.extendedHours }),
  };
}
