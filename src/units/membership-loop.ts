import { firstValueFrom, ReplaySubject, race, timer } from 'rxjs';
import type { Heartbeat, Membership } from '../log/kafka/group.js';
import { KafkaFailure } from '../log/kafka/kafka-failure.js';
import { backoff } from '../streams/backoff.js';
import type { Random, Time } from '../streams/time.js';

export interface MembershipOptions {
  readonly membership: Membership;
  readonly sessionTimeoutMs: number;
  readonly time: Time;
  readonly random: Random;
  /** What the others are told when this instance joins. */
  readonly told: () => string;
  /** These partitions are this instance's from now on, and no others. */
  readonly assigned: (partitions: readonly number[]) => void;
  /** The group is divided anew. Nobody may begin a call; what is under way has time to end until this resolves. */
  readonly quiesce: () => Promise<void>;
  /** The group is reached (`undefined`), or not, and why. */
  readonly trouble: (failure: KafkaFailure | undefined) => void;
  /** What nobody can mend. */
  readonly failed: (error: unknown) => void;
}

export interface MembershipLoop {
  /**
   * Whether this instance is known to be a member at this instant. It counts from when the last confirmed heartbeat was sent, and ends before the group
   * would do without it: also in a process that stood still in between.
   */
  isConfirmed(): boolean;
  /** Leaves; nothing is held any more. Ends within the deadline. */
  stop(deadlineMs: number): Promise<void>;
}

/** Of the session: heartbeats in it, and the part at its end in which its member does not trust it any more. */
const beats = 8;
const margin = 0.25;

/** Joins, keeps joined, and says what that means. One call at a time. */
export function startMembership(options: MembershipOptions): MembershipLoop {
  const { membership, sessionTimeoutMs, time, random, told, assigned, quiesce, trouble, failed } = options;
  const soon = backoff({ minMs: 100, maxMs: 2_000, random });
  const stopping = new ReplaySubject<void>(1);
  const stoppedYet = (): boolean => stopped;
  const pause = (ms: number): Promise<unknown> => firstValueFrom(race(timer(ms, time), stopping));
  let stopped = false;
  /** Of both clocks: the steady one stands still while the machine is suspended, and the other can be set. */
  let confirmedUntil = { steadyMs: Number.NEGATIVE_INFINITY, wallMs: Number.NEGATIVE_INFINITY };
  let dividing = true;

  async function beat(): Promise<Heartbeat> {
    const trustedMs = sessionTimeoutMs * (1 - margin);
    const until = { steadyMs: time.monotonicMs() + trustedMs, wallMs: time.now() + trustedMs };
    const heard = await membership.heartbeat();
    if (heard === 'confirmed') confirmedUntil = until;
    return heard;
  }

  /** Until the group is divided anew, or does not know us any more. */
  async function stay(): Promise<void> {
    let attempt = 0;
    while (!stoppedYet()) {
      await pause(attempt === 0 ? sessionTimeoutMs / beats : soon(attempt));
      if (stoppedYet()) return;
      try {
        const heard = await beat();
        if (attempt > 0) trouble(undefined);
        attempt = 0;
        if (heard === 'confirmed') continue;
        dividing = true;
        if (heard === 'dividing') await quiesce();
        return;
      } catch (error) {
        if (!(error instanceof KafkaFailure)) throw error;
        attempt += 1;
        trouble(error);
      }
    }
  }

  async function live(): Promise<void> {
    let attempt = 0;
    while (!stoppedYet())
      try {
        const partitions = await membership.join(told());
        if (stoppedYet() || (await beat()) !== 'confirmed') continue;
        attempt = 0;
        dividing = false;
        trouble(undefined);
        assigned(partitions);
        await stay();
      } catch (error) {
        if (stoppedYet()) return;
        if (!(error instanceof KafkaFailure)) throw error;
        trouble(error);
        attempt += 1;
        await pause(soon(attempt));
      }
  }

  const life = live().catch((error: unknown) => {
    if (!stopped) failed(error);
  });
  return {
    isConfirmed: () =>
      !dividing && !stopped && time.monotonicMs() < confirmedUntil.steadyMs && time.now() < confirmedUntil.wallMs,
    async stop(deadlineMs) {
      stopped = true;
      stopping.next();
      // A join under way may wait for the others for longer.
      const left = membership.leave(deadlineMs).then(() => life);
      await firstValueFrom(race(left, timer(deadlineMs, time)));
    },
  };
}
