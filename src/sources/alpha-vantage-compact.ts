import { intervalMs, isIntraday } from '../records/interval.js';
import { utcToZonedDate, zonedToUtcMs } from '../records/zone.js';
import type { AssetClass, Work } from './source.js';

const zone = 'America/New_York';
const dayMs = 86_400_000;
// A compact answer has the newest 100 bars; ten of an intraday one are left for bars that come while we ask.
const compactBars = 100;
const marginBars = 10;
const farDays = 40;

const isWeekend = (date: string): boolean => [0, 6].includes(new Date(`${date}T00:00:00Z`).getUTCDay());

/** Milliseconds of US trading between two instants. Holidays count as trading: asking for too much costs bytes, for too little a hole. */
function usTradingMs(fromMs: number, toMs: number, hours: readonly [open: string, close: string]): number {
  let sum = 0;
  const first = Date.parse(utcToZonedDate(fromMs, zone));
  for (let day = first; day <= toMs + dayMs; day += dayMs) {
    const date = new Date(day).toISOString().slice(0, 10);
    if (isWeekend(date)) continue;
    const [open, close] = hours.map(hour => zonedToUtcMs(`${date} ${hour}`, zone)!) as [number, number];
    sum += Math.max(0, Math.min(close, toMs) - Math.max(open, fromMs));
  }
  return sum;
}

/** True if the newest 100 bars reach back to the newest one that is known, none is known yet, or the plan gives no more. */
export function compactSuffices({ wanted, newestMs, nowMs, shallow }: Work, assetClass: AssetClass): boolean {
  if (wanted.data !== 'bars' || newestMs === undefined || shallow) return true;
  const elapsedMs = nowMs - newestMs;
  if (!isIntraday(wanted.interval)) {
    const tradingDays = (elapsedMs / dayMs) * (assetClass === 'crypto' ? 1 : 5 / 7);
    return tradingDays <= compactBars;
  }
  const reachMs = (compactBars - marginBars) * intervalMs(wanted.interval);
  if (assetClass !== 'equity') return elapsedMs <= reachMs;
  if (elapsedMs > farDays * dayMs) return false;
  return (
    usTradingMs(newestMs, nowMs, wanted.extendedHours === false ? ['09:30', '16:00'] : ['04:00', '20:00']) <= reachMs
  );
}
