import { type Answer, objectAnswer } from './answer.js';
import { listing } from './listing-answer.js';
import type { Market } from './market.js';
import type { Plan } from './plans.js';
import type { Asked } from './query.js';
import { artificialQuotes, bulkQuotes, exchangeRate, globalQuote } from './quote-answer.js';
import { noSuchFunction, notFull, notPremium } from './refusals.js';
import { isFull, seriesAnswers } from './series-answer.js';
import { seriesLayouts } from './series-layouts.js';

/** What the vendor answers to a call that its quota let through. */
export type Vendor = (asked: Asked, plan: Plan) => Answer;

export function createVendor(market: Market, unfinishedBars: boolean): Vendor {
  const series = seriesAnswers(market, unfinishedBars);
  return (asked, { premium = false }) => {
    const { name } = asked;
    const layout = Object.hasOwn(seriesLayouts, name) ? seriesLayouts[name] : undefined;
    if (!premium && (layout?.premium || asked.parameters.has('entitlement'))) return objectAnswer(notPremium);
    if (!premium && name === 'TIME_SERIES_DAILY' && layout && isFull(asked, layout)) return objectAnswer(notFull(name));
    if (layout) return series(asked, layout);
    switch (name) {
      case 'GLOBAL_QUOTE':
        return globalQuote(market, asked);
      case 'REALTIME_BULK_QUOTES':
        return premium ? bulkQuotes(market, asked) : artificialQuotes(asked);
      case 'CURRENCY_EXCHANGE_RATE':
        return exchangeRate(market, asked);
      case 'LISTING_STATUS':
        return listing(market, asked);
      default:
        return objectAnswer(noSuchFunction(name));
    }
  };
}
