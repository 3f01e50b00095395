/** Length of a bar, spelled as in `data: bars/INTERVAL` and in the records. */
export const intervals = ['1m', '5m', '15m', '30m', '1h', '1d', '1w', '1mo'] as const;
export type Interval = (typeof intervals)[number];

const minuteMs = 60_000;
const lengths = { '1m': 1, '5m': 5, '15m': 15, '30m': 30, '1h': 60, '1d': 1440, '1w': 10_080, '1mo': 44_640 } as const;

/** Length in milliseconds; a month counts as 31 days (an upper bound). */
export const intervalMs = (interval: Interval): number => lengths[interval] * minuteMs;

/** True for 1m to 1h: the stamp is an instant. Otherwise it is a trading date. */
export const isIntraday = (interval: Interval): boolean => lengths[interval] < 1440;
