import { compareDecimals, decimalValue } from '../records/decimal.js';
import { instantMs } from '../records/instant.js';
import type { Bar, Observation, Quote } from '../records/observation.js';

/** Bounds that a feed sets; shares as fractions (0.5 = half), times in milliseconds. */
export interface Checks {
  readonly maxJump?: number;
  readonly maxFuture: number;
  readonly maxAge?: number;
}

/** Why an observation may not be published. Codes are stable: they are labels and dead-letter reasons. */
export type CheckCode =
  | 'not-a-number'
  | 'negative'
  | 'zero-price'
  | 'ohlc-order'
  | 'future'
  | 'stale'
  | 'jump'
  | 'bad-time';

/** Refused by what a feed sets and by the clock, not by what an observation is. */
export const isOfBounds = (code: CheckCode): boolean => code === 'future' || code === 'stale' || code === 'jump';

export interface Fault {
  readonly code: CheckCode;
  readonly detail: string;
}

/**
 * The first rule that an observation breaks, or undefined.
 * @param previousPrice the last published price of the series, for the jump rule
 */
export function faultOf(
  observation: Observation,
  checks: Checks,
  nowMs: number,
  previousPrice: string | undefined,
): Fault | undefined {
  const fault = observation.kind === 'bar' ? barFault(observation) : quoteFault(observation);
  if (fault !== undefined) return fault;
  const timeMs = instantMs(observation.time);
  if (Number.isNaN(timeMs)) return { code: 'bad-time', detail: 'time is not an instant' };
  if (timeMs > nowMs + checks.maxFuture)
    return { code: 'future', detail: `time ${observation.time} lies in the future` };
  if (checks.maxAge !== undefined && timeMs < nowMs - checks.maxAge)
    return { code: 'stale', detail: `time ${observation.time} is older than the feed allows` };
  if (checks.maxJump !== undefined && previousPrice !== undefined) {
    const price = observation.kind === 'bar' ? observation.close : observation.price;
    const share = Math.abs(Number(price) / Number(previousPrice) - 1);
    if (share > checks.maxJump)
      return { code: 'jump', detail: `${previousPrice} to ${price} is a jump of ${(share * 100).toFixed(1)} %` };
  }
  return undefined;
}

function barFault({ open, high, low, close, volume }: Bar): Fault | undefined {
  const opened = decimalValue(open);
  const highest = decimalValue(high);
  const lowest = decimalValue(low);
  const closed = decimalValue(close);
  const fault =
    priceFault('open', open, opened) ??
    priceFault('high', high, highest) ??
    priceFault('low', low, lowest) ??
    priceFault('close', close, closed) ??
    numberFault('volume', volume);
  if (fault !== undefined) return fault;
  // Doubles never reverse an order; what they take for equal is compared digit by digit.
  const fits = (value: number, price: string): boolean =>
    (lowest < value || (lowest === value && compareDecimals(low, price) <= 0)) &&
    (value < highest || (value === highest && compareDecimals(price, high) <= 0));
  if (fits(opened, open) && fits(closed, close)) return undefined;
  return { code: 'ohlc-order', detail: `open ${open} high ${high} low ${low} close ${close}` };
}

const quoteFault = ({ price, open, high, low, previousClose, bid, ask, volume }: Quote): Fault | undefined =>
  priceFault('price', price, decimalValue(price)) ??
  numberFault('open', open) ??
  numberFault('high', high) ??
  numberFault('low', low) ??
  numberFault('previousClose', previousClose) ??
  numberFault('bid', bid) ??
  numberFault('ask', ask) ??
  numberFault('volume', volume);

function numberFault(name: string, text: string | undefined, value?: number): Fault | undefined {
  if (text === undefined) return undefined;
  const number = value ?? decimalValue(text);
  if (!Number.isFinite(number)) return { code: 'not-a-number', detail: `${name} is not a number` };
  return number < 0 ? { code: 'negative', detail: `${name} ${text} is negative` } : undefined;
}

const priceFault = (name: string, text: string, value: number): Fault | undefined =>
  numberFault(name, text, value) ?? (value === 0 ? { code: 'zero-price', detail: `${name} is zero` } : undefined);
