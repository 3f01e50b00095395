/** What a clock on the wall shows in one zone. */
export interface WallClock {
  /** Milliseconds to add to UTC. */
  offsetMs(ms: number): number;
  /** `YYYY-MM-DD HH:MM:SS` */
  stamp(ms: number): string;
}

const hourMs = 3_600_000;

/** @param zone IANA name. Its offset must change at whole UTC hours only, which spares a look-up per stamp. */
export function wallClock(zone: string): WallClock {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
  });
  const offsets = new Map<number, number>();
  function offsetMs(ms: number): number {
    const hour = Math.floor(ms / hourMs);
    const known = offsets.get(hour);
    if (known !== undefined) return known;
    const part = Object.fromEntries(
      format.formatToParts(hour * hourMs).map(({ type, value }) => [type, Number(value)]),
    );
    const offset = Date.UTC(part.year!, part.month! - 1, part.day, part.hour) - hour * hourMs;
    if (offsets.size >= 200_000) offsets.clear();
    offsets.set(hour, offset);
    return offset;
  }
  return {
    offsetMs,
    stamp: ms => new Date(ms + offsetMs(ms)).toISOString().slice(0, 19).replace('T', ' '),
  };
}

export const newYork = wallClock('America/New_York');
export const utc: WallClock = {
  offsetMs: () => 0,
  stamp: ms => new Date(ms).toISOString().slice(0, 19).replace('T', ' '),
};

/** Days since 1970-01-01 on that clock. */
export const dayOf = (clock: WallClock, ms: number): number => Math.floor((ms + clock.offsetMs(ms)) / 86_400_000);

/** `YYYY-MM-DD` of a day number. */
export const dateOf = (day: number): string => new Date(day * 86_400_000).toISOString().slice(0, 10);
