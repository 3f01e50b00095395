import type { Dealt, Selection } from '../log/dead-letters/selection.js';
import { KafkaFailure } from '../log/kafka/kafka-failure.js';
import { LogFailure } from '../log/log.js';
import type { Answer } from './routes.js';
import { filesSelection, lettersSelection, type Schema, schemas } from './schemas.js';

/** What a running instance can be told to do. Rejects with LogFailure or KafkaFailure. */
export interface Changes {
  readonly letters: (action: 'replay' | 'discard', selection: Selection) => Promise<Dealt>;
  /** Absent: no files are read. */
  readonly files?: (action: 'retry' | 'forget', selection: FileSelection) => Promise<FilesDone>;
}

/** By name, by place, by the first eight or more digits of the hash. */
export type FileSelection = { readonly files: readonly string[] } | { readonly all: true };

export interface FilesDone {
  /** Names. */
  readonly done: readonly string[];
  /** Selected and not there. */
  readonly unknown: readonly string[];
}

/** One thing that the API does. */
export interface Change {
  readonly path: string;
  readonly summary: string;
  readonly body: Schema;
  readonly answers: Readonly<Record<number, Schema>>;
  readonly answer: (changes: Changes, body: unknown) => Promise<Answer>;
}

const onLetters = (action: 'replay' | 'discard', summary: string): Change => ({
  path: `/api/v1/dlq/${action}`,
  summary,
  body: lettersSelection,
  answers: { 200: schemas.dealt, 503: schemas.failure },
  // The schema above has checked the body.
  answer: (changes, body) => answered(changes.letters(action, body as Selection)),
});

const onFiles = (action: 'retry' | 'forget', summary: string): Change => ({
  path: `/api/v1/batch/${action}`,
  summary,
  body: filesSelection,
  answers: { 200: schemas.filesDone, 409: schemas.failure, 503: schemas.failure },
  answer: async ({ files }, body) =>
    files
      ? answered(files(action, body as FileSelection))
      : { status: 409, body: { error: 'no-batch', message: 'the configuration of this instance has no batch' } },
});

/** Each needs the token; through the control socket none does. */
export const changes: readonly Change[] = [
  onLetters('replay', 'Publishes what dead letters hold, where that can be; each once'),
  onLetters('discard', 'Marks dead letters as done with'),
  onFiles('retry', 'Puts files of the quarantine back into the inbox'),
  onFiles('forget', 'Takes contents out of the ledger, so that they are published when they come again'),
];

/** What the log or Kafka has against it is told with its mend; the same again once that is mended goes on. */
async function answered(change: Promise<unknown>): Promise<Answer> {
  try {
    return { status: 200, body: await change };
  } catch (error) {
    if (!(error instanceof LogFailure || error instanceof KafkaFailure)) throw error;
    return { status: 503, body: { error: error.code, message: error.message } };
  }
}
