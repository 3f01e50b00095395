import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { askControl } from '../../src/metrics/ask-control.js';
import type { Status, SymbolStatus } from '../../src/metrics/view.js';
import { type Ending, scratch, start, type TailLine, tail, until } from '../e2e/program.js';
import type { Case } from './cases.js';
import { hostileServer } from './server.js';

/** Answers that come in at once, again and again. */
const together = 20;
/** Resident size of the whole program with a heap of 256 MB. */
const maxPeakMb = 600;
/** Between two records of a healthy symbol that is polled every 3 s, on a busy machine. */
const maxGapMs = 60_000;
const patienceMs = 180_000;
/** Of what ends by it only, and of what has to end by itself. */
const [slowMs, otherMs] = [2_000, 50_000];
/** Of each source, after each hostile answer has its outcome. */
const wantedRecords = 5;

interface Endured {
  readonly name: string;
  /** What the program shows of it: the kind, records/dead letters or the reason. */
  readonly shown: string;
  readonly fault?: string;
}

export interface Whole {
  readonly endured: readonly Endured[];
  readonly faults: readonly string[];
  readonly peakMb: number;
  readonly gapMs: number;
  readonly elapsedMs: number;
}

const config = (origin: string, cases: readonly Case[]): string => {
  const each = (line: (one: Case, at: number) => string): string => cases.map(line).join('\n');
  return `
sources:
${each(({ asks, slow }, at) => `  s${at}: { type: alpha-vantage, baseUrl: "${origin}/${at}", apiKey: CANARYKEY${at}, format: ${asks ?? 'json'}, limits: [{ requests: 20, per: 1s }], concurrency: 2, deadline: ${slow ? slowMs : otherMs}ms }`)}
symbols:
${each((_, at) => `  l${at}: { from: static, list: [BAD${at}, GOOD${at}] }`)}
feeds:
${each((_, at) => `  f${at}: { source: s${at}, symbols: l${at}, data: bars/1d, every: 3s }`)}
http: { port: 0 }
log: { path: ./log }
`;
};

/** Those that concern one symbol: a refusal is one of the whole source. */
const concernsSymbol = ({ asks, closes }: Case): boolean => !closes && (asks === undefined || asks === 'csv');

/** Every answer through whole programs, some at a time. */
export async function* wholePrograms(cases: readonly Case[]): AsyncGenerator<Whole> {
  const all = cases.filter(concernsSymbol);
  const rounds = Math.ceil(all.length / together);
  for (let round = 0; round < rounds; round++) {
    const endings: (() => unknown)[] = [];
    const t = { teardown: (ending: () => unknown) => void endings.push(ending) };
    try {
      // Each round has some of the heavy ones, which stand together.
      yield await wholeProgram(
        t,
        all.filter((_, at) => at % rounds === round),
      );
    } finally {
      for (const ending of endings.reverse()) await ending();
    }
  }
}

/** `run` with one source for each answer: one of its two symbols gets nothing else, the other has to go on. */
async function wholeProgram(t: Ending, cases: readonly Case[]): Promise<Whole> {
  const server = await hostileServer(cases);
  t.teardown(() => server.close());
  const cwd = scratch(t, { 'financelake.yaml': config(server.origin, cases) });
  const startedMs = performance.now();
  const run = start(t, ['run'], { cwd, env: { NODE_OPTIONS: '--max-old-space-size=256' } });
  /** Undefined as long as it does not run, and when the machine lets it not answer in time. */
  const asked = async <T>(path: string): Promise<T | undefined> => {
    const answer = await askControl(join(cwd, 'log'), `/api/v1/${path}`).catch(() => undefined);
    return answer?.body as T | undefined;
  };
  const recordsOf = async () => (await asked<Status>('status'))?.feeds.map(({ records }) => records);
  const symbols = await until(
    'each answer has an outcome',
    async () => {
      const all = await asked<readonly SymbolStatus[]>('symbols?limit=1000');
      return all?.length === 2 * cases.length && all.every(({ state }) => state !== 'new') ? all : undefined;
    },
    patienceMs,
  );
  const before = await until('it answers', recordsOf, patienceMs);
  await until(
    'each healthy symbol goes on',
    async () => (await recordsOf())?.every((records, feed) => records >= before[feed]! + wantedRecords) || undefined,
    patienceMs,
  );
  const peakMb = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${run.pid}/status`, 'utf8'))?.[1]) / 1024;
  run.signal('SIGTERM');
  const code = await run.ended;
  const elapsedMs = performance.now() - startedMs;
  const bars = await tail(t, cwd, 'market.bars');
  const letters = await tail(t, cwd, 'market.dead-letters');
  const lines = run.err().split('\n');
  const endured = cases.map((one, at) => {
    const shown = shownOf(symbols.find(({ symbol }) => symbol === `BAD${at}`)!, { bars, letters, lines });
    const { name, expect, program = expect } = one;
    return { name, shown, ...(!program.test(shown) && { fault: `expected ${program}` }) };
  });
  const healthy = cases.map((_, at) => bars.filter(({ key }) => key === `GOOD${at}`));
  const gapMs = Math.max(...healthy.map(longestGapMs));
  const fewest = Math.min(...healthy.map(({ length }) => length));
  const faults = [
    ...(code === 0 ? [] : [`it ended with ${code}`]),
    ...(peakMb <= maxPeakMb ? [] : [`peak of ${peakMb} MB`]),
    ...(fewest >= wantedRecords ? [] : [`a healthy symbol had ${fewest} records`]),
    ...(gapMs <= maxGapMs ? [] : [`a healthy symbol had no record for ${gapMs} ms`]),
    ...(`${run.out()}${run.err()}${JSON.stringify(letters)}`.includes('CANARYKEY') ? ['a key is shown'] : []),
  ];
  return { endured, faults, peakMb, gapMs, elapsedMs };
}

interface Seen {
  readonly bars: readonly TailLine[];
  readonly letters: readonly TailLine[];
  /** Of the program's log. */
  readonly lines: readonly string[];
}

/** In the words of `Case.expect`: of a failure what the log says of one poll, because polls of one answer may differ; the other numbers are counted. */
function shownOf({ symbol, state, reason }: SymbolStatus, { bars, letters, lines }: Seen): string {
  const dead = letters.filter(({ key }) => key === symbol);
  if (state === 'failing' || state === 'skipped') {
    const said = lines.findLast(line => line.includes('"polled"') && line.includes(`"${symbol}"`));
    const { outcome, detail = reason } = JSON.parse(said ?? '{}') as { outcome?: string; detail?: string };
    return `${outcome}${outcome === 'malformed' && dead.length === 0 ? ', but no dead letter:' : ''} ${detail}`;
  }
  const records = bars.filter(({ key }) => key === symbol).length;
  return `records ${records}/${dead.length} ${dead[0]?.value.detail ?? ''}`;
}

function longestGapMs(bars: readonly TailLine[]): number {
  const seenMs = bars.map(({ value }) => Date.parse(String(value.seenAt)));
  return Math.max(...seenMs.slice(1).map((atMs, index) => atMs - seenMs[index]!));
}
