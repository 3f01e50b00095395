import { type Interval, isIntraday } from '../records/interval.js';
import { adjustedBars } from './adjusted-bars.js';
import { type Answer, csvAnswer, jsonAnswer, objectAnswer } from './answer.js';
import { currencyNames } from './instruments.js';
import type { Market } from './market.js';
import type { Asked } from './query.js';
import { badCall } from './refusals.js';
import { type MetaName, type SeriesLayout, type ValueName, vendorIntervals } from './series-layouts.js';
import type { BarWindow, TruthBar } from './truth.js';
import { newYork, utc } from './wall-clock.js';

type Format = 'json' | 'csv';

const compactBars = 100;
/** Lines that are kept rendered, about 200 bytes each; beyond it all are rendered again. */
const maxLines = 100_000;

/** Answers of the series functions. A line is rendered once for as long as its bar stands: neighbouring answers share all but one. */
export function seriesAnswers(market: Market, unfinishedBars: boolean) {
  // Not a WeakMap: with so many entries those make collections several times as long.
  const lines: Record<Format, Map<TruthBar, string>> = { json: new Map(), csv: new Map() };

  function line(bar: TruthBar, layout: SeriesLayout, format: Format): string {
    const known = lines[format].get(bar);
    if (known !== undefined) return known;
    const stamp = stampOf(bar, layout);
    const rendered =
      format === 'csv'
        ? [stamp, ...layout.values.map(name => fieldOf(bar, name))].join(',')
        : `        "${stamp}": {\n${layout.values
            .map((name, index) => `            "${index + 1}. ${name}": ${quoted(bar, name, layout)}`)
            .join(',\n')}\n        }`;
    if (lines[format].size >= maxLines) lines[format].clear();
    lines[format].set(bar, rendered);
    return rendered;
  }

  function render(asked: Asked, layout: SeriesLayout, interval: Interval, bars: readonly TruthBar[]): Answer {
    const { name, symbol, parameters, asOfMs } = asked;
    const word = parameters.get('interval') ?? '';
    const named = (text: string): string => text.replace('{interval}', word);
    const newest = bars.at(-1);
    if (!newest) return objectAnswer({});
    const delivery = {
      function: name,
      symbols: [symbol],
      asOfMs,
      interval,
      bars: bars.length,
      oldestMs: bars[0]!.startMs,
      newest,
    };
    const rows = bars.toReversed().map(bar => line(bar, layout, asked.format));
    if (asked.format === 'csv') {
      return csvAnswer(
        `${layout.csv}\r\n${rows.join('\r\n')}\r\n`,
        `${named(layout.file)}_${symbol.replace('/', '_')}`,
        delivery,
      );
    }
    const meta = [`"1. Information": ${JSON.stringify(named(layout.information))}`];
    for (const label of layout.meta) {
      meta.push(`"${meta.length + 1}. ${label}": ${JSON.stringify(metaOf(label, asked, layout, newest))}`);
    }
    return jsonAnswer(
      `{\n    "Meta Data": {\n        ${meta.join(',\n        ')}\n    },\n    "${named(layout.block)}": {\n${rows.join(',\n')}\n    }\n}`,
      delivery,
    );
  }

  return (asked: Asked, layout: SeriesLayout): Answer => {
    const { name, symbol, parameters, asOfMs } = asked;
    const word = parameters.get('interval') ?? '';
    const interval = layout.interval ?? vendorIntervals[word];
    const month = parameters.get('month') ?? '';
    const full = isFull(asked, layout);
    if (
      !interval ||
      market.instruments.get(symbol)?.assetClass !== layout.assetClass ||
      !/^(\d{4}-\d\d)?$/.test(month)
    ) {
      return objectAnswer(badCall(name));
    }
    const window: BarWindow = {
      asOfMs,
      count: full ? Number.POSITIVE_INFINITY : compactBars,
      ...(isIntraday(interval) && (month ? monthOf(month, layout) : { fromMs: asOfMs - 30 * 86_400_000 })),
      finished: !unfinishedBars && interval !== '1w' && interval !== '1mo',
    };
    const bars =
      layout.adjusted && (interval === '1d' || interval === '1w' || interval === '1mo')
        ? adjustedBars(market, symbol, interval, window)
        : market.barsAt(symbol, interval, window);
    return render(asked, layout, interval, bars);
  };
}

export const isFull = ({ parameters }: Asked, { sized }: SeriesLayout): boolean =>
  !sized || parameters.get('outputsize') === 'full';

const clockOf = ({ assetClass }: SeriesLayout) => (assetClass === 'equity' ? newYork : utc);

const stampOf = ({ interval, startMs, date }: TruthBar, layout: SeriesLayout): string =>
  isIntraday(interval) ? clockOf(layout).stamp(startMs) : date;

function monthOf(month: string, layout: SeriesLayout): { fromMs: number; toMs: number } {
  const [year = 0, number = 1] = month.split('-').map(Number);
  const [from, to] = [Date.UTC(year, number - 1, 1), Date.UTC(year, number, 1)];
  return { fromMs: from - clockOf(layout).offsetMs(from), toMs: to - clockOf(layout).offsetMs(to) - 1 };
}

function fieldOf(bar: TruthBar, name: ValueName): string {
  switch (name) {
    case 'adjusted close':
      return bar.adjustedClose ?? '';
    case 'dividend amount':
      return bar.dividend ?? '';
    case 'split coefficient':
      return bar.splitFactor ?? '';
    case 'volume':
      return bar.volume ?? '';
    case 'open':
    case 'high':
    case 'low':
    case 'close':
      return bar[name];
  }
}

/** The volume of intraday crypto is a JSON number, alone among all values. */
const quoted = (bar: TruthBar, name: ValueName, layout: SeriesLayout): string =>
  name === 'volume' && layout.assetClass === 'crypto' && !layout.interval
    ? fieldOf(bar, name)
    : `"${fieldOf(bar, name)}"`;

function metaOf(label: MetaName, asked: Asked, layout: SeriesLayout, newest: TruthBar): string {
  const [base = '', market = ''] = asked.symbol.split('/');
  switch (label) {
    case 'Symbol':
      return asked.symbol;
    case 'From Symbol':
    case 'Digital Currency Code':
      return base;
    case 'To Symbol':
    case 'Market Code':
      return market;
    case 'Digital Currency Name':
      return currencyNames[base] ?? base;
    case 'Market Name':
      return currencyNames[market] ?? market;
    case 'Last Refreshed':
      return layout.assetClass === 'crypto' && layout.interval ? `${newest.date} 00:00:00` : stampOf(newest, layout);
    case 'Interval':
      return asked.parameters.get('interval') ?? '';
    case 'Output Size':
      return isFull(asked, layout) ? 'Full size' : 'Compact';
    case 'Time Zone':
      return layout.assetClass === 'equity' ? 'US/Eastern' : 'UTC';
  }
}
