import picomatch from 'picomatch';
import type { Dataset } from './dataset.js';

/** The dataset that a file belongs to, by its path below the inbox: the first in the order of the configuration. A pattern without `/` looks at the name alone, in any folder. */
export function datasetMatcher(datasets: readonly Dataset[]): (name: string) => Dataset | undefined {
  const all = datasets.map(dataset => {
    const matches = dataset.match.map(glob => picomatch(glob, { basename: !glob.includes('/'), nonegate: true }));
    return { dataset, matches: (name: string) => matches.some(match => match(name)) };
  });
  return name => all.find(({ matches }) => matches(name))?.dataset;
}
