import { recordUuid } from '../../records/identity.js';
import { isoInstant } from '../../records/instant.js';
import type { LogRecord } from '../log.js';
import type { StoredLetter } from './letter.js';

export type Dealing = 'replayed' | 'discarded';

/** What was done with a letter: a record beside it, because a log takes nothing back, and other instances read it there. */
export interface Mark {
  readonly letter: string;
  readonly dealing: Dealing;
  readonly at: string;
}

const schema = 'dead-letter-mark/1';

/** One letter of those with the same id: the same fault may come again, and is then to be dealt with again. Offsets would not do: Kafka's are others than the local log's. */
export const nameOf = ({ id, headers }: Pick<StoredLetter, 'id' | 'headers'>): string =>
  [id, headers['fl-writer'], headers['fl-epoch'], headers['fl-seq']].join('|');

export function markRecord(letter: StoredLetter, dealing: Dealing, nowMs: number): LogRecord {
  const mark: Mark = { letter: nameOf(letter), dealing, at: isoInstant(nowMs) };
  return {
    key: letter.key,
    value: Buffer.from(JSON.stringify(mark)),
    headers: { 'fl-id': recordUuid(`${schema}|${mark.letter}|${dealing}`), 'fl-schema': schema },
  };
}

export const markOf = ({ headers, value }: LogRecord): Mark | undefined =>
  headers['fl-schema'] === schema ? (JSON.parse(Buffer.from(value).toString()) as Mark) : undefined;
