const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const;

/** A duration as people say it, in at most two units: `3 h 12 m`, `45 s`, `250 ms`. Negative ones count as zero. */
export function span(durationMs: number): string {
  if (durationMs < 1000) return `${Math.max(0, Math.round(durationMs))} ms`;
  const first = units.findIndex(([, ms]) => durationMs >= ms);
  const [name, size] = units[first]!;
  const whole = Math.floor(durationMs / size);
  const next = units[first + 1];
  const rest = next ? Math.floor((durationMs - whole * size) / next[1]) : 0;
  return rest > 0 && next ? `${whole} ${name} ${rest} ${next[0]}` : `${whole} ${name}`;
}

/** A count with thousands marks: `12,340`. */
export const count = (n: number): string => n.toLocaleString('en-US');

/** A count and its noun: `1 record`, `2 records`. */
export const many = (n: number, noun: string): string => `${count(n)} ${noun}${n === 1 ? '' : 's'}`;

/** A size in binary units: `512 B`, `1.5 GiB`. */
export function size(bytes: number): string {
  const names = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = bytes < 1024 ? 0 : Math.min(names.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${names[power]}`;
}

/** A share of a whole: `75%`. */
export const share = (part: number, whole: number): string => `${whole > 0 ? Math.round((part / whole) * 100) : 0}%`;

/** Text that may have come from a vendor or a file, safe on a terminal: control characters become a blank. */
export const plain = (text: string): string => text.replace(/\p{Cc}+/gu, ' ');

/** An instant in UTC to the second, `2026-03-02T21:00:05Z`; a time that no calendar has is `further notice`. */
export const instant = (epochMs: number): string =>
  Math.abs(epochMs) <= 8.64e15 ? `${new Date(epochMs).toISOString().slice(0, -5)}Z` : 'further notice';

/** What is still to come against now, and `now` once its time is over: it comes with the next call. */
export const soon = (iso: string, nowMs: number): string => (Date.parse(iso) <= nowMs ? 'now' : fromNow(iso, nowMs));

/** An instant against now, as people say it: `in 3 h 12 m`, `4 m ago`. */
export function fromNow(iso: string, nowMs: number): string {
  const ms = Date.parse(iso) - nowMs;
  if (Number.isNaN(ms)) return iso;
  return ms > 0 ? `in ${span(ms)}` : `${span(-ms)} ago`;
}
