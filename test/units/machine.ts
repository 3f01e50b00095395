import type { SchedulerAction, Subscription } from 'rxjs';
import type { Time } from '../../src/streams/time.js';
import type { ProcessTime, WorldClock } from '../sim/clock.js';

/** A process that can stand still, as one does in a suspended machine, and die. */
export interface Machine {
  readonly time: Time;
  readonly isDead: boolean;
  readonly isFrozen: boolean;
  freeze(): void;
  thaw(): void;
  kill(): void;
  /** A call to the world outside: its answer comes when the process runs, and never when it is dead. */
  outside<T>(call: () => Promise<T>): Promise<T>;
}

/** @param aheadMs by how much its wall clock is ahead of the world's */
export function createMachine(clock: WorldClock, aheadMs = 0): Machine {
  const inner: ProcessTime = clock.process();
  let late: (() => void)[] = [];
  let isFrozen = false;
  let isDead = false;

  const whenAwake = (work: () => void): void => {
    if (isDead) return;
    if (isFrozen) late.push(work);
    else work();
  };
  function schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delayMs = 0, state?: T): Subscription {
    return inner.schedule<T>(
      function (this: SchedulerAction<T>, given?: T) {
        whenAwake(() => {
          if (!this.closed) work.call(this, given);
        });
      },
      delayMs,
      state,
    );
  }

  return {
    time: { now: () => inner.now() + aheadMs, monotonicMs: () => inner.monotonicMs(), schedule },
    get isDead() {
      return isDead;
    },
    get isFrozen() {
      return isFrozen;
    },
    freeze() {
      isFrozen = true;
    },
    thaw() {
      isFrozen = false;
      // Node runs the timers that are due before it looks at its sockets; what waits is in that order here only by chance, which is a harder test.
      const works = late;
      late = [];
      for (const work of works) whenAwake(work);
    },
    kill() {
      isDead = true;
      inner.kill();
    },
    outside: call =>
      new Promise((resolve, reject) =>
        whenAwake(() => {
          call().then(
            value => whenAwake(() => resolve(value)),
            (error: unknown) => whenAwake(() => reject(error as Error)),
          );
        }),
      ),
  };
}
