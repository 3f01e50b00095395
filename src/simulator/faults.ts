import { chance, keyOf } from './chance.js';
import type { Scenario } from './scenario.js';

/** Every way in which an answer goes wrong, with what a client sees. The order decides when two strike the same call. */
export const faults = {
  reset: 'the connection is reset before any header',
  'refuse-burst': 'HTTP 200, Information: too fast, out of the blue',
  'refuse-minute': 'HTTP 200, Information: the minute is spent, out of the blue',
  'refuse-note': 'HTTP 200, Note: the old wording of the minute',
  'refuse-day': 'HTTP 200, Information: the day is spent, with the key in the text',
  unavailable: '503 with an HTML page',
  forbidden: '403 with an HTML page',
  'retry-after-seconds': '429 with Retry-After: 2',
  'retry-after-date': '429 with Retry-After as an HTTP date 2 s ahead',
  banned: '418 with Retry-After: 120',
  html: 'HTTP 200 with an HTML page',
  redirect: '302 to another port of this machine',
  'gzip-bomb': 'HTTP 200, 512 MiB of blanks in 0.5 MiB of gzip',
  'cut-length': 'half of the body of a known length, then the end of the connection',
  'cut-chunked': 'half of a chunked body, then the end of the connection',
  stalled: 'half of the body, then nothing',
  'malformed-json': 'HTTP 200, the first 60 % of the body as if it were all',
  'empty-object': 'HTTP 200, {}',
  'renamed-key': 'HTTP 200, the outer key carries a suffix (quotes)',
  'artificial-rows': 'HTTP 200, invented rows that only the message gives away (bulk quotes)',
  'empty-listing': 'HTTP 200, the header of the listing alone',
  'short-listing': 'HTTP 200, the first half of the listing',
  slow: 'a good answer after slowMs',
  gzip: 'a good answer, compressed',
} as const;

export type FaultName = keyof typeof faults;

const names = Object.keys(faults) as FaultName[];

/** Which functions a fault can strike, where not all. */
const only: Partial<Record<FaultName, RegExp>> = {
  'renamed-key': /^GLOBAL_QUOTE$/,
  'artificial-rows': /^REALTIME_BULK_QUOTES$/,
  'empty-listing': /^LISTING_STATUS$/,
  'short-listing': /^LISTING_STATUS$/,
};

/** Functions and symbols that have a call number of their own; beyond it all start anew. */
const maxSubjects = 100_000;

export interface Fate {
  readonly fault: FaultName | undefined;
  readonly latency: number;
}

export interface Faults {
  /**
   * The fate of the next call of this function for this subject (its symbols): a fault, and a number in [0, 1) for the time the answer takes.
   * It depends on the seed and on how many such calls came before, not on what other symbols do meanwhile.
   */
  readonly next: (name: string, subject: string, nowMs: number) => Fate;
  /** How often each fault was met. */
  counts(): Readonly<Partial<Record<FaultName, number>>>;
}

export function createFaults(seed: number, startMs: number, scenario: Pick<Scenario, 'faults' | 'schedule'>): Faults {
  const drawn = names.flatMap(name => {
    const probability = scenario.faults[name] ?? 0;
    return probability > 0 ? [{ name, probability, key: keyOf(name) }] : [];
  });
  const calls = new Map<string, { readonly key: number; count: number }>();
  const met: Partial<Record<FaultName, number>> = {};

  const scheduled = (name: string, nowMs: number): FaultName | undefined =>
    scenario.schedule.find(({ fault, afterMs, forMs, everyMs }) => {
      const since = nowMs - startMs - afterMs;
      return strikes(fault, name) && since >= 0 && (everyMs > 0 ? since % everyMs : since) < forMs;
    })?.fault;

  return {
    next(name, subject, nowMs) {
      const id = `${seed}|${name}|${subject}`;
      let call = calls.get(id);
      if (!call) {
        if (calls.size >= maxSubjects) calls.clear();
        call = { key: keyOf(id), count: 0 };
        calls.set(id, call);
      }
      const { key, count } = call;
      call.count++;
      const fault =
        scheduled(name, nowMs) ??
        drawn.find(one => strikes(one.name, name) && chance(key ^ one.key, count) < one.probability)?.name;
      if (fault) met[fault] = (met[fault] ?? 0) + 1;
      return { fault, latency: chance(key, count) };
    },
    counts: () => ({ ...met }),
  };
}

const strikes = (fault: FaultName, name: string): boolean => only[fault]?.test(name) ?? true;
