const units = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
];

/** Seconds as people say them, in at most two units: `3 h 12 m`. */
export function span(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const first = units.findIndex(([, size]) => whole >= size);
  if (first === -1) return '0 s';
  const [name, size] = units[first];
  const next = units[first + 1];
  const rest = next ? Math.floor((whole % size) / next[1]) : 0;
  return rest > 0 ? `${Math.floor(whole / size)} ${name} ${rest} ${next[0]}` : `${Math.floor(whole / size)} ${name}`;
}

/** Nothing known is a dash, never a zero. */
export const orDash = (value, show) => (value === undefined || value === null ? '–' : show(value));

export const count = n => n.toLocaleString('en-US');

export function size(bytes) {
  const names = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = bytes < 1024 ? 0 : Math.min(names.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${names[power]}`;
}

/** An instant against now: `in 3 h 12 m`, `4 s ago`. */
export function fromNow(iso, nowMs) {
  const seconds = (Date.parse(iso) - nowMs) / 1000;
  if (Number.isNaN(seconds)) return iso;
  return seconds > 0 ? `in ${span(seconds)}` : `${span(-seconds)} ago`;
}

/** What is still to come, and `now` once its time is over: it comes with the next call. */
export const soon = (iso, nowMs) => (Date.parse(iso) <= nowMs ? 'now' : fromNow(iso, nowMs));

/** `2026-03-02 21:00` in UTC; a time at midnight is a date. */
export const stamp = iso => (iso.endsWith('T00:00:00Z') ? iso.slice(0, 10) : iso.slice(0, 16).replace('T', ' '));
