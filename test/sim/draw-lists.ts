import type { Draw } from './draw.js';
import type { PlannedList } from './world-plan.js';

const minuteMs = 60_000;

/** The list of stocks from one of four origins, and one of pairs where there are any. */
export function drawLists(
  draw: Draw,
  symbols: readonly string[],
  pairs: readonly string[],
  forMs: number,
): PlannedList[] {
  const maxShrink = 0.5;
  const contents = [{ fromMs: 0, symbols }];
  const kind = draw.one(['static', 'static', 'file', 'http-csv', 'listing'] as const);
  const changing = Array.from({ length: draw.whole(1, 3) }, () => draw.whole(1, forMs)).sort((a, b) => a - b);
  const changes = changing.map(fromMs => ({ fromMs, symbols: someOf(draw, symbols) }));
  const spec = {
    static: { from: 'static', list: symbols, maxShrink } as const,
    file: { from: 'file', path: '/lists/all.txt', maxShrink } as const,
    'http-csv': {
      from: 'http-csv',
      url: 'https://lists.example/all.csv',
      column: 'Symbol',
      delimiter: ',',
      refreshMs: draw.whole(1, 5) * minuteMs,
      maxShrink,
    } as const,
    listing: { from: 'listing', source: 'one', refreshMs: draw.whole(2, 8) * minuteMs, maxShrink } as const,
  }[kind];
  const isOnes = kind === 'file' || kind === 'http-csv';
  const stocks: PlannedList = { name: 'stocks', spec, contents: isOnes ? [...contents, ...changes] : contents };
  const second: PlannedList[] =
    pairs.length === 0
      ? []
      : [
          {
            name: 'pairs',
            spec: { from: 'static', list: pairs, maxShrink },
            contents: [{ fromMs: 0, symbols: pairs }],
          },
        ];
  return [stocks, ...second];
}

/** At least half of them, in any order. */
const someOf = (draw: Draw, symbols: readonly string[]): readonly string[] => {
  const kept = symbols.filter(() => draw.is(0.8));
  return kept.length * 2 >= symbols.length ? (draw.is(0.5) ? kept.toReversed() : kept) : symbols;
};
