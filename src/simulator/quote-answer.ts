import { type Answer, csvAnswer, objectAnswer } from './answer.js';
import { currencyNames } from './instruments.js';
import type { Market } from './market.js';
import type { Asked } from './query.js';
import { artificialRows, badCall } from './refusals.js';
import type { TruthQuote } from './truth.js';
import { newYork, utc } from './wall-clock.js';

const change = ({ price, previousClose }: TruthQuote): readonly [amount: string, percent: string] => {
  const amount = Number(price) - Number(previousClose);
  return [amount.toFixed(4), ((amount / Number(previousClose)) * 100).toFixed(4)];
};

const equityQuote = (market: Market, symbol: string, asOfMs: number): TruthQuote | undefined =>
  market.instruments.get(symbol)?.assetClass === 'equity' ? market.quoteAt(symbol, asOfMs) : undefined;

/** GLOBAL_QUOTE. It carries a date and no time: the values of one day follow each other under one date. */
export function globalQuote(market: Market, asked: Asked): Answer {
  const { symbol, asOfMs } = asked;
  const quote = equityQuote(market, symbol, asOfMs);
  const outer = `Global Quote${asked.parameters.get('entitlement') === 'delayed' ? ' - DATA DELAYED BY 15 MINUTES' : ''}`;
  if (!quote) return objectAnswer({ [outer]: {} });
  const [amount, percent] = change(quote);
  const delivery = { function: asked.name, symbols: [symbol], asOfMs, quotes: [quote] };
  const { open, high, low, price, volume = '', date, previousClose } = quote;
  if (asked.format === 'csv') {
    const header = 'symbol,open,high,low,price,volume,latestDay,previousClose,change,changePercent';
    const row = [symbol, open, high, low, price, volume, date, previousClose, amount, `${percent}%`].join(',');
    return csvAnswer(`${header}\r\n${row}\r\n`, `quote_${symbol}`, delivery);
  }
  const fields = {
    '01. symbol': symbol,
    '02. open': open,
    '03. high': high,
    '04. low': low,
    '05. price': price,
    '06. volume': volume,
    '07. latest trading day': date,
    '08. previous close': previousClose,
    '09. change': amount,
    '10. change percent': `${percent}%`,
  };
  return objectAnswer({ [outer]: fields }, delivery);
}

/** Without trailing zeros but for one decimal, as the bulk answer spells numbers. */
const short = (text: string): string => text.replace(/(\.\d+?)0+$/, '$1');

const bulkRow = (quote: TruthQuote) => {
  const [amount, percent] = change(quote);
  return {
    symbol: quote.symbol,
    timestamp: `${newYork.stamp(quote.timeMs)}.${String(quote.timeMs % 1000).padStart(3, '0')}`,
    open: short(quote.open),
    high: short(quote.high),
    low: short(quote.low),
    close: short(quote.price),
    volume: quote.volume ?? '',
    previous_close: short(quote.previousClose),
    change: short(amount),
    change_percent: short(percent),
    extended_hours_quote: '',
    extended_hours_change: '',
    extended_hours_change_percent: '',
  };
};

/** REALTIME_BULK_QUOTES: up to 100 symbols, the rest is ignored; unknown ones are left out. */
export function bulkQuotes(market: Market, asked: Asked): Answer {
  const { asOfMs } = asked;
  const symbols = [...new Set(asked.symbol.split(',').map(symbol => symbol.trim()))].slice(0, 100);
  const quotes = symbols.flatMap(symbol => equityQuote(market, symbol, asOfMs) ?? []);
  const delivery = { function: asked.name, symbols, asOfMs, quotes };
  const rows = quotes.map(bulkRow);
  if (asked.format === 'csv') {
    const header =
      'symbol,timestamp,open,high,low,close,volume,previous_close,change,change_percent,extended_hours_quote,extended_hours_change,extended_hours_change_percent';
    return csvAnswer(
      [header, ...rows.map(row => Object.values(row).join(',')), ''].join('\r\n'),
      'realtime_bulk_quotes',
      delivery,
    );
  }
  return objectAnswer({ endpoint: 'Realtime Bulk Quotes', message: 'success', data: rows }, delivery);
}

/** The trap: rows that look real, of a market that never was. */
export function artificialQuotes(asked: Asked): Answer {
  const rows = asked.symbol.split(',', 100).map((symbol, index) =>
    bulkRow({
      symbol: symbol.trim(),
      timeMs: Date.UTC(2024, 9, 18, 23, 59, 55, 291),
      date: '2024-10-18',
      open: `${100 + index}.5000`,
      high: `${104 + index}.2500`,
      low: `${99 + index}.7500`,
      price: `${102 + index}.1300`,
      volume: '17145307',
      previousClose: `${101 + index}.0000`,
      sinceMs: 0,
      untilMs: 0,
    }),
  );
  return objectAnswer({ endpoint: 'Realtime Bulk Quotes', message: artificialRows, data: rows });
}

/** CURRENCY_EXCHANGE_RATE, fiat or crypto, with a bid and an ask around the rate. */
export function exchangeRate(market: Market, asked: Asked): Answer {
  const { symbol, asOfMs, name } = asked;
  const instrument = market.instruments.get(symbol);
  const quote = instrument && instrument.assetClass !== 'equity' ? market.quoteAt(symbol, asOfMs) : undefined;
  if (!quote) return objectAnswer(badCall(name));
  const [from = '', to = ''] = symbol.split('/');
  const price = Number(quote.price);
  const fields = {
    '1. From_Currency Code': from,
    '2. From_Currency Name': currencyNames[from] ?? null,
    '3. To_Currency Code': to,
    '4. To_Currency Name': currencyNames[to] ?? null,
    '5. Exchange Rate': price.toFixed(8),
    '6. Last Refreshed': utc.stamp(quote.timeMs),
    '7. Time Zone': 'UTC',
    '8. Bid Price': (price * 0.9999).toFixed(8),
    '9. Ask Price': (price * 1.0001).toFixed(8),
  };
  return objectAnswer(
    { 'Realtime Currency Exchange Rate': fields },
    { function: name, symbols: [symbol], asOfMs, quotes: [quote] },
  );
}
