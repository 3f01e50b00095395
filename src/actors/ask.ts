import type { ActorRef, Scheduler } from './actor.js';

/** `refused`: the mailbox did not take the question. `deadline`: no answer in time; the actor may still act on it. */
export class AskFailure extends Error {
  override readonly name = 'AskFailure';
  readonly code: 'refused' | 'deadline';
  constructor(code: 'refused' | 'deadline', message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Sends a command that carries the way back, for callers outside of actors.
 * @returns the first reply; later ones are ignored. Rejects with `AskFailure`.
 * @param deadlineMs 5,000 when absent
 */
export function ask<Command, Reply>(
  actor: ActorRef<Command>,
  question: (replyTo: (reply: Reply) => void) => Command,
  { scheduler, deadlineMs = 5_000 }: { readonly scheduler: Scheduler; readonly deadlineMs?: number },
): Promise<Reply> {
  let deadline: { unsubscribe(): void } | undefined;
  const answer = new Promise<Reply>((resolve, reject) => {
    if (!actor.tell(question(resolve))) throw new AskFailure('refused', `${actor.name} refused the question`);
    deadline = scheduler.schedule(
      () => reject(new AskFailure('deadline', `${actor.name} gave no answer within ${deadlineMs} ms`)),
      deadlineMs,
    );
  });
  return answer.finally(() => deadline?.unsubscribe());
}
