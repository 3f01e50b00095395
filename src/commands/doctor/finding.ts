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

/** A failure whose message ends with its mend, as those of Kafka do: the first sentence says what is wrong, the rest what to do. */
export function failedAs(check: string, error: unknown): Finding {
  const message = error instanceof Error ? error.message : String(error);
  const [, detail = message, mend = 'Mend that, and ask again'] =
    /^(.*?[^.\s])[.:] ((?=[A-Z]).*)$/s.exec(message) ?? [];
  return failed(check, detail, mend);
}
