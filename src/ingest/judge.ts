import type { OutgoingRecord } from '../log/writer.js';
import type { Event } from '../records/event.js';
import type { Outcome } from '../sources/outcome.js';
import type { Random } from '../streams/time.js';
import { deadLetter, letterEvent } from './letters.js';
import { decodeSeries, encodeSeries, type Series, seriesKey } from './series.js';
import { type SettleContext, type Settlement, settleObservations } from './settle.js';

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const firstRetryMs = 5_000;

const nothing: Settlement = { records: [], state: [], series: new Map(), fresh: new Set(), events: [] };
const again: Settlement = { ...nothing, again: true };

/**
 * Outcome → what to commit. Refusals and denials change no series: their items stay due. Symbols that fail back off by themselves, so that none delays another.
 * @param body the answer as text without keys, for the dead letter of a malformed one
 */
export function judge(
  context: SettleContext,
  symbols: readonly string[],
  outcome: Outcome,
  body: () => string,
  random: Random,
): Settlement {
  switch (outcome.kind) {
    case 'records':
      return settleObservations(context, symbols, outcome.observations, outcome.rejected ?? []);
    case 'unchanged':
    case 'empty':
      return settleObservations(context, symbols, [], []);
    case 'refused':
      return nothing;
    case 'denied':
      return outcome.by === 'depth' ? again : nothing;
    case 'unknown-symbol':
      // Which of several it is nobody knows: the owner asks for each by itself.
      if (symbols.length > 1) return again;
      return failing(context, symbols, outcome, { state: 'unknown' }, () => dayMs);
    case 'unavailable':
      return failing(context, symbols, outcome, { state: 'failing' }, failures => backoffMs(failures, 60_000, random));
    case 'malformed': {
      const marks = { state: 'failing', hasLetter: true } as const;
      const failed = failing(context, symbols, outcome, marks, failures => backoffMs(failures, hourMs, random));
      const before = decodeSeries(context.load(`series/${seriesKey(context.sourceType, context.feed, symbols[0]!)}`));
      if (before.hasLetter) return failed;
      const letter: OutgoingRecord = deadLetter(context, symbols, 'malformed', outcome.detail, body());
      return {
        ...failed,
        records: [letter],
        events: [...failed.events, letterEvent(context, 'malformed', 1, outcome.detail)],
      };
    }
    default:
      return outcome satisfies never;
  }
}

/** Full jitter above half: retries of symbols that failed together spread out. */
const backoffMs = (failures: number, ceilingMs: number, random: Random): number =>
  Math.min(ceilingMs, firstRetryMs * 2 ** Math.min(failures - 1, 20)) * (0.5 + random() / 2);

function failing(
  context: SettleContext,
  symbols: readonly string[],
  outcome: Outcome & { readonly detail: string },
  marks: Pick<Series, 'state' | 'hasLetter'>,
  delayMs: (failures: number) => number,
): Settlement {
  const series = new Map<string, Series>();
  const events: Event[] = [];
  const changes = symbols.map(symbol => {
    const key = `series/${seriesKey(context.sourceType, context.feed, symbol)}`;
    const before = decodeSeries(context.load(key));
    const failures = before.failures + 1;
    const notBeforeMs = context.nowMs + delayMs(failures);
    const failedMs = context.nowMs;
    const after: Series = { ...before, ...marks, failures, reason: outcome.detail, notBeforeMs, failedMs };
    series.set(symbol, after);
    if (Number.isInteger(Math.log2(failures))) {
      const { sourceName: source, feed } = context;
      events.push({ kind: 'symbol-failing', source, feed: feed.name, symbol, reason: outcome.detail, failures });
    }
    return [key, encodeSeries(after)] as const;
  });
  return { records: [], state: changes, series, fresh: new Set(), events };
}
