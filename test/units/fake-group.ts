import type { GroupMember, GroupOptions, Heartbeat, Membership } from '../../src/log/kafka/group.js';
import type { KafkaFailure } from '../../src/log/kafka/kafka-failure.js';
import type { WorldClock } from '../sim/clock.js';

interface Member extends GroupMember {
  said: string;
  heardMs: number;
  /** Waits for the division. */
  joining: ((partitions: readonly number[]) => void) | undefined;
}

export interface FakeGroup {
  /** A new client, which knows nothing of an earlier one. */
  membership(divide: GroupOptions['divide']): Membership;
  /** While set, nobody is answered. */
  down: KafkaFailure | undefined;
  /** Divisions so far. */
  readonly generations: number;
}

/** A coordinator as the brokers have it: eager, with sessions and a time in which all have to join again. */
export function fakeGroup(
  clock: WorldClock,
  {
    partitions,
    sessionTimeoutMs,
    rebalanceTimeoutMs,
  }: {
    readonly partitions: number;
    readonly sessionTimeoutMs: number;
    readonly rebalanceTimeoutMs: number;
  },
): FakeGroup {
  const members = new Map<string, Member>();
  const all = Array.from({ length: partitions }, (_, at) => at);
  let divide: GroupOptions['divide'];
  let isDividing = false;
  let generations = 0;
  let ids = 0;

  const change = (): void => {
    if (isDividing) return;
    isDividing = true;
    const mine = generations;
    clock.after(rebalanceTimeoutMs, () => {
      if (!isDividing || generations !== mine) return;
      for (const [id, { joining }] of members) if (!joining) members.delete(id);
      settle();
    });
  };
  const settle = (): void => {
    if (!isDividing || ![...members.values()].every(({ joining }) => joining)) return;
    isDividing = false;
    generations++;
    const shares = divide([...members.values()], all);
    for (const member of members.values()) {
      member.heardMs = clock.now();
      member.joining?.(shares.get(member.id) ?? []);
      member.joining = undefined;
    }
  };
  const expire = (): void => {
    for (const [id, { heardMs, joining }] of members)
      if (!joining && clock.now() - heardMs > sessionTimeoutMs) {
        members.delete(id);
        change();
      }
    settle();
    clock.after(500, expire);
  };
  clock.after(500, expire);

  const group: FakeGroup = {
    down: undefined,
    get generations() {
      return generations;
    },
    membership(divides) {
      divide = divides;
      let id = '';
      const answerable = (): void => {
        if (group.down) throw group.down;
      };
      return {
        async join(said) {
          answerable();
          const known = members.get(id);
          if (!known) id = `member-${ids++}`;
          const member: Member = known ?? { id, said, heardMs: clock.now(), joining: undefined };
          member.said = said;
          members.set(id, member);
          change();
          return new Promise(resolve => {
            member.joining = resolve;
            settle();
          });
        },
        async heartbeat(): Promise<Heartbeat> {
          answerable();
          const member = members.get(id);
          if (!member) return 'lost';
          member.heardMs = clock.now();
          return isDividing ? 'dividing' : 'confirmed';
        },
        async leave() {
          if (group.down || !members.delete(id)) return;
          change();
          settle();
        },
      };
    },
  };
  return group;
}
