/** The part of a scheduler that actors use; any rxjs scheduler fits. */
export interface Scheduler {
  now(): number;
  schedule(work: () => void, delayMs?: number): { unsubscribe(): void };
}

/** Where to send commands. Safe to hand around; outlives restarts of the actor behind it. */
export interface ActorRef<Command> {
  readonly name: string;
  /** Puts a command into the mailbox. False when it was refused (mailbox full under `reject`, or the actor has stopped): the sender decides. */
  tell(command: Command): boolean;
}

/** What an actor does. State lives in the closure of its factory; a restart calls the factory again. */
export interface Behaviour<Command> {
  /** One command at a time, synchronously. A throw goes to the supervisor. */
  receive(command: Command): void;
  /** Called on stop and before a restart, after the last `receive`; may be awaited by an ordered stop. */
  stopped?(): void | Promise<void>;
}

export interface Context<Command> {
  readonly self: ActorRef<Command>;
  now(): number;
  /** Sends `command` to self after `delayMs`; cancelled by `unsubscribe`, by a stop and by a restart. */
  after(delayMs: number, command: Command): { unsubscribe(): void };
  /** Sends what a promise came to, to self. An actor never awaits. Ignored after a stop or restart. */
  pipe<T>(promise: Promise<T>, done: (value: T) => Command, failed: (error: unknown) => Command): void;
}

export type Factory<Command> = (context: Context<Command>) => Behaviour<Command>;

/** Bounds of a mailbox. Control commands have a lane of their own that is served first and that data cannot evict. */
export interface Mailbox<Command> {
  readonly capacity: number;
  /** What happens to a data command at the bound: refuse the newest, or replace the waiting one with the same key (a command whose key is not waiting is refused). */
  readonly policy: 'reject' | { readonly conflate: (command: Command) => string | undefined };
  readonly isControl?: (command: Command) => boolean;
}

/** After a throw: restart with exponential back-off and jitter; more than `maxRestarts` within `withinMs` stops the actor and escalates. */
export interface Supervision {
  readonly minBackoffMs: number;
  readonly maxBackoffMs: number;
  readonly maxRestarts: number;
  readonly withinMs: number;
}
