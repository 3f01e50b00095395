const durationUnits = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const sizeUnits = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const;

export const durationPattern = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;
export const sizePattern = /^(\d+(?:\.\d+)?)(B|kB|MB|GB|KiB|MiB|GiB)$/;

/** `500ms 30s 5m 1.5h 1d` → milliseconds; undefined when it is not a duration. A day is 24 hours. */
export const parseDuration = (text: string): number | undefined => {
  const [, digits, unit] = durationPattern.exec(text) ?? [];
  return unit === undefined
    ? undefined
    : Math.round(Number(digits) * durationUnits[unit as keyof typeof durationUnits]);
};

/** `512kB 64MiB 1GiB` → bytes; undefined when it is not a size. */
export const parseSize = (text: string): number | undefined => {
  const [, digits, unit] = sizePattern.exec(text) ?? [];
  return unit === undefined ? undefined : Math.round(Number(digits) * sizeUnits[unit as keyof typeof sizeUnits]);
};

/** The shortest exact spelling: 90000 → `90s`. */
export const showDuration = (ms: number): string => show(ms, Object.entries(durationUnits).toReversed());

/** The shortest exact spelling: 1073741824 → `1GiB`. */
export const showSize = (bytes: number): string =>
  show(
    bytes,
    Object.entries(sizeUnits).toSorted(([, a], [, b]) => b - a),
  );

const show = (value: number, units: readonly (readonly [string, number])[]): string => {
  const [unit = '', size = 1] = units.find(([, size]) => value >= size && value % size === 0) ?? units.at(-1) ?? [];
  return `${value / size}${unit}`;
};

/** What a person meant who wrote a unit in another way (`5 min`, `10`, `1 Hour`): the spelling that is read. */
export const guessDuration = (text: string): string | undefined => {
  const [, digits, unit = 's'] = /^(\d+(?:\.\d+)?)\s*([a-z]+)?$/i.exec(text) ?? [];
  if (digits === undefined || /^mo/i.test(unit)) return undefined;
  const known = /^(?:ms|milli)/i.test(unit) ? 'ms' : unit.charAt(0).toLowerCase();
  return known in durationUnits ? `${digits}${known}` : undefined;
};

/** The same for sizes: `4 GB`, `64mb`, `64Mi`, `512M`. */
export const guessSize = (text: string): string | undefined => {
  const [, digits, letter, binary] = /^(\d+(?:\.\d+)?)\s*([kmg])(i)?b?$/i.exec(text) ?? [];
  if (digits === undefined || letter === undefined) return undefined;
  if (binary) return `${digits}${letter.toUpperCase()}iB`;
  return `${digits}${letter.toLowerCase() === 'k' ? 'k' : letter.toUpperCase()}B`;
};
