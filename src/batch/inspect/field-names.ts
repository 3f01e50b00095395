import type { FieldName } from '../../records/fields.js';

/** Heads of columns as vendors write them, in some languages, letters and digits only, lower case. The first of a list is taken before the others. */
const words: Readonly<Record<FieldName, readonly string[]>> = {
  symbol: [
    'symbol',
    'ticker',
    'actsymbol',
    'stocksymbol',
    'tickersymbol',
    'tradingsymbol',
    'sym',
    'tic',
    'instrument',
    'instrumentid',
    'secid',
    'pair',
    'ric',
    'stock',
    'security',
    'asset',
    'code',
    'name',
    'mnemonic',
    'symbole',
    'simbolo',
    'wertpapier',
    's',
  ],
  time: [
    'datetime',
    'timestamp',
    'dateandtime',
    'unixtimestamp',
    'unixtime',
    'unix',
    'opentime',
    'gmttime',
    'utctime',
    'timeutc',
    'dateutc',
    'utc',
    'localtime',
    'timeperiodstart',
    'beginsat',
    'starttime',
    'time',
    'date',
    'tradingdate',
    'tradedate',
    'quotedate',
    'pricedate',
    'businessdate',
    'effectivedate',
    'observationdate',
    'day',
    'dt',
    'ts',
    'dtyyyymmdd',
    'yyyymmdd',
    't',
    'index',
    'unnamed0',
    'windowstart',
    'tsevent',
    'periodstart',
    'barstart',
    'starttimestamp',
    'opentimestamp',
    'candletime',
    'epoch',
    'unixms',
    'unixtimestampms',
    'indexlevel0',
    'datum',
    'fecha',
    'data',
    'begin',
    'start',
    '',
  ],
  date: [],
  open: [
    'open',
    'openprice',
    'priceopen',
    'openingprice',
    'openp',
    'op',
    'first',
    'startprice',
    'erster',
    'eroffnung',
    'eroffnungskurs',
    'ouverture',
    'apertura',
    'abertura',
    'otwarcie',
    'o',
  ],
  high: [
    'high',
    'highprice',
    'pricehigh',
    'dayhigh',
    'highp',
    'max',
    'maximum',
    'hi',
    'maxprice',
    'hoch',
    'tageshoch',
    'haut',
    'plushaut',
    'maximo',
    'maxima',
    'najwyzszy',
    'h',
  ],
  low: [
    'low',
    'lowprice',
    'pricelow',
    'daylow',
    'lowp',
    'min',
    'minimum',
    'lo',
    'minprice',
    'tief',
    'tagestief',
    'bas',
    'plusbas',
    'minimo',
    'minima',
    'najnizszy',
    'l',
  ],
  close: [
    'close',
    'closeprice',
    'priceclose',
    'closingprice',
    'closelast',
    'closep',
    'last',
    'lastprice',
    'price',
    'settle',
    'cl',
    'endprice',
    'schluss',
    'schlusskurs',
    'cloture',
    'dernier',
    'cierre',
    'ultimo',
    'fechamento',
    'zamkniecie',
    'c',
  ],
  volume: [
    'volume',
    'vol',
    'tradedvolume',
    'totalvolume',
    'sharevolume',
    'volumetraded',
    'tradedquantity',
    'totaltradedquantity',
    'tickvolume',
    'tickvol',
    'qty',
    'tradedvolume',
    'tottrdqty',
    'volumen',
    'umsatz',
    'stuck',
    'stucke',
    'wolumen',
    'titres',
    'v',
  ],
  adjustedClose: ['adjclose', 'adjustedclose', 'closeadj', 'closeadjusted', 'adjcloseprice', 'adjusted'],
  dividend: ['dividend', 'dividends', 'dividendamount', 'divcash', 'exdividend'],
  splitFactor: ['splitfactor', 'splitcoefficient', 'splitratio', 'stocksplits', 'stocksplit'],
  currency: ['currency', 'ccy', 'currencycode'],
  price: [
    'price',
    'last',
    'lastprice',
    'lasttrade',
    'lasttradeprice',
    'tradeprice',
    'rate',
    'close',
    'adjclose',
    'mid',
    'nav',
    'px',
    'value',
    'p',
  ],
  bid: ['bid', 'bidprice', 'bidpx', 'bestbid'],
  ask: ['ask', 'askprice', 'askpx', 'offer', 'bestask'],
  previousClose: ['previousclose', 'prevclose', 'prevcloseprice', 'pclose'],
};

/** `1. open`, `<OPEN>` and `Open` are spelled alike. */
export const plainHead = (head: string): string => {
  const plain = head
    .normalize('NFD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '');
  return plain.replace(/^\d+(?=[a-z])/, '');
};

/** The heads that may be a field, the likeliest first. */
export function headsOf(field: FieldName, heads: readonly string[]): readonly number[] {
  const plain = heads.map(plainHead);
  return words[field].flatMap(word => plain.flatMap((head, index) => (head === word ? [index] : [])));
}

const split: Readonly<Partial<Record<FieldName, readonly string[]>>> = words;

export interface SplitHead {
  readonly index: number;
  readonly symbol: string;
  readonly field: FieldName;
  /** What stands for the field, and the mark between. */
  readonly word: string;
  readonly mark: string;
  readonly isSymbolFirst: boolean;
}

const inHeads: readonly FieldName[] = ['open', 'high', 'low', 'close', 'volume', 'adjustedClose'];

/** Heads such as `AAPL.Open`, `Close_MSFT`, `('Open', 'AAPL')`. */
export function splitHeads(heads: readonly string[]): readonly SplitHead[] {
  return heads.flatMap((head, index): SplitHead[] => {
    const [, first = '', mark = '', second = ''] = /^(.+?)([._ :|]|-(?=[A-Z]?[a-z]))(.+)$/.exec(head.trim()) ?? [];
    const last = /^(.+)([._ :|-])([A-Za-z ]+)$/.exec(head.trim());
    const bySecond = last && fieldOf(last[3]!);
    if (last && bySecond)
      return [{ index, symbol: last[1]!, field: bySecond, word: last[3]!, mark: last[2]!, isSymbolFirst: true }];
    const byFirst = fieldOf(first);
    return byFirst ? [{ index, symbol: second, field: byFirst, word: first, mark, isSymbolFirst: false }] : [];
  });
}

const fieldOf = (word: string): FieldName | undefined => {
  const plain = plainHead(word);
  return plain.length < 2 ? undefined : inHeads.find(field => split[field]!.includes(plain));
};
