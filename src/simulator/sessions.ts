import { dayOf, newYork, type WallClock } from './wall-clock.js';

/** True in the minutes in which trade happens; asked with the start of a minute, epoch ms. */
export type IsOpen = (ms: number) => boolean;

export const alwaysOpen: IsOpen = () => true;

/** Monday to Friday 09:30 to 16:00 in New York. No holidays: an exchange's calendar can be passed instead. */
export const newYorkHours: IsOpen = ms => {
  const local = ms + newYork.offsetMs(ms);
  const weekday = (Math.floor(local / 86_400_000) + 4) % 7;
  const minute = Math.floor(local / 60_000) % 1440;
  return weekday >= 1 && weekday <= 5 && minute >= 570 && minute < 960;
};

/** Which minutes are open, by local day. Minutes and days are counted since 1970. */
export interface Sessions {
  dayAt(minute: number): number;
  /** Open minutes of a local day as a flat list of pairs from (inclusive), to (exclusive), ascending; empty on a closed day. */
  ranges(day: number): readonly number[];
  /** The newest open minute that is not after `minute`; undefined before the history begins. */
  lastOpen(minute: number): number | undefined;
  /** The newest day with an open minute that is not after `day`. */
  lastOpenDay(day: number): number | undefined;
}

/** @param firstDay days before it are closed: the history begins there, and every search backwards ends */
export function createSessions(clock: WallClock, isOpen: IsOpen, firstDay: number): Sessions {
  const known = new Map<number, readonly number[]>();
  // The offset is taken at 05:00 UTC: at or just after midnight in New York, and before the hour in which its clocks change.
  const midnight = (day: number): number => (day * 86_400_000 - clock.offsetMs(day * 86_400_000 + 18_000_000)) / 60_000;

  // The hour that the wall clock shows twice in autumn would give two bars one stamp; nobody trades then.
  const isRepeated = (ms: number): boolean => clock.offsetMs(ms) < clock.offsetMs(ms - 3_600_000);

  function ranges(day: number): readonly number[] {
    if (day < firstDay) return [];
    const cached = known.get(day);
    if (cached) return cached;
    const found: number[] = [];
    const end = midnight(day + 1);
    for (let minute = midnight(day); minute < end; minute++) {
      const ms = minute * 60_000;
      const open = isOpen(ms) && !isRepeated(ms);
      if (open !== (found.length % 2 === 1)) found.push(minute);
    }
    if (found.length % 2 === 1) found.push(end);
    if (known.size >= 20_000) known.clear();
    known.set(day, found);
    return found;
  }

  const dayAt = (minute: number): number => dayOf(clock, minute * 60_000);
  return {
    dayAt,
    ranges,
    lastOpen(minute) {
      for (let day = dayAt(minute); day >= firstDay; day--) {
        const pairs = ranges(day);
        for (let i = pairs.length - 2; i >= 0; i -= 2) {
          if (pairs[i]! <= minute) return Math.min(minute, pairs[i + 1]! - 1);
        }
      }
      return undefined;
    },
    lastOpenDay(day) {
      for (let candidate = day; candidate >= firstDay; candidate--) if (ranges(candidate).length > 0) return candidate;
      return undefined;
    },
  };
}
