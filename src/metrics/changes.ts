import type { Dealt, Selection } from '../log/dead-letters/selection.js';
import { KafkaFailure } from '../log/kafka/kafka-failure.js';
import { LogFailure } from '../log/log.js';
import type { Answer } from './routes.js';
import { lettersSelection, type Schema, schemas } from './schemas.js';

/** What a running instance can be told to do. Rejects with LogFailure or KafkaFailure. */
export interface Changes {
  readonly letters: (action: 'replay' | 'discard', selection: Selection) => Promise<Dealt>;
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

/** Each needs the token; through the control socket none does. */
export const changes: readonly Change[] = [
  onLetters('replay', 'Publishes what dead letters hold, where that can be; each once'),
  onLetters('discard', 'Marks dead letters as done with'),
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
