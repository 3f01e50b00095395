import { compareDecimals, decimalValue } from './decimal.js';
import type { Bar, Observation, Quote } from './observation.js';

/** Why an observation cannot be true, whenever and from wherever it came. */
export interface ValueFault {
  readonly code: 'not-a-number' | 'negative' | 'zero-price' | 'ohlc-order';
  readonly detail: string;
}

/** The first rule that its values break, or undefined. */
export const valueFault = (observation: Observation): ValueFault | undefined =>
  observation.kind === 'bar' ? barFault(observation) : quoteFault(observation);

function barFault({ open, high, low, close, volume }: Bar): ValueFault | undefined {
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

const quoteFault = ({ price, open, high, low, previousClose, bid, ask, volume }: Quote): ValueFault | undefined =>
  priceFault('price', price, decimalValue(price)) ??
  numberFault('open', open) ??
  numberFault('high', high) ??
  numberFault('low', low) ??
  numberFault('previousClose', previousClose) ??
  numberFault('bid', bid) ??
  numberFault('ask', ask) ??
  numberFault('volume', volume);

function numberFault(name: string, text: string | undefined, value?: number): ValueFault | undefined {
  if (text === undefined) return undefined;
  const number = value ?? decimalValue(text);
  if (!Number.isFinite(number)) return { code: 'not-a-number', detail: `${name} is not a number` };
  return number < 0 ? { code: 'negative', detail: `${name} ${text} is negative` } : undefined;
}

const priceFault = (name: string, text: string, value: number): ValueFault | undefined =>
  numberFault(name, text, value) ?? (value === 0 ? { code: 'zero-price', detail: `${name} is zero` } : undefined);
