import type { Behaviour, Context, Factory } from '../../src/actors/actor.js';
import type { StateChange } from '../../src/log/log.js';
import type { Time } from '../../src/streams/time.js';

/** A clock that stands until it is moved, timers that run when it is, and actors without a system around them. */
export interface World {
  readonly time: Time;
  /** The true time, epoch ms: the wall clock less its jumps. */
  readonly trueMs: number;
  jumpWall(ms: number): void;
  wallOffsetMs(): number;
  at(trueMs: number, work: () => void): void;
  /** Runs everything due up to that instant, each at its own, and lets promises settle in between. */
  advanceTo(trueMs: number): Promise<void>;
  spawn<Command>(factory: Factory<Command>): { tell(command: Command): void; kill(): void };
}

export async function settle(): Promise<void> {
  for (let i = 0; i < 6; i++) await Promise.resolve();
}

export function createWorld(startMs: number): World {
  let trueMs = startMs;
  let offsetMs = 0;
  let timers: { readonly dueMs: number; readonly work: () => void }[] = [];
  const time = { now: () => trueMs + offsetMs, monotonicMs: () => trueMs - startMs } as Time;

  function at(dueMs: number, work: () => void): { unsubscribe(): void } {
    const timer = { dueMs: Math.max(dueMs, trueMs), work };
    const index = timers.findIndex(other => other.dueMs > timer.dueMs);
    timers.splice(index < 0 ? timers.length : index, 0, timer);
    return {
      unsubscribe() {
        timers = timers.filter(other => other !== timer);
      },
    };
  }

  return {
    time,
    get trueMs() {
      return trueMs;
    },
    jumpWall(ms) {
      offsetMs += ms;
    },
    wallOffsetMs: () => offsetMs,
    at,
    async advanceTo(untilMs) {
      await settle();
      while (timers.length > 0 && timers[0]!.dueMs <= untilMs) {
        const timer = timers.shift()!;
        trueMs = Math.max(trueMs, timer.dueMs);
        timer.work();
        await settle();
      }
      trueMs = Math.max(trueMs, untilMs);
    },
    spawn<Command>(factory: Factory<Command>) {
      let alive = true;
      let behaviour: Behaviour<Command> | undefined;
      const mailbox: Command[] = [];
      const run = (): void => {
        while (alive && behaviour && mailbox.length > 0) behaviour.receive(mailbox.shift()!);
      };
      let running = false;
      const tell = (command: Command): boolean => {
        if (!alive) return false;
        mailbox.push(command);
        if (running) return true;
        running = true;
        try {
          run();
        } finally {
          running = false;
        }
        return true;
      };
      const context: Context<Command> = {
        self: { name: 'budget', tell },
        now: () => time.now(),
        after: (delayMs, command) => at(trueMs + delayMs, () => void tell(command)),
        pipe: (promise, done, failed) =>
          void promise.then(
            value => tell(done(value)),
            (error: unknown) => tell(failed(error)),
          ),
      };
      behaviour = factory(context);
      run();
      return {
        tell,
        kill() {
          alive = false;
        },
      };
    },
  };
}

/** The state of a log, as far as a budget needs it. */
export function createState(): {
  get(key: string): Uint8Array | undefined;
  range(prefix: string): Iterable<readonly [string, Uint8Array]>;
  write(changes: readonly StateChange[]): void;
  readonly keys: readonly string[];
} {
  const values = new Map<string, Uint8Array>();
  return {
    get: key => values.get(key),
    range: prefix => [...values].filter(([key]) => key.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1)),
    write(changes) {
      for (const [key, value] of changes) {
        if (value === undefined) values.delete(key);
        else values.set(key, value);
      }
    },
    get keys() {
      return [...values.keys()].sort();
    },
  };
}
