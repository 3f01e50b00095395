import { compareDecimals, isDecimal } from '../records/decimal.js';
import type { Observation } from '../records/observation.js';

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
  const prices = observation.kind === 'bar' ? barPrices(observation) : quotePrices(observation);
  for (const [name, text] of Object.entries(prices)) {
    if (text === undefined) continue;
    if (!isDecimal(text) || !Number.isFinite(Number(text)))
      return { code: 'not-a-number', detail: `${name} is not a number` };
    if (text.startsWith('-') && Number(text) !== 0) return { code: 'negative', detail: `${name} ${text} is negative` };
    if (Number(text) === 0 && (name === 'price' || (observation.kind === 'bar' && name !== 'volume')))
      return { code: 'zero-price', detail: `${name} is zero` };
  }
  if (observation.kind === 'bar') {
    const { open, high, low, close } = observation;
    const fits = (price: string): boolean => compareDecimals(low, price) <= 0 && compareDecimals(price, high) <= 0;
    if (!fits(open) || !fits(close))
      return { code: 'ohlc-order', detail: `open ${open} high ${high} low ${low} close ${close}` };
  }
  const timeMs = Date.parse(observation.time);
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

const barPrices = ({ open, high, low, close, volume }: Observation & { kind: 'bar' }) => ({
  open,
  high,
  low,
  close,
  volume,
});
const quotePrices = ({ price, open, high, low, previousClose, bid, ask, volume }: Observation & { kind: 'quote' }) => ({
  price,
  open,
  high,
  low,
  previousClose,
  bid,
  ask,
  volume,
});
