import type { Interval } from '../records/interval.js';
import type { Instrument } from './instruments.js';

/** How one series function spells its answer. `{interval}` stands for the vendor's word of the interval that was asked. */
export interface SeriesLayout {
  readonly assetClass: Instrument['assetClass'];
  /** Undefined: asked by the parameter `interval`. */
  readonly interval?: Interval;
  readonly adjusted?: boolean;
  readonly premium?: boolean;
  /** Takes `outputsize`. */
  readonly sized?: boolean;
  readonly information: string;
  /** Entries of `Meta Data` after the first; numbered in this order. */
  readonly meta: readonly MetaName[];
  readonly block: string;
  /** Values of a bar, numbered in this order. */
  readonly values: readonly ValueName[];
  /** Header of the CSV. */
  readonly csv: string;
  /** Name of the CSV file without the symbol. */
  readonly file: string;
}

export type MetaName =
  | 'Symbol'
  | 'From Symbol'
  | 'To Symbol'
  | 'Digital Currency Code'
  | 'Digital Currency Name'
  | 'Market Code'
  | 'Market Name'
  | 'Last Refreshed'
  | 'Interval'
  | 'Output Size'
  | 'Time Zone';

export type ValueName =
  | 'open'
  | 'high'
  | 'low'
  | 'close'
  | 'adjusted close'
  | 'volume'
  | 'dividend amount'
  | 'split coefficient';

const prices = ['open', 'high', 'low', 'close'] as const;
const values = [...prices, 'volume'] as const;
const adjustedValues = [...prices, 'adjusted close', 'volume', 'dividend amount'] as const;
const csv = 'timestamp,open,high,low,close,volume';
const adjustedCsv = 'timestamp,open,high,low,close,adjusted close,volume,dividend amount';

const long = (interval: '1w' | '1mo', word: 'Weekly' | 'Monthly'): SeriesLayout => ({
  assetClass: 'equity',
  interval,
  information: `${word} Prices (open, high, low, close) and Volumes`,
  meta: ['Symbol', 'Last Refreshed', 'Time Zone'],
  block: `${word} Time Series`,
  values,
  csv,
  file: word.toLowerCase(),
});

const longAdjusted = (interval: '1w' | '1mo', word: 'Weekly' | 'Monthly'): SeriesLayout => ({
  ...long(interval, word),
  adjusted: true,
  information: `${word} Adjusted Prices and Volumes`,
  block: `${word} Adjusted Time Series`,
  values: adjustedValues,
  csv: adjustedCsv,
  file: `${word.toLowerCase()}_adjusted`,
});

const fx = (interval: '1d' | '1w' | '1mo', word: string): SeriesLayout => ({
  assetClass: 'fx',
  interval,
  sized: interval === '1d',
  information: `Forex ${word} Prices (open, high, low, close)`,
  meta: [
    'From Symbol',
    'To Symbol',
    ...(interval === '1d' ? (['Output Size'] as const) : []),
    'Last Refreshed',
    'Time Zone',
  ],
  block: `Time Series FX (${word})`,
  values: prices,
  csv: 'timestamp,open,high,low,close',
  file: `fx_${word.toLowerCase()}`,
});

const coin = (interval: '1d' | '1w' | '1mo', word: string): SeriesLayout => ({
  assetClass: 'crypto',
  interval,
  information: `${word} Prices and Volumes for Digital Currency`,
  meta: ['Digital Currency Code', 'Digital Currency Name', 'Market Code', 'Market Name', 'Last Refreshed', 'Time Zone'],
  block: `Time Series (Digital Currency ${word})`,
  values,
  csv,
  file: `currency_${word.toLowerCase()}`,
});

/** Every series function that is simulated. */
export const seriesLayouts: Readonly<Record<string, SeriesLayout>> = {
  TIME_SERIES_INTRADAY: {
    assetClass: 'equity',
    sized: true,
    information: 'Intraday ({interval}) open, high, low, close prices and volume',
    meta: ['Symbol', 'Last Refreshed', 'Interval', 'Output Size', 'Time Zone'],
    block: 'Time Series ({interval})',
    values,
    csv,
    file: 'intraday_{interval}',
  },
  TIME_SERIES_DAILY: {
    assetClass: 'equity',
    interval: '1d',
    sized: true,
    information: 'Daily Prices (open, high, low, close) and Volumes',
    meta: ['Symbol', 'Last Refreshed', 'Output Size', 'Time Zone'],
    block: 'Time Series (Daily)',
    values,
    csv,
    file: 'daily',
  },
  TIME_SERIES_DAILY_ADJUSTED: {
    assetClass: 'equity',
    interval: '1d',
    adjusted: true,
    premium: true,
    sized: true,
    information: 'Daily Time Series with Splits and Dividend Events',
    meta: ['Symbol', 'Last Refreshed', 'Output Size', 'Time Zone'],
    block: 'Time Series (Daily)',
    values: [...adjustedValues, 'split coefficient'],
    csv: 'timestamp,open,high,low,close,adjusted_close,volume,dividend_amount,split_coefficient',
    file: 'daily_adjusted',
  },
  TIME_SERIES_WEEKLY: long('1w', 'Weekly'),
  TIME_SERIES_WEEKLY_ADJUSTED: longAdjusted('1w', 'Weekly'),
  TIME_SERIES_MONTHLY: long('1mo', 'Monthly'),
  TIME_SERIES_MONTHLY_ADJUSTED: longAdjusted('1mo', 'Monthly'),
  FX_INTRADAY: {
    assetClass: 'fx',
    premium: true,
    sized: true,
    information: 'FX Intraday ({interval}) Time Series',
    meta: ['From Symbol', 'To Symbol', 'Last Refreshed', 'Interval', 'Output Size', 'Time Zone'],
    block: 'Time Series FX ({interval})',
    values: prices,
    csv: 'timestamp,open,high,low,close',
    file: 'fx_intraday_{interval}',
  },
  FX_DAILY: fx('1d', 'Daily'),
  FX_WEEKLY: fx('1w', 'Weekly'),
  FX_MONTHLY: fx('1mo', 'Monthly'),
  CRYPTO_INTRADAY: {
    assetClass: 'crypto',
    premium: true,
    sized: true,
    information: 'Crypto Intraday ({interval}) Time Series',
    meta: [
      'Digital Currency Code',
      'Digital Currency Name',
      'Market Code',
      'Market Name',
      'Last Refreshed',
      'Interval',
      'Output Size',
      'Time Zone',
    ],
    block: 'Time Series Crypto ({interval})',
    values,
    csv,
    file: 'crypto_intraday_{interval}',
  },
  DIGITAL_CURRENCY_DAILY: coin('1d', 'Daily'),
  DIGITAL_CURRENCY_WEEKLY: coin('1w', 'Weekly'),
  DIGITAL_CURRENCY_MONTHLY: coin('1mo', 'Monthly'),
};

/** The vendor's words for intervals. */
export const vendorIntervals: Readonly<Record<string, Interval>> = {
  '1min': '1m',
  '5min': '5m',
  '15min': '15m',
  '30min': '30m',
  '60min': '1h',
};
