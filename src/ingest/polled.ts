import type { Event } from '../records/event.js';
import { dispositions } from '../records/outcome-kind.js';
import type { Item } from './feed-owner-command.js';
import type { Answered } from './fetch.js';

/** The event of one call that ended. What the plan lacks concerns the feed, not the source, so it is skipped and does not stop. */
export function polledEvent(source: string, item: Item, { outcome, bytes }: Answered, nowMs: number): Event {
  return {
    kind: 'polled',
    source,
    feed: item.feed,
    outcome: outcome.kind,
    ...(outcome.kind === 'refused' && { refusal: outcome.by }),
    disposition: outcome.kind === 'denied' && outcome.by === 'entitlement' ? 'skip' : dispositions[outcome.kind],
    symbols: item.work.symbols,
    elapsedMs: nowMs - item.startedMs,
    bytes,
    latenessMs: item.startedMs - item.dueMs,
    ...('detail' in outcome && { detail: outcome.detail }),
  };
}
