import type { ActorRef, Factory, Mailbox, Scheduler, Supervision } from './actor.js';
import { type Cell, createCell } from './actor-cell.js';
import type { ActorEvent } from './actor-event.js';
import { createDispatcher } from './dispatcher.js';

export interface ActorSystem {
  /**
   * Starts an actor. Names are unique within the system. A factory that throws is supervised like a `receive` that throws.
   * @param options.mailbox 1,000 commands, `reject` when absent
   * @throws Error when the name is taken or the system is stopping
   */
  spawn<Command>(
    name: string,
    factory: Factory<Command>,
    options?: { readonly mailbox?: Mailbox<Command>; readonly supervision?: Supervision },
  ): ActorRef<Command>;
  /**
   * Stops all actors in reverse order of spawning: each refuses new commands, handles what waits, and its `stopped()` is awaited before the next one's turn.
   * @param deadlineMs for all together; an actor that has not stopped by then is reported, and the rest get one turn of the event loop each. 5,000 when absent.
   */
  stop(deadlineMs?: number): Promise<void>;
}

export interface SystemOptions {
  readonly scheduler: Scheduler;
  /** In [0, 1). */
  readonly random: () => number;
  readonly report?: (event: ActorEvent) => void;
  /** An actor spent its restart budget and stays down; the program should drain. */
  readonly onFailed?: (name: string, error: unknown) => void;
}

const defaultMailbox = { capacity: 1_000, policy: 'reject' } as const;

/** Spends its budget, and so escalates, within a minute of failing without pause. */
const defaultSupervision: Supervision = { minBackoffMs: 100, maxBackoffMs: 10_000, maxRestarts: 10, withinMs: 60_000 };

export function createSystem({
  scheduler,
  random,
  report = () => {},
  onFailed = () => {},
}: SystemOptions): ActorSystem {
  const surroundings = { scheduler, random, report, onFailed, ready: createDispatcher() };
  const cells = new Map<string, Pick<Cell<never>, 'stop'>>();
  let stopping: Promise<void> | undefined;

  const stopAll = async (deadlineMs: number): Promise<void> => {
    let deadline: { unsubscribe(): void } | undefined;
    const expired = new Promise<void>(resolve => {
      deadline = scheduler.schedule(() => resolve(), deadlineMs);
    });
    for (const [name, cell] of [...cells].reverse()) {
      const late = expired.then(() => new Promise<'late'>(resolve => setImmediate(resolve, 'late')));
      if ((await Promise.race([cell.stop(), late])) === 'late')
        report({ kind: 'actor-failed', actor: name, error: `did not stop within ${deadlineMs} ms` });
    }
    deadline?.unsubscribe();
  };

  return {
    spawn(name, factory, { mailbox = defaultMailbox, supervision = defaultSupervision } = {}) {
      if (stopping !== undefined) throw new Error(`actor ${name}: the system is stopping`);
      if (cells.has(name)) throw new Error(`actor ${name}: the name is taken`);
      const cell = createCell(name, factory, mailbox, supervision, surroundings);
      cells.set(name, cell);
      return cell.ref;
    },
    stop(deadlineMs = 5_000) {
      stopping ??= stopAll(deadlineMs);
      return stopping;
    },
  };
}
