import { chance, keyOf } from './chance.js';

/** Something that trades. FX and crypto are pairs `BASE/MARKET`. */
export interface Instrument {
  readonly symbol: string;
  readonly name: string;
  readonly assetClass: 'equity' | 'fx' | 'crypto';
  readonly exchange: string;
  readonly assetType: 'Stock' | 'ETF';
  /** About where its price moves. */
  readonly price: number;
  /** Decimals of its prices. */
  readonly decimals: 4 | 5;
  /** Mean volume of a minute. */
  readonly minuteVolume: number;
}

// Prices are plausible, not quoted from anywhere.
const stocks = `
AAPL|Apple Inc|NASDAQ|228|140000
MSFT|Microsoft Corporation|NASDAQ|425|55000
NVDA|NVIDIA Corp|NASDAQ|135|700000
GOOGL|Alphabet Inc - Class A|NASDAQ|178|70000
AMZN|Amazon.com Inc|NASDAQ|205|100000
META|Meta Platforms Inc - Class A|NASDAQ|575|35000
TSLA|Tesla Inc|NASDAQ|265|240000
AVGO|Broadcom Inc|NASDAQ|180|60000
COST|Costco Wholesale Corp|NASDAQ|915|5000
NFLX|Netflix Inc|NASDAQ|740|9000
AMD|Advanced Micro Devices Inc|NASDAQ|148|110000
ADBE|Adobe Inc|NASDAQ|500|8000
CSCO|Cisco Systems Inc|NASDAQ|56|45000
INTC|Intel Corp|NASDAQ|23|170000
QCOM|Qualcomm Inc|NASDAQ|168|20000
PEP|PepsiCo Inc|NASDAQ|168|13000
TXN|Texas Instruments Inc|NASDAQ|200|13000
INTU|Intuit Inc|NASDAQ|640|4000
AMGN|Amgen Inc|NASDAQ|315|6000
EA|Electronic Arts Inc|NASDAQ|150|5000
IBM|International Business Machines Corp|NYSE|222|10000
JPM|JPMorgan Chase & Co|NYSE|228|24000
V|Visa Inc - Class A|NYSE|290|16000
MA|Mastercard Inc - Class A|NYSE|515|6000
WMT|Walmart Inc|NYSE|82|40000
XOM|Exxon Mobil Corp|NYSE|119|38000
CVX|Chevron Corp|NYSE|152|20000
JNJ|Johnson & Johnson|NYSE|163|17000
PG|Procter & Gamble Co|NYSE|170|16000
KO|Coca-Cola Co|NYSE|68|34000
HD|Home Depot Inc|NYSE|405|8000
UNH|UnitedHealth Group Inc|NYSE|570|9000
BAC|Bank Of America Corp|NYSE|42|95000
DIS|Walt Disney Co|NYSE|96|25000
MCD|McDonald's Corp|NYSE|295|8000
NKE|Nike Inc - Class B|NYSE|80|28000
CRM|Salesforce Inc|NYSE|290|14000
ORCL|Oracle Corp|NYSE|172|22000
ABBV|AbbVie Inc|NYSE|192|14000
PFE|Pfizer Inc|NYSE|29|95000
MRK|Merck & Co Inc|NYSE|106|25000
LLY|Eli Lilly & Co|NYSE|900|7000
TMO|Thermo Fisher Scientific Inc|NYSE|590|4000
CAT|Caterpillar Inc|NYSE|390|8000
BA|Boeing Co|NYSE|155|25000
GE|GE Aerospace|NYSE|185|14000
GS|Goldman Sachs Group Inc|NYSE|520|6000
MS|Morgan Stanley|NYSE|118|17000
T|AT&T Inc|NYSE|22|90000
VZ|Verizon Communications Inc|NYSE|43|45000
F|Ford Motor Co|NYSE|11|140000
ON|ON Semiconductor Corp|NASDAQ|71|18000
BRK-B|Berkshire Hathaway Inc - Class B|NYSE|460|9000
SPY|SPDR S&P 500 ETF Trust|NYSE ARCA|580|130000|ETF
QQQ|Invesco QQQ Trust Series 1|NASDAQ|494|90000|ETF
IWM|iShares Russell 2000 ETF|NYSE ARCA|223|70000|ETF
DIA|SPDR Dow Jones Industrial Average ETF Trust|NYSE ARCA|429|9000|ETF
VTI|Vanguard Total Stock Market ETF|NYSE ARCA|285|9000|ETF
GLD|SPDR Gold Shares|NYSE ARCA|247|17000|ETF
TLT|iShares 20+ Year Treasury Bond ETF|NASDAQ|94|95000|ETF
`;

const pairs = `
EUR/USD|1.085|fx
GBP/USD|1.298|fx
USD/JPY|151.2|fx
USD/CHF|0.866|fx
AUD/USD|0.668|fx
USD/CAD|1.385|fx
BTC/USD|67500|crypto
ETH/USD|2620|crypto
SOL/USD|172|crypto
XRP/USD|0.53|crypto
`;

/** Names of the codes that pairs are made of. */
export const currencyNames: Readonly<Record<string, string>> = {
  USD: 'United States Dollar',
  EUR: 'Euro',
  GBP: 'British Pound Sterling',
  JPY: 'Japanese Yen',
  CHF: 'Swiss Franc',
  AUD: 'Australian Dollar',
  CAD: 'Canadian Dollar',
  BTC: 'Bitcoin',
  ETH: 'Ethereum',
  SOL: 'Solana',
  XRP: 'XRP',
};

const lines = (table: string): string[][] =>
  table
    .trim()
    .split('\n')
    .map(line => line.split('|'));

const equity = (
  symbol: string,
  name: string,
  exchange: string,
  price: number,
  minuteVolume: number,
  etf = false,
): Instrument => ({
  symbol,
  name,
  assetClass: 'equity',
  exchange,
  assetType: etf ? 'ETF' : 'Stock',
  price,
  decimals: 4,
  minuteVolume,
});

const pair = (symbol: string, price: number, assetClass: 'fx' | 'crypto'): Instrument => ({
  ...equity(symbol, symbol, '', price, 600),
  assetClass,
  decimals: 5,
});

const wellKnown: readonly Instrument[] = [
  ...lines(stocks).map(([symbol = '', name = '', exchange = '', price, volume, type]) =>
    equity(symbol, name, exchange, Number(price), Number(volume), type === 'ETF'),
  ),
  ...lines(pairs).map(([symbol = '', price, assetClass]) =>
    pair(symbol, Number(price), assetClass === 'crypto' ? 'crypto' : 'fx'),
  ),
];

/** A made-up instrument whose price follows from its symbol alone; `BTC`, `ETH`, `SOL` and `XRP` make a pair crypto. */
function madeUp(symbol: string): Instrument {
  const drawn = (counter: number): number => chance(keyOf(symbol), counter);
  const [base = ''] = symbol.split('/');
  if (symbol.includes('/')) return pair(symbol, 0.5 + drawn(0) * 2, /^(BTC|ETH|SOL|XRP)$/.test(base) ? 'crypto' : 'fx');
  const exchange = drawn(1) < 0.5 ? 'NASDAQ' : 'NYSE';
  return equity(
    symbol,
    `${symbol} Corp`,
    exchange,
    Math.round(500 + drawn(0) * 40_000) / 100,
    Math.round(500 + drawn(2) ** 3 * 90_000),
  );
}

/** @param symbols as in the scenario: the built-in table, a number of made-up ones, or names */
export function instrumentsOf(symbols: 'well-known' | number | readonly string[]): readonly Instrument[] {
  if (symbols === 'well-known') return wellKnown;
  const names =
    typeof symbols === 'number'
      ? Array.from({ length: symbols }, (_, index) => `SYM${String(index).padStart(3, '0')}`)
      : symbols;
  return names.map(name => wellKnown.find(({ symbol }) => symbol === name) ?? madeUp(name));
}
