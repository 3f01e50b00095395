import { type Interval, intervalMs, intervals } from '../../records/interval.js';
import type { TimeStamp } from '../mapping/time-stamp.js';
import type { Cell } from '../table.js';

const dayMs = 86_400_000;

export interface FoundInterval {
  readonly interval?: Interval;
  readonly evidence: string;
  /** Days too few or too uneven to be sure. */
  readonly isAssumed?: true;
}

/** The length of bars by the most frequent distance of neighbours in time of one symbol; undefined where nothing tells. */
export function intervalOf(
  stamps: readonly (Readonly<TimeStamp> | undefined)[],
  symbols: readonly Cell[] | undefined,
): FoundInterval | undefined {
  const bySymbol = new Map<Cell, number[]>();
  const isDaily = new Set(stamps.flatMap(stamp => (stamp ? [stamp.wallMs % dayMs] : []))).size === 1;
  for (const [row, stamp] of stamps.entries()) {
    if (stamp === undefined) continue;
    const symbol = symbols?.[row] ?? null;
    const times = bySymbol.get(symbol) ?? [];
    if (times.length === 0) bySymbol.set(symbol, times);
    // Days of one clock time count by the calendar: an hour more or less by a change of the clocks is no distance.
    times.push(isDaily || Number.isNaN(stamp.offsetMs) ? stamp.wallMs : stamp.wallMs - stamp.offsetMs);
  }
  const counts = new Map<number, number>();
  let all = 0;
  for (const times of bySymbol.values()) {
    const sorted = [...new Set(times)].toSorted((a, b) => a - b);
    for (const [index, time] of sorted.entries()) {
      if (index === 0) continue;
      const distance = time - sorted[index - 1]!;
      const counted = distance >= 28 * dayMs && distance <= 31 * dayMs ? intervalMs('1mo') : distance;
      counts.set(counted, (counts.get(counted) ?? 0) + 1);
      all += 1;
    }
  }
  const [mode, count] = [...counts].reduce(
    (best, one) => (one[1] > best[1] || (one[1] === best[1] && one[0] < best[0]) ? one : best),
    [0, 0],
  );
  if (all === 0) return undefined;
  const share = `${count} of ${all} distances`;
  const exact = intervals.find(one => intervalMs(one) === mode);
  if (exact !== undefined) return { interval: exact, evidence: `${share} are ${exact}` };
  const days = mode / dayMs;
  // Days around a weekend, weeks around a holiday, a change of the clocks.
  const near =
    days > 0.9 && days < 5 ? '1d' : days >= 5 && days < 10 ? '1w' : all < few && days >= 1 ? '1d' : undefined;
  if (near === undefined) return { evidence: `${share} are ${mode / 60_000} min, which is no interval of a bar` };
  return { interval: near, evidence: `${near}: ${share} are ${Math.round(days * 100) / 100} days`, isAssumed: true };
}

/** So few distances tell nothing of bars of a day or more. */
const few = 3;

/** The interval that a name tells: `15m`, `daily`, `1min`. */
export function intervalInName(name: string): Interval | undefined {
  const tokens = name.toLowerCase().split(/[^a-z0-9]+/);
  const found = tokens.flatMap(token => {
    const [, count = '', unit] =
      /^(\d{1,2})?(m|min|minutes?|h|hour|hourly|d|day|daily|w|week|weekly|mo|month|monthly)$/.exec(token) ?? [];
    if (unit === undefined || (count === '' && unit.length <= 2)) return [];
    const short = unit.startsWith('mo') ? 'mo' : unit.charAt(0);
    return (
      intervals.find(
        one =>
          one === `${count === '60' && short === 'm' ? '1h' : `${count || '1'}${short}`}` ||
          (count === '60' && short === 'm' && one === '1h'),
      ) ?? []
    );
  });
  return found[0];
}
