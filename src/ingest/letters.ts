import { letterRecord, type Replay } from '../log/dead-letters/letter.js';
import type { OutgoingRecord } from '../log/writer.js';
import type { Event } from '../records/event.js';
import { recordUuid } from '../records/identity.js';
import { isoInstant } from '../records/instant.js';
import { maxRecent, type RecentLetters } from './recent-letters.js';
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
  /** What it lacks to be a record, where another check would let it pass. */
  readonly replay?: () => Replay;
}

const payloadBytes = 65_536;
/** One answer may hold tens of thousands of bad rows: beyond these the last letter counts the rest. */
const maxLetters = 1_000;
/** Of the symbols of a call, as they stand in a letter. */
const maxOrigin = 200;

/**
 * The dead letters of one answer to a call for `symbols`, and one event for each reason.
 * @param recent letters that were written before are left out
 */
export function createLetters(
  context: LetterContext,
  symbols: readonly string[],
  recent?: RecentLetters,
): { add(refused: Refused): void; written(): { letters: readonly OutgoingRecord[]; events: readonly Event[] } } {
  const letters: OutgoingRecord[] = [];
  const reasons = new Map<string, { count: number; readonly detail: string }>();
  // With the one that counts the rest an answer has no more than are remembered: else they would push each other out poll by poll.
  const max = recent === undefined ? maxLetters : maxRecent - 1;
  let seen = 0;
  const isKnown = (letter: OutgoingRecord): boolean => recent?.isNew(letter.headers['fl-id']!) === false;
  const count = (code: string, detail: string): void => {
    const reason = reasons.get(code);
    if (reason) reason.count += 1;
    else reasons.set(code, { count: 1, detail });
  };
  return {
    add({ code, detail, row, replay }) {
      seen += 1;
      const letter = seen > max ? undefined : deadLetter(context, symbols, code, detail, row(), replay?.());
      if (letter === undefined ? recent !== undefined : isKnown(letter)) return;
      count(code, detail);
      if (letter) letters.push(letter);
    },
    written() {
      if (seen > max) {
        const rest = `${seen - max} more rows are wrong`;
        const letter = deadLetter(context, symbols, 'too-many', rest, '');
        if (!isKnown(letter)) {
          letters.push(letter);
          if (recent) count('too-many', rest);
        }
      }
      const prefix = symbols.length === 1 ? `${symbols[0]}: ` : '';
      const events = [...reasons].map(([code, reason]) =>
        letterEvent(context, code, reason.count, `${prefix}${reason.detail}`),
      );
      return { letters, events };
    },
  };
}

/**
 * A dead letter: reason code, origin, and the bytes as text, at most 64 KiB. Its id depends on content alone, so a repeat is recognised. Its key is the
 * symbol, or the feed where a call was for several: which symbols share a call changes, and a log takes no key of any length.
 */
export function deadLetter(
  { sourceName, feed, deadLetters, nowMs }: LetterContext,
  symbols: readonly string[],
  code: string,
  detail: string,
  payload: string,
  replay?: Replay,
): OutgoingRecord {
  const bounded = payload.slice(0, payloadBytes);
  const asked = symbols.join(',');
  const symbol = asked.length > maxOrigin ? `${asked.slice(0, maxOrigin)}…` : asked;
  const key = symbols.length === 1 ? asked : feed.name;
  const id = recordUuid(`dead-letter|${feed.topic}|${key}|${code}|${bounded}`);
  const origin = { source: sourceName, feed: feed.name, topic: feed.topic, symbol };
  const letter = {
    id,
    code,
    detail,
    origin,
    at: isoInstant(nowMs),
    truncated: bounded.length < payload.length,
    payload: bounded,
    ...(replay && { replay }),
  };
  return { topic: deadLetters, ...letterRecord(key, letter) };
}

export const letterEvent = (
  { feed }: Pick<LetterContext, 'feed'>,
  code: string,
  count: number,
  detail: string,
): Event => ({ kind: 'dead-letter', origin: `feed/${feed.name}`, code, count, detail });
