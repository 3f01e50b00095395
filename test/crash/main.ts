import { parseArgs } from 'node:util';
import { damage, damagesInRow } from './damages.js';
import { failDisk } from './failing-disk.js';
import { agedLog, emptyLog, killAtCalls, killBeforeReply } from './failpoints.js';
import { failGraphDisk, graphDisks } from './graph-disk.js';
import { killGraph, killsInLife, killWriter } from './kills.js';
import { cutPower } from './power-cut.js';
import type { Result } from './result.js';
import { requireStrace, writingCalls } from './strace.js';

/**
 * `main.js [--rounds N] [--damages N] [--seed S] [--only NAME] [--verbose]`: kills a real process N times at random instants, then at each chosen one; cuts the power; lets the
 * disk fail; damages closed logs. Each time the log must be what it was said to be. `--only graph/3/7` repeats the life of the log in which round 7 failed.
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    damages: { type: 'string', default: '500' },
    only: { type: 'string', default: '' },
    verbose: { type: 'boolean', default: false },
  },
});
const [rounds, seed] = [Number(values.rounds), Number(values.seed)];
const counts = new Map<string, number>();
let [passed, failed] = [0, 0];

function report({ name, faults, detail }: Result): void {
  const part = name.slice(0, name.indexOf('/'));
  counts.set(part, (counts.get(part) ?? 0) + 1);
  if (values.verbose) console.log(`${faults.length === 0 ? 'ok    ' : 'FAILED'} ${name} (${detail})`);
  if (faults.length === 0) {
    passed++;
    return;
  }
  failed++;
  if (!values.verbose) console.log(`FAILED ${name} (${detail})`);
  for (const fault of faults) console.log(`  ${fault}`);
  console.log(`  again: npm run test:crash -- --rounds ${rounds} --seed ${seed} --only ${name}`);
}

interface Part {
  /** Of several rounds: `--only` one of them repeats the part. */
  readonly name: string;
  readonly run: () => Promise<void>;
}

const partsOf = (names: readonly string[], run: (name: string, index: number) => Promise<void>): Part[] =>
  names.map((name, index) => ({ name, run: () => run(name, index) }));

// One life in three is of the whole graph, which takes longer and has the ledger to watch, too.
const partOfLife = (life: number) => (life % 3 === 0 ? 'graph' : 'writer');
const lives = Array.from({ length: Math.ceil(rounds / killsInLife) }, (_, life) => life);
let old: ReturnType<typeof agedLog> | undefined;
const logOf = async (age: string) => {
  if (age === 'empty') return emptyLog();
  old ??= agedLog(seed);
  return await old;
};
// A quarter of the pages of an aged log, another with each seed.
const pagesOf = (age: string, call: string) =>
  age === 'aged' && call === 'pwrite64' ? { first: 1 + (seed % 4), step: 4 } : { first: 1, step: 1 };
const power: Readonly<Record<string, readonly string[]>> = {
  'power/good': [],
  'power/flush-fails': ['fdatasync:error=EIO:when=4..6'],
  'power/meta-page-fails': ['pwrite64:error=EIO:when=5'],
  'power/short-pages': ['writev:retval=4096:when=3'],
};
const ages = ['empty', 'aged'];
// Only when asked for: a closed log that is damaged says nothing of crashes.
const rows = values.only.startsWith('damage')
  ? Array.from({ length: Math.ceil(Number(values.damages) / damagesInRow) }, (_, row) => row)
  : [];
const parts: Part[] = [
  // The long ones first, so that both lanes end together.
  ...partsOf(
    lives.map(life => `${partOfLife(life)}/${life}`),
    (_, life) => (partOfLife(life) === 'graph' ? killGraph : killWriter)(seed, life, report),
  ),
  ...partsOf(
    rows.map(row => `damage/${row}`),
    (_, row) => damage(seed, row, report),
  ),
  ...partsOf(['slow-flush/0'], () => killGraph(seed, 0, report, { name: 'slow-flush', rounds: 5, slowFlush: true })),
  ...partsOf(Object.keys(power), name => cutPower(name, { seed, cuts: 60, inject: power[name]! }, report)),
  ...ages.flatMap(age =>
    writingCalls.map(call => ({
      name: `calls/${age}/${call}`,
      run: async () => killAtCalls(age, call, await logOf(age), pagesOf(age, call), report),
    })),
  ),
  ...partsOf(
    ages.map(age => `reply/${age}`),
    async (_, index) => killBeforeReply(ages[index]!, await logOf(ages[index]!), report),
  ),
  ...partsOf(['disk'], () => failDisk(report)),
  ...graphDisks.map(kind => ({ name: `graph-disk/${kind}`, run: () => failGraphDisk(kind, report) })),
];

requireStrace();
const startedMs = performance.now();
const isWanted = ({ name }: Part): boolean => `${values.only}/`.startsWith(`${name}/`) || name.startsWith(values.only);
const rest = parts.filter(isWanted).values();
/** Two at a time: a process that waits for its disk leaves the other core to the next. */
const lane = async (): Promise<void> => {
  for (const { name, run } of rest)
    await run().catch((error: unknown) =>
      report({ name: `${name}/`, faults: [String(error)], detail: 'it broke off' }),
    );
};
await Promise.all([lane(), lane()]);
console.log([...counts].map(([part, count]) => `${part} ${count}`).join(', '));
console.log(`in ${((performance.now() - startedMs) / 1000).toFixed(0)} s`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
