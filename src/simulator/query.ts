/** A call as the vendor understands it. */
export interface Asked {
  /** The parameter `function`, upper case. */
  readonly name: string;
  readonly key: string;
  /** One symbol, a pair `BASE/MARKET`, or several with commas; empty where none is needed. */
  readonly symbol: string;
  readonly format: 'json' | 'csv';
  readonly parameters: URLSearchParams;
  /** The instant of the truth that it is shown: the present, or 15 minutes ago with `entitlement=delayed`. */
  readonly asOfMs: number;
}

const delayMs = 15 * 60_000;

/** @param search the part of the URL behind the question mark */
export function readQuery(search: string, nowMs: number): Asked {
  const parameters = new URLSearchParams(search);
  const of = (name: string): string => (parameters.get(name) ?? '').trim();
  const base = of('from_symbol') || of('from_currency') || of('symbol');
  const market = of('to_symbol') || of('to_currency') || of('market');
  return {
    name: of('function').toUpperCase(),
    key: of('apikey'),
    symbol: (market ? `${base}/${market}` : base).toUpperCase(),
    format: of('datatype') === 'csv' ? 'csv' : 'json',
    parameters,
    asOfMs: Math.floor(nowMs) - (of('entitlement') === 'delayed' ? delayMs : 0),
  };
}
