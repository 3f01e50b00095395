import { parseArgs } from 'node:util';

const {
  runs: given,
  seed,
  path,
} = parseArgs({
  strict: false,
  options: { runs: { type: 'string' }, seed: { type: 'string' }, path: { type: 'string' } },
}).values;

/**
 * How often a property is tried. What a failure prints is replayed by `npx ava build/test/FILE --match 'TITLE*' -- --seed=SEED --path=PATH`, and
 * `-- --runs=N` tries more; without `--match` the same numbers go to every property of the file.
 */
export const runs = (
  numRuns: number,
): { readonly numRuns: number; readonly seed?: number; readonly path?: string; readonly endOnFailure?: boolean } => ({
  numRuns: Number(given ?? numRuns),
  ...(seed === undefined ? {} : { seed: Number(seed) }),
  ...(path === undefined ? {} : { path: String(path), endOnFailure: true }),
});

/** A single case tells nothing of the share of cases that prove something. */
export const replaying = path !== undefined;
