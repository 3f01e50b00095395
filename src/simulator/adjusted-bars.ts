import { chance, keyOf } from './chance.js';
import type { Market } from './market.js';
import { periodDays } from './periods.js';
import type { BarWindow, TruthBar } from './truth.js';

const dayMs = 86_400_000;

/**
 * Daily, weekly and monthly bars with dividend and adjusted close beside the raw prices. Every 91 days an equity pays half a percent of its
 * usual price, and all closes before that day are adjusted anew: the whole history changes at once, as the vendor's does. Nothing ever splits.
 */
export function adjustedBars(
  market: Market,
  symbol: string,
  interval: '1d' | '1w' | '1mo',
  window: BarWindow,
): readonly TruthBar[] {
  const { asOfMs } = window;
  const days = market.barsAt(symbol, '1d', { asOfMs, count: Number.POSITIVE_INFINITY });
  const dividends = new Map<number, number>();
  const closes = new Map<number, string>();
  let factor = 1;
  for (let i = days.length - 1; i >= 0; i--) {
    const { startMs, close } = days[i]!;
    const paid = dividend(market, symbol, startMs / dayMs);
    closes.set(startMs, (Number(close) * factor).toFixed(4));
    dividends.set(startMs, paid);
    if (paid > 0 && i > 0) factor *= 1 - paid / Number(days[i - 1]!.close);
  }
  function paidWith(startMs: number): number {
    if (interval === '1d') return dividends.get(startMs) ?? 0;
    let sum = 0;
    const [first, last] = periodDays(interval, startMs / dayMs);
    for (let day = first; day <= last; day++) sum += dividends.get(day * dayMs) ?? 0;
    return sum;
  }
  return market.barsAt(symbol, interval, window).map(bar => ({
    ...bar,
    adjustedClose: closes.get(bar.startMs) ?? bar.close,
    dividend: paidWith(bar.startMs).toFixed(4),
    ...(interval === '1d' && { splitFactor: '1.0000' }),
  }));
}

/** Day 0 was a Thursday, and 91 days are 13 weeks: the remainders 2 and 3 (of 7) would fall on every weekend. */
const weekdays = [0, 1, 4, 5, 6] as const;

function dividend({ seed, instruments }: Market, symbol: string, day: number): number {
  const key = keyOf(`${seed}|${symbol}|dividend`);
  const payday = 7 * Math.floor(chance(key, 0) * 13) + weekdays[Math.floor(chance(key, 1) * weekdays.length)]!;
  return day % 91 === payday ? Math.round(instruments.get(symbol)!.price * 0.5) / 100 : 0;
}
