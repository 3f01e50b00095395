import type { OutgoingRecord } from '../log/writer.js';
import type { Event } from '../records/event.js';
import { recordUuid } from '../records/identity.js';
import { isoInstant } from '../records/instant.js';
import type { Feed } from './series.js';

export interface LetterContext {
  readonly sourceName: string;
  readonly feed: Feed;
  readonly deadLetters: string;
  readonly nowMs: number;
}

/** A row or observation that is not published. `row` is asked for only where it is written. */
interface Refused {
  readonly code: string;
  readonly detail: string;
  readonly row: () => string;
}

const payloadBytes = 65_536;
/** One answer may hold tens of thousands of bad rows: beyond these the last letter counts the rest. */
const maxLetters = 1_000;

/** The dead letters of one series in one answer, and one event for each reason. */
export function createLetters(
  context: LetterContext,
  symbol: string,
): { add(refused: Refused): void; written(): { letters: readonly OutgoingRecord[]; events: readonly Event[] } } {
  const letters: OutgoingRecord[] = [];
  const reasons = new Map<string, { count: number; readonly detail: string }>();
  let more = 0;
  return {
    add({ code, detail, row }) {
      const reason = reasons.get(code);
      if (reason) reason.count += 1;
      else reasons.set(code, { count: 1, detail });
      if (letters.length < maxLetters) letters.push(deadLetter(context, symbol, code, detail, row()));
      else more += 1;
    },
    written: () => ({
      letters:
        more === 0 ? letters : [...letters, deadLetter(context, symbol, 'too-many', `${more} more rows are wrong`, '')],
      events: [...reasons].map(([code, { count, detail }]) =>
        letterEvent(context, code, count, `${symbol}: ${detail}`),
      ),
    }),
  };
}

/** A dead letter: reason code, origin, and the bytes as text, at most 64 KiB. Its id depends on content alone, so a repeat is recognised. */
export function deadLetter(
  { sourceName, feed, deadLetters, nowMs }: LetterContext,
  symbol: string,
  code: string,
  detail: string,
  payload: string,
): OutgoingRecord {
  const bounded = payload.slice(0, payloadBytes);
  const id = recordUuid(`dead-letter|${feed.topic}|${symbol}|${code}|${bounded}`);
  const origin = { source: sourceName, feed: feed.name, topic: feed.topic, symbol };
  const letter = {
    id,
    code,
    detail,
    origin,
    at: isoInstant(nowMs),
    truncated: bounded.length < payload.length,
    payload: bounded,
  };
  const headers = { 'fl-id': id, 'fl-schema': 'dead-letter/1' };
  return { topic: deadLetters, key: symbol, value: Buffer.from(JSON.stringify(letter)), headers };
}

export const letterEvent = (
  { feed }: Pick<LetterContext, 'feed'>,
  code: string,
  count: number,
  detail: string,
): Event => ({ kind: 'dead-letter', origin: `feed/${feed.name}`, code, count, detail });
