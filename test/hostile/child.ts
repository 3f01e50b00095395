import { readFileSync, writeFileSync } from 'node:fs';
import { createHttpEdge } from '../../src/http/create-http-edge.js';
import { type HttpEdge, HttpFailure } from '../../src/http/edge.js';
import { fetchWork } from '../../src/ingest/fetch.js';
import { alphaVantage } from '../../src/sources/alpha-vantage.js';
import { kraken } from '../../src/sources/kraken.js';
import type { Outcome } from '../../src/sources/outcome.js';
import type { ListingOutcome, Work } from '../../src/sources/source.js';
import { parseCsvList } from '../../src/symbols/parse-csv-list.js';
import type { Snapshot } from '../../src/symbols/snapshot.js';
import type { Case } from './cases.js';

/** One question to the hostile server; `index` is its case there. */
export type Asked = Pick<Case, 'name' | 'asks' | 'slow'> & { readonly index: number };

export interface Measured extends Asked {
  /** Kind, numbers or reason in one line. */
  readonly outcome: string;
  readonly reachedVendor: boolean;
  readonly elapsedMs: number;
  /** The longest time that the event loop did not turn, as time of the processor: what others do on the machine does not count. */
  readonly blockedMs: number;
  /** Greatest resident size of the process while this case ran. */
  readonly peakMb: number;
}

// `node child.js ORIGIN DEADLINE CASES`, the cases as JSON in a file. Prints one line of JSON for each.
const [origin = '', deadline = '', file = ''] = process.argv.slice(2);
const asked = JSON.parse(readFileSync(file, 'utf8')) as Asked[];
const edgeWith = (deadlineMs: number): HttpEdge =>
  createHttpEdge({
    deadlineMs,
    maxBytes: 8 << 20,
    allow: [{ baseUrl: origin }],
    userAgent: 'financelake/hostile',
  });
const slowEdge = edgeWith(Number(deadline));
/** For what has to end by itself, on a busy machine, too. */
const otherEdge = edgeWith(50_000);
const work: Work = {
  wanted: { data: 'bars', interval: '1d', adjusted: false },
  symbols: ['IBM'],
  newestMs: undefined,
  shallow: false,
  nowMs: Date.now(),
};

const textOf = (outcome: Outcome | ListingOutcome | Snapshot): string => {
  if ('ok' in outcome) return outcome.ok ? `ok ${outcome.symbols.length}` : `refused ${outcome.reason}`;
  if (outcome.kind === 'records')
    return `records ${outcome.observations.length}/${outcome.rejected?.length ?? 0} ${outcome.rejected?.[0]?.detail ?? ''}`;
  if (outcome.kind === 'listing') return `listing ${outcome.listed.length}`;
  const by = 'by' in outcome ? `${outcome.by} ` : '';
  return `${outcome.kind} ${by}${'detail' in outcome ? outcome.detail : ''}`;
};

async function ask({ asks, index, slow }: Asked): Promise<{ outcome: string; reachedVendor: boolean }> {
  const edge = slow ? slowEdge : otherEdge;
  const options = {
    apiKey: 'CANARYKEY0123456',
    baseUrl: `${origin}/${index}`,
    format: asks === 'csv' ? 'csv' : 'json',
  } as const;
  if (asks === 'listing' || asks === 'csv-list') {
    const answer = await edge(alphaVantage.listing!.request(options));
    const read =
      asks === 'listing'
        ? alphaVantage.listing!.parse(answer, options)
        : parseCsvList(answer.body, { column: 'Symbol', delimiter: ',' });
    return { outcome: textOf(read), reachedVendor: true };
  }
  const vendor = asks === 'kraken' ? kraken : alphaVantage;
  const symbols = asks === 'kraken' ? ['BTC/USD'] : work.symbols;
  const { outcome, reachedVendor } = await fetchWork(
    edge,
    vendor,
    options,
  )({ ...work, symbols }, new AbortController().signal);
  return { outcome: textOf(outcome), reachedVendor };
}

const status = (name: string): number =>
  Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
/** Milliseconds that the main thread has run. */
const ranMs = (): number => Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[0]) / 1e6;

async function measure(one: Asked): Promise<Measured> {
  // 5 sets the peak back to what is resident (proc(5), clear_refs).
  writeFileSync('/proc/self/clear_refs', '5');
  let blockedMs = 0;
  let before = ranMs();
  const ticker = setInterval(() => {
    const ran = ranMs();
    blockedMs = Math.max(blockedMs, ran - before);
    before = ran;
  }, 5);
  const started = performance.now();
  const { outcome, reachedVendor } = await ask(one).catch((error: unknown) => ({
    outcome: error instanceof HttpFailure ? `failed ${error.code}` : `THREW ${String(error)}`,
    reachedVendor: true,
  }));
  const elapsedMs = performance.now() - started;
  await new Promise(resolve => setTimeout(resolve, 10));
  clearInterval(ticker);
  return { ...one, outcome, reachedVendor, elapsedMs, blockedMs, peakMb: status('VmHWM') / 1024 };
}

const print = (measured: Measured): void => void process.stdout.write(`${JSON.stringify(measured)}\n`);
await Promise.all(asked.filter(({ slow }) => slow).map(async one => print(await measure(one))));
for (const one of asked.filter(({ slow }) => !slow)) print(await measure(one));
process.exit(0);
