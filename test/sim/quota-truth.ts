import type { Commit } from '../../src/log/log.js';
import type { Answering } from '../../src/simulator/answering.js';
import type { Accuse } from './oracle.js';
import type { PlannedSource } from './world-plan.js';

/** What the vendor counts, and what of it is on the disk. */
export interface QuotaTruth {
  asked(): void;
  arrived(): void;
  /** @param wasSent false when the vendor cannot have seen the call */
  ended(wasSent: boolean): void;
  /** @param answers served answers that this commit settles */
  stored(commit: Commit, answers: number): void;
  crashed(): void;
}

interface Entry {
  readonly weight: number;
  /** `gone`: it counts in no window any more, and its settlement is not on the disk yet. */
  readonly state: 'open' | 'gone' | 'settled';
}

const minuteMs = 60_000;

/**
 * Every call has its quota on the disk before it is made, and no entry there ever says less than what was spent of it. An entry is one call or, where
 * the limits are wide, a block of calls reserved ahead.
 */
export function createQuotaTruth(source: PlannedSource, counts: Answering['counts'], accuse: Accuse): QuotaTruth {
  const prefix = `charge/${source.name}/`;
  const hasBlocks = source.limits.every(({ requests, perMs }) => requests >= (perMs <= minuteMs ? 10 : 100));
  /** Of this life; what an earlier one left serves nobody. */
  const entries = new Map<string, Entry>();
  let [asked, open, openWeight, credit] = [0, 0, 0, 0];

  function enter(key: string, entry: Entry): void {
    const before = entries.get(key);
    if (before?.state === 'open') openWeight -= before.weight;
    if (entry.state === 'open') openWeight += entry.weight;
    credit += entry.weight - (before?.weight ?? 0);
    entries.set(key, entry);
  }

  return {
    asked() {
      asked++;
      open++;
      if (asked > credit || open > openWeight)
        accuse(
          'reserved-before-called',
          `call ${asked} of this life, ${open} open, with ${credit} reserved on the disk, ${openWeight} of it open`,
        );
      if (open > source.concurrency) accuse('in-flight-bounded', `${open} calls at once, not ${source.concurrency}`);
    },
    arrived() {
      const { violations, worstExcess } = counts();
      if (violations > 0)
        accuse('no-window-exceeded', `the vendor counts too much: ${JSON.stringify(worstExcess)} beyond its plan`);
    },
    ended(wasSent) {
      open--;
      if (!wasSent) asked--;
    },
    stored({ state = [] }, answers) {
      let settled = 0;
      for (const [key, value] of state) {
        if (!key.startsWith(prefix)) continue;
        const before = entries.get(key);
        if (value === undefined) {
          if (before?.state === 'open') enter(key, { ...before, state: 'gone' });
          continue;
        }
        const { weight, doneMs } = JSON.parse(Buffer.from(value).toString()) as { weight: number; doneMs?: number };
        if (doneMs !== undefined && before && before.state !== 'settled') settled++;
        // What an earlier life left may be written once more; it serves nobody.
        if (doneMs === undefined || before) enter(key, { weight, state: doneMs === undefined ? 'open' : 'settled' });
      }
      if (settled < answers && !hasBlocks)
        accuse('settled-with-records', `${answers} answers are committed with the settlement of ${settled} calls`);
      if (asked > credit)
        accuse('reserved-before-called', `the disk knows of ${credit} calls of this life, ${asked} have been made`);
    },
    crashed() {
      entries.clear();
      [asked, open, openWeight, credit] = [0, 0, 0, 0];
    },
  };
}
