import type { StoredLetter } from '../log/dead-letters/letter.js';
import { markRecord, nameOf } from '../log/dead-letters/mark.js';
import { readLetters, readMarks } from '../log/dead-letters/read-letters.js';
import { type Dealt, isMeant, placeOf, type Selection } from '../log/dead-letters/selection.js';
import type { Log, RecordReader } from '../log/log.js';
import { createWriter, mergePrepared, type OutgoingRecord, ownWriter } from '../log/writer.js';
import type { Report } from '../records/event.js';
import type { Time } from '../streams/time.js';
import { type ReplayContext, replayOf } from './replay.js';

export type Action = 'replay' | 'discard';

export interface LetterDeskParts {
  /** What is published goes here, and from here to Kafka. */
  readonly log: Log;
  /** Where letters are found: the log itself, or Kafka. It is closed after use. */
  readonly openReader: () => Promise<RecordReader>;
  readonly deadLetters: string;
  readonly feed: ReplayContext['feed'];
  readonly time: Pick<Time, 'now'>;
  readonly report: Report;
}

/** Replays and discards dead letters, one call after another. */
export interface LetterDesk {
  /** @throws LogFailure, KafkaFailure: what was dealt with until then is; the same call again goes on */
  readonly deal: (action: Action, selection: Selection) => Promise<Dealt>;
}

/** Bounds of one commit, and of what an answer lists. */
const maxRecords = 500;
const maxBytes = 4 << 20;
const maxListed = 100;

/**
 * A record and the mark on its letter are one commit of the local log, so that a crash leaves both or none. Marks are looked for there and where the letters are:
 * what was just committed may not be in Kafka yet. Holds one commit, one read, one small entry for each mark and each name.
 */
export function createLetterDesk(parts: LetterDeskParts): LetterDesk {
  const { log, deadLetters, time, report } = parts;
  const name = ownWriter('replay', log);
  let writer = createWriter(log, { name, epoch: 0 });
  let last: Promise<unknown> = Promise.resolve();

  async function commit(records: readonly OutgoingRecord[]): Promise<void> {
    try {
      await log.append(mergePrepared([writer.prepare(records)]));
    } catch (error) {
      // It has counted on.
      writer = createWriter(log, { name, epoch: 0 });
      throw error;
    }
  }

  async function deal(reader: RecordReader, action: Action, selection: Selection): Promise<Dealt> {
    const dealing = action === 'replay' ? 'replayed' : 'discarded';
    const marks = new Map([...(await readMarks(log, deadLetters)), ...(await readMarks(reader, deadLetters))]);
    const unknown = new Set('letters' in selection ? selection.letters : []);
    const counts = { done: 0, before: 0, staying: 0 };
    const was: Dealt['was'][number][] = [];
    const stay: Dealt['stay'][number][] = [];
    let group: OutgoingRecord[] = [];
    let letters = 0;
    let bytes = 0;

    const flush = async (): Promise<void> => {
      if (letters === 0) return;
      await commit(group);
      counts.done += letters;
      report({ kind: 'letters-dealt', dealing, count: letters });
      group = [];
      letters = 0;
      bytes = 0;
    };
    const records = (letter: StoredLetter): readonly OutgoingRecord[] | string => {
      const nowMs = time.now();
      const record = action === 'discard' ? undefined : replayOf(letter, { ...parts, nowMs });
      if (typeof record === 'string') return record;
      const mark = { topic: deadLetters, ...markRecord(letter, dealing, nowMs) };
      return record ? [record, mark] : [mark];
    };

    for await (const letter of readLetters(reader, deadLetters)) {
      if (!isMeant(selection, letter)) continue;
      const { id, code } = letter;
      const place = placeOf(letter);
      unknown.delete(id);
      unknown.delete(place);
      const mark = marks.get(nameOf(letter));
      if (mark) {
        counts.before++;
        if (was.length < maxListed) was.push({ id, place, dealing: mark.dealing, at: mark.at });
        continue;
      }
      const made = records(letter);
      if (typeof made === 'string') {
        counts.staying++;
        if (stay.length < maxListed) stay.push({ id, place, code, why: made });
        continue;
      }
      group.push(...made);
      letters++;
      bytes += made.reduce((sum, { value }) => sum + value.length, 0);
      if (letters >= maxRecords || bytes >= maxBytes) await flush();
    }
    await flush();
    return { ...counts, was, stay, unknown: [...unknown] };
  }

  return {
    deal(action, selection) {
      const dealt = last.then(async () => {
        const reader = await parts.openReader();
        try {
          return await deal(reader, action, selection);
        } finally {
          if (reader !== log) await reader.close();
        }
      });
      last = dealt.catch(() => undefined);
      return dealt;
    },
  };
}
