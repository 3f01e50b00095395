import type { AssetClass } from './source.js';

/** First parts that are coins, not currencies. What is missing here is named by `assetClass: crypto`. */
const coins = new Set(
  (
    'BTC XBT ETH SOL XRP ADA DOGE XDG LTC BCH DOT LINK AVAX MATIC POL BNB TRX XLM ATOM ALGO AAVE UNI FIL ETC XMR XTZ EOS ' +
    'NEAR APT ARB OP SUI TON SHIB PEPE USDT USDC DAI'
  ).split(' '),
);

export interface Pair {
  readonly base: string;
  readonly quote: string;
}

/** `eur/usd` → EUR and USD; undefined for what is no pair, such as the share `BC/PA`. */
export function pairOf(symbol: string): Pair | undefined {
  const [, base, quote] = /^([A-Z0-9]{2,10})\/([A-Z]{3,5})$/.exec(symbol.toUpperCase()) ?? [];
  return base !== undefined && quote !== undefined ? { base, quote } : undefined;
}

/** What a symbol is: said by the feed, else read off its spelling. `EUR/USD` FX, `BTC/USD` crypto, `MSFT` equity. */
export function assetClassOf(symbol: string, said: AssetClass | undefined): AssetClass {
  if (said) return said;
  const pair = pairOf(symbol);
  if (!pair) return 'equity';
  return coins.has(pair.base) ? 'crypto' : 'fx';
}
