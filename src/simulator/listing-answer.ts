import { type Answer, csvAnswer } from './answer.js';
import { chance, keyOf } from './chance.js';
import type { Market } from './market.js';
import type { Asked } from './query.js';
import { dateOf } from './wall-clock.js';

/** LISTING_STATUS: the equities, CSV only, as of `date` or the present. `state` other than delisted means active, as at the vendor. */
export function listing(market: Market, asked: Asked): Answer {
  const date = Date.parse(`${asked.parameters.get('date') ?? ''}T23:59:59Z`);
  const asOfMs = Math.min(asked.asOfMs, Number.isNaN(date) ? asked.asOfMs : date);
  const delisted = asked.parameters.get('state') === 'delisted';
  const rows = ['symbol,name,exchange,assetType,ipoDate,delistingDate,status'];
  for (const { symbol, name, exchange, assetType, assetClass } of market.instruments.values()) {
    if (assetClass !== 'equity' || market.isListed(symbol, asOfMs) === delisted) continue;
    const ipo = dateOf(Math.floor(4000 + chance(keyOf(symbol), 9) * 12_000));
    const end = delisted ? dateOf(Math.floor(asOfMs / 86_400_000)) : 'null';
    rows.push([symbol, name, exchange, assetType, ipo, end, delisted ? 'Delisted' : 'Active'].join(','));
  }
  return csvAnswer([...rows, ''].join('\r\n'), 'listing_status', {
    function: asked.name,
    symbols: [],
    asOfMs,
    listed: rows.length - 1,
  });
}
