import type { Registry } from 'prom-client';
import type { Event, Report } from '../records/event.js';
import type { Time } from '../streams/time.js';
import { createCounting } from './counting.js';
import type { Logger } from './logger.js';
import { createRepeats } from './repeats.js';
import { isRoutine } from './routine.js';
import { sentenceOf } from './sentence.js';
import type { View } from './view.js';

const shownSymbols = 5;

/** Monotonic clocks and chance give a dozen decimals; nobody reads more than three. */
const rounded = (value: unknown): unknown =>
  typeof value === 'number' && Number.isFinite(value) ? Math.round(value * 1000) / 1000 : value;

/** The event as fields of a JSON log line; long symbol lists are cut, because a bulk call names hundreds. */
function fieldsOf({ kind, ...event }: Event): Record<string, unknown> {
  const fields = Object.fromEntries(Object.entries(event).map(([name, value]) => [name, rounded(value)]));
  if (!('symbols' in fields) || !Array.isArray(fields.symbols)) return { event: kind, ...fields };
  const { symbols } = fields;
  return { event: kind, ...fields, symbols: symbols.slice(0, shownSymbols), symbolCount: symbols.length };
}

/**
 * The one place where events become metrics and log lines; nothing else counts or logs.
 * `view` is asked at each scrape for what only a look at all series can tell (freshness, overdue, in flight).
 */
export function createListener(parts: {
  readonly registry: Registry;
  readonly logger: Logger;
  readonly view: Pick<View, 'status'>;
  readonly time: Pick<Time, 'monotonicMs'>;
}): Report {
  const { registry, logger, view, time } = parts;
  const count = createCounting(registry, view, time);
  const lines = createRepeats<Event>(time, ({ level, text }, event) => logger[level](fieldsOf(event), text));
  return event => {
    count(event);
    if (isRoutine(event) && !logger.isLevelEnabled('debug')) return;
    const sentence = sentenceOf(event);
    if (logger.isLevelEnabled(sentence.level)) lines.say(sentence, event);
    if (event.kind === 'draining' || event.kind === 'drained') lines.flush();
  };
}
