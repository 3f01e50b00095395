import type { Stamp } from '../../records/record.js';
import type { LogRecord, StoredRecord } from '../log.js';

/** What could not be used, as it lies in the topic of dead letters. */
export interface Letter {
  /** Of its content alone, so that a repeat is recognised. */
  readonly id: string;
  /** The reason. */
  readonly code: string;
  readonly detail: string;
  readonly origin: Readonly<Record<string, unknown>>;
  /** UTC, ISO-8601 with Z. */
  readonly at: string;
  readonly truncated: boolean;
  /** Its first 64 KiB as text. */
  readonly payload: string;
  /** Where something can make a record of it again. */
  readonly replay?: Replay;
}

export type Replay =
  /** A check refused it: `payload` is the observation, and this is what it lacked to be a record. */
  | { readonly kind: 'observation'; readonly stamp: Stamp; readonly previousPrice?: string }
  /** Kafka refused it: where it lies in the local log, and its headers. */
  | {
      readonly kind: 'record';
      readonly partition: number;
      readonly offset: number;
      readonly headers: Readonly<Record<string, string>>;
    };

export interface StoredLetter extends Letter {
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
}

export const letterRecord = (key: string, letter: Letter): LogRecord => ({
  key,
  value: Buffer.from(JSON.stringify(letter)),
  headers: { 'fl-id': letter.id, 'fl-schema': 'dead-letter/1' },
});

/** undefined for what is no dead letter: a mark, or what another program has put there. */
export function letterOf(partition: number, { offset, key, headers, value }: StoredRecord): StoredLetter | undefined {
  if (!headers['fl-schema']?.startsWith('dead-letter/')) return undefined;
  const letter = JSON.parse(Buffer.from(value).toString()) as Letter;
  return { ...letter, partition, offset, key, headers };
}
