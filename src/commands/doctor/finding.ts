import { KafkaFailure } from '../../log/kafka/kafka-failure.js';

/** What one look found. `note` is worth knowing and stops nothing; `skipped` was not looked at. */
export interface Finding {
  /** What was looked at: `log.path`, `kafka`, `topic market.bars`. */
  readonly check: string;
  readonly state: 'ok' | 'note' | 'failed' | 'skipped';
  readonly detail: string;
  readonly mend?: string;
}

export const ok = (check: string, detail: string): Finding => ({ check, state: 'ok', detail });
export const note = (check: string, detail: string, mend: string): Finding => ({ check, state: 'note', detail, mend });
export const failed = (check: string, detail: string, mend: string): Finding => ({
  check,
  state: 'failed',
  detail,
  mend,
});
export const skipped = (check: string, detail: string): Finding => ({ check, state: 'skipped', detail });

/** A failure with its mend: one of Kafka's has it, of any other it is the last sentence. */
export function failedAs(check: string, error: unknown): Finding {
  const message = error instanceof Error ? error.message : String(error);
  const [, reason = message, last] = /^(.*[^.\s])\. ([A-Z].*)$/s.exec(message) ?? [];
  const { detail, mend = 'Mend that, and ask again' } =
    error instanceof KafkaFailure ? error : { detail: reason, mend: last };
  return failed(check, detail, mend);
}
