import type { ActorRef, Behaviour, Context, Factory, Mailbox, Scheduler, Supervision } from './actor.js';
import { type ActorEvent, countLosses, errorText } from './actor-event.js';
import type { Visit } from './dispatcher.js';
import { createMailbox } from './mailbox.js';

/** What an actor needs of the system it lives in. */
export interface Surroundings {
  readonly scheduler: Scheduler;
  readonly random: () => number;
  readonly report: (event: ActorEvent) => void;
  readonly onFailed: (name: string, error: unknown) => void;
  readonly ready: (visit: Visit) => void;
}

export interface Cell<Command> {
  readonly ref: ActorRef<Command>;
  /** Refuses from now on, handles what waits, then resolves when `stopped()` has ended. Never rejects. */
  stop(): Promise<void>;
}

/** One incarnation: what was started in it dies with it. */
interface Life {
  alive: boolean;
  readonly timers: Set<{ unsubscribe(): void }>;
}

/**
 * The place of one actor: mailbox, behaviour, supervision. The mailbox and the restart budget outlive an incarnation, all else dies with it.
 * Restarts are counted by timers, not by clock readings, so that a jump of the wall clock neither spends nor refills the budget.
 */
export function createCell<Command>(
  name: string,
  factory: Factory<Command>,
  bounds: Mailbox<Command>,
  supervision: Supervision,
  { scheduler, random, report, onFailed, ready }: Surroundings,
): Cell<Command> {
  const mailbox = createMailbox(bounds);
  const losses = countLosses(scheduler, count => report({ kind: 'mailbox-lost', actor: name, count }));
  const pending = new Set<{ unsubscribe(): void }>();
  let phase: 'open' | 'stopping' | 'ended' = 'open';
  let life: Life = { alive: false, timers: new Set() };
  let behaviour: Behaviour<Command> | undefined;
  let restarts = 0;
  let queued = false;
  let ended: () => void = () => {};

  const later = (delayMs: number, work: () => void): void => {
    const timer = scheduler.schedule(() => {
      pending.delete(timer);
      work();
    }, delayMs);
    pending.add(timer);
  };

  const wake = (): void => {
    if (queued || behaviour === undefined || (mailbox.size === 0 && phase === 'open')) return;
    queued = true;
    ready(visit);
  };

  const visit: Visit = limit => {
    queued = false;
    let handled = 0;
    while (handled < limit && behaviour !== undefined) {
      const letter = mailbox.take();
      if (letter === undefined) break;
      handled += 1;
      supervised(() => behaviour!.receive(letter.command));
    }
    if (phase === 'stopping' && behaviour !== undefined && mailbox.size === 0) void end();
    else wake();
    return handled;
  };

  const supervised = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      fail(error);
    }
  };

  const own = (born: Life, command: () => Command): void => {
    if (!born.alive) return;
    supervised(() => mailbox.putOwn(command()));
    wake();
  };

  const createContext = (born: Life): Context<Command> => ({
    self: ref,
    now: () => scheduler.now(),
    after(delayMs, command) {
      if (!born.alive) return { unsubscribe: () => {} };
      const timer = scheduler.schedule(() => {
        born.timers.delete(timer);
        own(born, () => command);
      }, delayMs);
      born.timers.add(timer);
      return {
        unsubscribe() {
          born.timers.delete(timer);
          timer.unsubscribe();
        },
      };
    },
    pipe(promise, done, failed) {
      promise.then(
        value => own(born, () => done(value)),
        (error: unknown) => own(born, () => failed(error)),
      );
    },
  });

  const start = (): void => {
    const born: Life = { alive: true, timers: new Set() };
    life = born;
    supervised(() => {
      behaviour = factory(createContext(born));
    });
    wake();
  };

  /** Ends the incarnation. Its `stopped()` is called at once; the promise is for whoever wants to wait for it. */
  const leave = async (): Promise<void> => {
    const old = behaviour;
    behaviour = undefined;
    life.alive = false;
    for (const timer of life.timers) timer.unsubscribe();
    life.timers.clear();
    try {
      await old?.stopped?.();
    } catch (error) {
      report({ kind: 'actor-failed', actor: name, error: `while stopping: ${errorText(error)}` });
    }
  };

  const end = async (): Promise<void> => {
    phase = 'ended';
    for (const timer of pending) timer.unsubscribe();
    pending.clear();
    losses.add(mailbox.size);
    while (mailbox.take() !== undefined);
    losses.close();
    await leave();
    ended();
  };

  const fail = (error: unknown): void => {
    if (phase === 'stopping' || restarts >= supervision.maxRestarts) {
      const escalates = phase === 'open';
      void end();
      report({ kind: 'actor-failed', actor: name, error: errorText(error) });
      if (escalates) onFailed(name, error);
      return;
    }
    void leave();
    restarts += 1;
    later(supervision.withinMs, () => {
      restarts -= 1;
    });
    const { minBackoffMs: min, maxBackoffMs: max } = supervision;
    const backoffMs = Math.round(min + random() * (Math.min(max, min * 2 ** restarts) - min));
    report({ kind: 'actor-restarted', actor: name, error: errorText(error), backoffMs });
    later(backoffMs, start);
  };

  const ref: ActorRef<Command> = {
    name,
    tell(command) {
      if (phase !== 'open') return false;
      const fate = mailbox.put(command);
      if (fate !== 'kept') losses.add(1);
      wake();
      return fate !== 'refused';
    },
  };

  start();
  return {
    ref,
    stop: () =>
      new Promise(resolve => {
        if (phase !== 'open') return resolve();
        ended = resolve;
        phase = 'stopping';
        if (behaviour === undefined) void end();
        else wake();
      }),
  };
}
