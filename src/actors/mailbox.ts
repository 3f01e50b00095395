import type { Mailbox } from './actor.js';
import { createRing } from './ring.js';

/** A waiting command; conflation puts a newer one in its place. */
export interface Letter<Command> {
  command: Command;
  readonly key?: string | undefined;
}

export interface Letters<Command> {
  readonly size: number;
  /** `replaced`: kept in the place of the newest waiting command with the same key, and that one is lost. */
  put(command: Command): 'kept' | 'replaced' | 'refused';
  /** For what the actor's own timers and promises came to: never refused, because the actor bounds it by what it starts. */
  putOwn(command: Command): void;
  /** Control before data; first in, first out within each. */
  take(): Letter<Command> | undefined;
}

/** Holds at most `capacity` data and `capacity` control commands from others, and the actor's own results. */
export function createMailbox<Command>({ capacity, policy, isControl }: Mailbox<Command>): Letters<Command> {
  if (!Number.isInteger(capacity) || capacity < 1) throw new RangeError('a mailbox holds at least one command');
  const control = createRing<Letter<Command>>();
  const data = createRing<Letter<Command>>();
  const newest = new Map<string, Letter<Command>>();

  const put = (command: Command, bound: number): 'kept' | 'replaced' | 'refused' => {
    if (isControl?.(command)) {
      if (control.size >= bound) return 'refused';
      control.push({ command });
      return 'kept';
    }
    const key = policy === 'reject' ? undefined : policy.conflate(command);
    if (data.size >= bound) {
      const waiting = key === undefined ? undefined : newest.get(key);
      if (waiting === undefined) return 'refused';
      waiting.command = command;
      return 'replaced';
    }
    const letter = { command, key };
    data.push(letter);
    if (key !== undefined) newest.set(key, letter);
    return 'kept';
  };

  return {
    get size() {
      return control.size + data.size;
    },
    put: command => put(command, capacity),
    putOwn: command => void put(command, Number.POSITIVE_INFINITY),
    take() {
      const letter = control.take() ?? data.take();
      if (letter?.key !== undefined && newest.get(letter.key) === letter) newest.delete(letter.key);
      return letter;
    },
  };
}
