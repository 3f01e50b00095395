import type { Scheduler } from './actor.js';

/**
 * What the runtime reports. `error` is one line of at most 200 characters.
 * `actor-failed`: the restart budget is spent, or its `stopped()` failed or did not end in time. `count`: lost since the last such event.
 */
export type ActorEvent =
  | { kind: 'actor-restarted'; actor: string; error: string; backoffMs: number }
  | { kind: 'actor-failed'; actor: string; error: string }
  | { kind: 'mailbox-lost'; actor: string; count: number };

export function errorText(error: unknown): string {
  const text =
    error instanceof Error ? `${error.name}: ${error.message}` : typeof error === 'string' ? error : typeof error;
  return text.split('\n', 1)[0]!.slice(0, 200);
}

const quietMs = 1_000;

/** Reports the first loss at once and then at most once a second, so that a flood of commands is not a flood of events. Every loss is in exactly one count. */
export function countLosses(
  scheduler: Scheduler,
  report: (count: number) => void,
): { add(count: number): void; close(): void } {
  let lost = 0;
  let quiet: { unsubscribe(): void } | undefined;

  const flush = (): void => {
    const count = lost;
    lost = 0;
    if (count > 0) report(count);
  };
  const rest = (): void => {
    quiet = undefined;
    if (lost > 0) start();
  };
  const start = (): void => {
    quiet = scheduler.schedule(rest, quietMs);
    flush();
  };

  return {
    add(count) {
      lost += count;
      if (quiet === undefined && lost > 0) start();
    },
    close() {
      quiet?.unsubscribe();
      flush();
    },
  };
}
