/** One member of a group as the others see it: what it said when it joined. */
export interface GroupMember {
  readonly id: string;
  readonly said: string;
}

export interface GroupOptions {
  readonly groupId: string;
  /** Its partitions are divided among the members. */
  readonly topic: string;
  /** A member without a heartbeat for so long is out. */
  readonly sessionTimeoutMs: number;
  /** In which all members have to join again once somebody comes or goes. */
  readonly rebalanceTimeoutMs: number;
  /** Who gets what. Called in one of the members, for all of them. */
  readonly divide: (
    members: readonly GroupMember[],
    partitions: readonly number[],
  ) => ReadonlyMap<string, readonly number[]>;
}

/** `dividing`: somebody came or went, join again soon; `lost`: the group does not know this member any more. */
export type Heartbeat = 'confirmed' | 'dividing' | 'lost';

/**
 * A place in a consumer group, reduced to what ownership needs. Nothing is consumed: who holds which partition is all. One call at a time.
 * Between a heartbeat that says `dividing` and the next `join` its owner has time to bring to an end what it does: the group waits for it.
 */
export interface Membership {
  /** @returns the partitions that this member holds from now on. @throws KafkaFailure */
  join(said: string): Promise<readonly number[]>;
  /** @throws KafkaFailure when nobody answers */
  heartbeat(): Promise<Heartbeat>;
  /** The others need not wait for the session to run out. Ends within the deadline. */
  leave(deadlineMs: number): Promise<void>;
}
