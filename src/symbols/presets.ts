import type { HttpCsv } from './list-spec.js';

/** Public lists by name, so that nobody looks up their columns again. Keyless; read at most a few times a day. */
export const presets = {
  /** S&P 500 members, 503 in 2026; share classes as `BRK.B`. Public domain (PDDL), kept by volunteers, a few days behind a change. */
  sp500: {
    url: 'https://raw.githubusercontent.com/datasets/s-and-p-500-companies/main/data/constituents.csv',
    column: 'Symbol',
    nameColumn: 'Security',
    delimiter: ',',
  },
  /** Everything listed on Nasdaq, about 5,400 in 2026. https://www.nasdaqtrader.com/trader.aspx?id=symboldirdefs */
  'nasdaq-listed': {
    url: 'https://www.nasdaqtrader.com/dynamic/SymDir/nasdaqlisted.txt',
    column: 'Symbol',
    nameColumn: 'Security Name',
    delimiter: '|',
    where: { 'Test Issue': ['N'] },
    footer: 'File Creation Time',
  },
  /** NYSE, NYSE American, NYSE Arca, Cboe BZX, IEX, about 7,000 in 2026; classes as `BRK.B`, preferred shares as `ABR$D`. */
  'other-listed': {
    url: 'https://www.nasdaqtrader.com/dynamic/SymDir/otherlisted.txt',
    column: 'ACT Symbol',
    nameColumn: 'Security Name',
    delimiter: '|',
    where: { 'Test Issue': ['N'] },
    footer: 'File Creation Time',
  },
} as const satisfies Readonly<Record<string, HttpCsv>>;
