import type { Time } from '../streams/time.js';
import type { Sentence } from './sentence.js';

const windowMs = 60_000;
const maxKeys = 500;

interface Said<Fields> {
  sinceMs: number;
  held: number;
  last: Sentence;
  fields: Fields;
}

export interface Repeats<Fields> {
  say(sentence: Sentence, fields: Fields): void;
  /** Writes what is still held back. */
  flush(): void;
}

/**
 * Keeps a fault that goes on for hours from filling the disk with one line: of sentences that repeat, the first is written at once,
 * then at most one a minute with the number of those held back. It has no timer: a summary comes with the first sentence after
 * its minute, or with `flush`. Holds at most 500 keys with one sentence each; the oldest goes first, with its summary.
 */
export function createRepeats<Fields>(
  time: Pick<Time, 'monotonicMs'>,
  write: (sentence: Sentence, fields: Fields) => void,
): Repeats<Fields> {
  const said = new Map<string, Said<Fields>>();
  let nextMs = Number.POSITIVE_INFINITY;

  const summarise = ({ held, last, fields }: Said<Fields>): void => {
    if (held === 1) write(last, fields);
    if (held > 1) write({ ...last, text: `${last.text} (${held} like this in the last minute)` }, fields);
  };
  const endWindows = (nowMs: number): void => {
    nextMs = Number.POSITIVE_INFINITY;
    for (const [key, entry] of said) {
      if (nowMs - entry.sinceMs >= windowMs) {
        summarise(entry);
        if (entry.held === 0) {
          said.delete(key);
          continue;
        }
        entry.sinceMs = nowMs;
        entry.held = 0;
      }
      nextMs = Math.min(nextMs, entry.sinceMs + windowMs);
    }
  };
  const evictOldest = (): void => {
    for (const [key, entry] of said) {
      summarise(entry);
      said.delete(key);
      return;
    }
  };

  return {
    say(sentence, fields) {
      const nowMs = time.monotonicMs();
      if (nowMs >= nextMs) endWindows(nowMs);
      if (sentence.repeats === undefined) return write(sentence, fields);
      const key = `${sentence.level} ${sentence.repeats}`;
      const entry = said.get(key);
      if (entry) {
        entry.held++;
        entry.last = sentence;
        entry.fields = fields;
        return;
      }
      if (said.size >= maxKeys) evictOldest();
      said.set(key, { sinceMs: nowMs, held: 0, last: sentence, fields });
      nextMs = Math.min(nextMs, nowMs + windowMs);
      write(sentence, fields);
    },
    flush() {
      for (const entry of said.values()) summarise(entry);
      said.clear();
      nextMs = Number.POSITIVE_INFINITY;
    },
  };
}
