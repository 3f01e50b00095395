import { isoInstant } from '../records/instant.js';
import type { BudgetView } from '../schedule/budget.js';
import type { Outcome } from '../sources/outcome.js';
import type { FeedDesk } from './feed-desk.js';
import type { Item } from './feed-owner-command.js';
import type { Settlement } from './settle.js';

const longWaitMs = 120_000;

/** Why a round (`--once`) waits no longer: it waits for its own pace, but until no closure ends and for no day. Undefined while waiting is worth it. */
export function reasonToGiveUp({ closed, limits }: BudgetView, nowMs: number): string | undefined {
  if (closed !== undefined && closed.untilMs > nowMs) return closed.reason;
  const spent = limits.find(
    ({ used, limit, resetsAtMs }) => used >= limit.requests && (resetsAtMs ?? 0) > nowMs + longWaitMs,
  );
  return spent && `the quota of ${spent.limit.requests} calls is spent until ${isoInstant(spent.resetsAtMs ?? nowMs)}`;
}

/** What a round (`--once`) will name at its end: what was refused, rejected or failed, and what is not asked for. */
export interface RoundNotes {
  readonly problems: readonly string[];
  saw(item: Item, outcome: Outcome, settlement: Settlement): void;
  couldNotSettle(item: Item): void;
  notAskedFor(feed: string, count: number, reason: string): void;
}

export function roundNotes(): RoundNotes {
  const problems: string[] = [];
  const named = ({ feed, work }: Item): string => `${feed} ${work.symbols.join(',')}`;
  return {
    problems,
    saw(item, outcome, { events }) {
      const { kind } = outcome;
      if (kind === 'records' || kind === 'unchanged' || kind === 'empty') {
        for (const event of events)
          if (event.kind === 'dead-letter')
            problems.push(`${item.feed}: ${event.count} rejected as ${event.code} (${event.detail})`);
        return;
      }
      problems.push(`${named(item)}: ${kind}${'detail' in outcome ? ` (${outcome.detail})` : ''}`);
    },
    couldNotSettle: item => void problems.push(`${named(item)}: the answer could not be settled`),
    notAskedFor(feed, count, reason) {
      if (count > 0) problems.push(`${feed}: ${count} symbols were not asked for: ${reason}`);
    },
  };
}

/** Every list has said what it holds, and nothing is left to ask for. */
export const isRoundOver = (desks: readonly FeedDesk[]): boolean =>
  desks.every(({ lists, loaded, timetable }) => lists.every(list => loaded.has(list)) && timetable.size === 0);

/** Takes what is still due out of the timetables, and notes it. */
export function endRound(desks: readonly FeedDesk[], reason: string, notes: RoundNotes): void {
  for (const { feed, timetable } of desks) {
    notes.notAskedFor(feed.name, timetable.size, reason);
    while (timetable.popDue(Number.POSITIVE_INFINITY));
  }
}
