import type { ProcessTime } from './clock.js';
import type { Crash, CrashPoint } from './world-plan.js';

/** One life of the process, from its start to its end or crash. */
export interface Life {
  readonly nth: number;
  readonly time: ProcessTime;
  readonly isDead: boolean;
  /** Called at each point at which it may die. @returns true when it is dead, now or before */
  meets(point: CrashPoint): boolean;
  /** Dies at this very moment: whatever it still does reaches neither wire nor disk nor anybody's ear. */
  die(): void;
}

export function createLife(nth: number, time: ProcessTime, crash: Crash | undefined, onDeath: () => void): Life {
  let isDead = false;
  const met = new Map<CrashPoint, number>();
  const life: Life = {
    nth,
    time,
    get isDead() {
      return isDead;
    },
    meets(point) {
      const count = (met.get(point) ?? 0) + 1;
      met.set(point, count);
      if (crash?.at === point && crash.nth === count) life.die();
      return isDead;
    },
    die() {
      if (isDead) return;
      isDead = true;
      time.kill();
      onDeath();
    },
  };
  return life;
}
