import { letterRecord } from '../log/dead-letters/letter.js';
import type { OutgoingRecord } from '../log/writer.js';
import { recordUuid } from '../records/identity.js';
import { file8 } from './file8.js';
import type { RejectedRow } from './mapped.js';

export interface LetterPlace {
  readonly deadLetters: string;
  readonly file: string;
  readonly sha256: string;
  readonly dataset: string;
  readonly topic: string;
  /** UTC, ISO-8601 with Z. */
  readonly at: string;
}

const payloadBytes = 65_536;

/** The dead letter of a row: its content alone makes its id, so that a file that is read again writes no other. */
export function rejectedLetter(place: LetterPlace, { row, column, code, detail, cells }: RejectedRow): OutgoingRecord {
  const { deadLetters, file, sha256, dataset, topic, at } = place;
  const payload = cells.slice(0, payloadBytes);
  const letter = {
    id: recordUuid(`dead-letter|${sha256}|${row}|${code}`),
    code,
    detail,
    origin: { dataset, file, sha256, row, topic, ...(column !== undefined && { column }) },
    at,
    truncated: payload.length < cells.length,
    payload,
  };
  const record = letterRecord(dataset, letter);
  return { topic: deadLetters, ...record, headers: { ...record.headers, 'fl-origin': `${file8(sha256)}:${row}` } };
}
