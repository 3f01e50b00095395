import kafkajs from 'kafkajs';
import type { ClusterOptions } from '../cluster.js';
import type { GroupOptions, Heartbeat, Membership } from '../group.js';
import { KafkaFailure } from '../kafka-failure.js';
import { within } from '../within.js';
import { wordedFailure } from '../worded-failure.js';
import { createClient } from './client.js';
import { kafkajsFailure, protocolError } from './failure.js';
import { type Coordinator, createGroupCalls } from './internals.js';

const { MemberAssignment, MemberMetadata } = kafkajs.AssignerProtocol;

/** Not the name of a common assigner: a consumer of somebody else under this group's id is refused by the brokers, instead of taking units. */
const protocol = 'financelake';
/** Rounds of joining in which the group changed again before it was divided. */
const mostRounds = 10;

interface Place {
  readonly coordinator: Coordinator;
  readonly generationId: number;
}

/** A membership by KafkaJS, for either client. Connects at its first call, and after any failure with new connections. */
export function createMembership(options: ClusterOptions, group: GroupOptions): Membership {
  const { groupId, topic, sessionTimeoutMs: sessionTimeout, rebalanceTimeoutMs: rebalanceTimeout, divide } = group;
  const what = `the consumer group ${groupId}`;
  const answerMs = Math.floor(sessionTimeout / 3);
  const joinMs = rebalanceTimeout + 2 * sessionTimeout;
  let connection = connect();
  let memberId = '';
  let place: Place | undefined;

  function connect() {
    // A join is answered when all have joined: until then its connection is silent.
    const client = createClient({ ...options, requestTimeoutMs: joinMs });
    return { client, calls: createGroupCalls(client.kafka) };
  }

  async function ask<T>(deadlineMs: number, call: Promise<T>): Promise<T> {
    const by = connection;
    try {
      return await within(deadlineMs, call, () =>
        wordedFailure('timeout', { options, what, detail: `no answer within ${deadlineMs} ms` }),
      );
    } catch (error) {
      if (protocolError(error) === undefined && connection === by) {
        by.client.sockets.end();
        connection = connect();
        place = undefined;
      }
      throw error;
    }
  }

  async function round(said: string): Promise<readonly number[]> {
    const { calls } = connection;
    const coordinator = await calls.coordinator(groupId);
    const metadata = MemberMetadata.encode({ version: 0, topics: [topic], userData: Buffer.from(said) });
    const groupProtocols = [{ name: protocol, metadata }];
    const joined = await coordinator.joinGroup({ groupId, sessionTimeout, rebalanceTimeout, memberId, groupProtocols });
    const { generationId, leaderId, members } = joined;
    ({ memberId } = joined);
    const shares = leaderId === memberId ? sharesOf(members, await calls.partitions(topic)) : [];
    const synced = await coordinator.syncGroup({ groupId, generationId, memberId, groupAssignment: shares });
    place = { coordinator, generationId };
    return MemberAssignment.decode(synced.memberAssignment)?.assignment[topic] ?? [];
  }

  function sharesOf(
    members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[],
    partitions: readonly number[],
  ) {
    const known = members.map(member => ({
      id: member.memberId,
      said: String(MemberMetadata.decode(member.memberMetadata)?.userData ?? ''),
    }));
    const shares = divide(known, partitions);
    return known.map(({ id }) => ({
      memberId: id,
      memberAssignment: MemberAssignment.encode({
        version: 0,
        assignment: { [topic]: [...(shares.get(id) ?? [])] },
        userData: Buffer.alloc(0),
      }),
    }));
  }

  async function beat({ coordinator, generationId: groupGenerationId }: Place): Promise<void> {
    await ask(answerMs, coordinator.heartbeat({ groupId, groupGenerationId, memberId }));
  }

  /** A group goes from broker to broker with its members and its generation; the one that had it knows nothing of it any more. */
  async function beatWhereItIs(at: Place): Promise<void> {
    try {
      await beat(at);
    } catch (error) {
      if (protocolError(error) !== 'NOT_COORDINATOR_FOR_GROUP') throw error;
      place = { ...at, coordinator: await ask(answerMs, connection.calls.coordinator(groupId)) };
      await beat(place);
    }
  }

  return {
    async join(said) {
      place = undefined;
      for (let rounds = 1; ; rounds++)
        try {
          return await ask(joinMs, round(said));
        } catch (error) {
          const name = protocolError(error) ?? '';
          if (forgotten.has(name)) memberId = '';
          const again = forgotten.has(name) || name === 'REBALANCE_IN_PROGRESS';
          if (!again || rounds >= mostRounds) throw kafkajsFailure(error, { options, what });
        }
    },
    async heartbeat(): Promise<Heartbeat> {
      if (place === undefined) return 'lost';
      try {
        await beatWhereItIs(place);
        return 'confirmed';
      } catch (error) {
        const name = protocolError(error) ?? '';
        if (name === 'REBALANCE_IN_PROGRESS') return 'dividing';
        if (forgotten.has(name)) return 'lost';
        throw kafkajsFailure(error, { options, what });
      }
    },
    async leave(deadlineMs) {
      const used = connection;
      // A broker answers one after another: behind a join that waits for the others a goodbye would wait, too.
      const free = place ? used : connect();
      const late = (): KafkaFailure => new KafkaFailure('timeout', 'gave up leaving');
      const goodbye = async (): Promise<void> => {
        if (memberId === '') return;
        const coordinator = place?.coordinator ?? (await free.calls.coordinator(groupId));
        await coordinator.leaveGroup({ groupId, memberId });
        await free.calls.disconnect();
      };
      // Whoever cannot say goodbye is missed after the session.
      await within(deadlineMs, goodbye(), late).catch(() => undefined);
      place = undefined;
      for (const { client } of new Set([used, free])) client.sockets.end();
    },
  };
}

/** The group goes on without this member; it may come again as a new one. */
const forgotten: ReadonlySet<string> = new Set(['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'FENCED_INSTANCE_ID']);
