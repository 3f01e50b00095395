import type { LogReader, StateChange } from '../log/log.js';
import type { Learned } from './learned-limits.js';
import type { LearnedLimit } from './learned-window.js';
import type { Closed } from './learning.js';
import type { RestoredCharge } from './ledger.js';
import type { Limit } from './limit.js';

/**
 * How a budget is kept in the log's state, as small JSON values:
 * `charge/SOURCE/SEQ` {atMs, weight, doneMs?}, open while `doneMs` is missing; `closed/SOURCE` {untilMs, reason, of?} while the source takes no calls;
 * `learned/SOURCE` {second?, minute?, day?} what refusals taught of the limits, each with the one that was declared;
 * `clock/SOURCE` {leadMs} after the wall clock was set forward under a running program.
 * Times are steady ms of the run that wrote them, less that lead: so a call does not look older than it is because the clock was moved since.
 */
export interface BudgetState {
  charge(entry: {
    readonly seq: number;
    readonly atMs: number;
    readonly weight: number;
    readonly doneMs?: number;
  }): StateChange;
  withoutCharge(seq: number): StateChange;
  closed(closed: Closed | undefined): StateChange;
  learned(learned: Learned, leadMs: number): StateChange;
  lead(leadMs: number): StateChange;
}

/** The keys under which a source's budget lies in the log. */
export function quotaKeys(source: string, state: Pick<LogReader, 'get' | 'range'>): readonly string[] {
  const single = ['closed', 'learned', 'clock'].map(kind => `${kind}/${source}`);
  const charges = Array.from(state.range(`charge/${source}/`), ([key]) => key);
  return [...charges, ...single.filter(key => state.get(key) !== undefined)];
}

/** As if all of it had happened so much later: for a clock that may be ahead of the one that wrote it. @param state where the budget lies */
export const laterBudget = (source: string, state: Pick<LogReader, 'get'>, byMs: number): StateChange =>
  budgetState(source).lead((parsed(state.get(`clock/${source}`)).leadMs ?? 0) + byMs);

/** A reservation that took longer to become durable is made anew before its calls are permitted. */
export const longestFlushMs = 5_000;

export interface RestoredBudget {
  readonly charges: readonly RestoredCharge[];
  readonly closed: Closed | undefined;
  readonly learned: Learned;
  readonly leadMs: number;
}

const mostTryMs = 9 * 86_400_000;

const text = (value: object): Uint8Array => Buffer.from(JSON.stringify(value));

export const budgetState = (source: string): BudgetState => ({
  charge: ({ seq, ...entry }) => [`charge/${source}/${String(seq).padStart(12, '0')}`, text(entry)],
  withoutCharge: seq => [`charge/${source}/${String(seq).padStart(12, '0')}`, undefined],
  closed: closed => [`closed/${source}`, closed && text(closed)],
  learned: (learned, leadMs) => [`learned/${source}`, text(shifted(learned, -leadMs))],
  lead: leadMs => [`clock/${source}`, text({ leadMs })],
});

/**
 * What an earlier run left, on the clock of this one. A call without an answer was permitted once its reservation was durable, and
 * ended at the latest with its deadline or with that run.
 * A time in the future (the clock was set back) counts as now.
 */
export function restoreBudget(
  source: string,
  state: Pick<LogReader, 'get' | 'range'>,
  nowMs: number,
  deadlineMs: number,
): RestoredBudget {
  const leadMs = parsed(state.get(`clock/${source}`)).leadMs ?? 0;
  const prefix = `charge/${source}/`;
  const charges: RestoredCharge[] = [];
  for (const [key, value] of state.range(prefix)) {
    const seq = key.slice(prefix.length);
    if (!/^\d{12}$/.test(seq)) continue;
    const { atMs = nowMs, weight = 1, doneMs = atMs + longestFlushMs + deadlineMs } = parsed(value);
    const [at, done] = [atMs + leadMs, doneMs + leadMs];
    charges.push({ seq: Number(seq), weight, atMs: Math.min(at, nowMs), doneMs: Math.min(done, nowMs) });
  }
  const { untilMs, reason = 'closed', of } = parsed(state.get(`closed/${source}`));
  const closed = untilMs === undefined ? undefined : { untilMs: untilMs + leadMs, reason, ...(of && { of }) };
  const learned = shifted(parsed(state.get(`learned/${source}`)), leadMs, nowMs);
  return { charges, closed, learned, leadMs };
}

/** A time of learning that lies in the future (the clock was set back) counts as now; one of trying lies at most eight days ahead. */
function shifted({ second, minute, day }: Learned, byMs: number, nowMs = Number.POSITIVE_INFINITY): Learned {
  const shiftedLimit = (limit: LearnedLimit): LearnedLimit => ({
    ...limit,
    loweredMs: Math.min(limit.loweredMs + byMs, nowMs),
  });
  return {
    ...(second && { second: shiftedLimit(second) }),
    ...(minute && { minute: shiftedLimit(minute) }),
    ...(day && { day: { ...day, tryMs: Math.min(day.tryMs + byMs, nowMs + mostTryMs) } }),
  };
}

interface Stored extends Learned {
  readonly atMs?: number;
  readonly weight?: number;
  readonly doneMs?: number;
  readonly untilMs?: number;
  readonly reason?: string;
  readonly of?: Limit;
  readonly leadMs?: number;
}

/** The log checks its bytes, so what it gives back is what was written here. */
const parsed = (value: Uint8Array | undefined): Stored =>
  value === undefined ? {} : (JSON.parse(Buffer.from(value).toString()) as Stored);
