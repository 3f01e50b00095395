import test from 'ava';
import type { Membership } from '../../src/log/kafka/group.js';
import { createMembership } from '../../src/log/kafka/kafkajs/create-membership.js';
import { type KafkaCluster, startCluster } from './kafka/cluster.js';

const sessionTimeoutMs = 6_000;
const offsets = '__consumer_offsets';

let kafka: KafkaCluster;
test.before(async () => {
  kafka = await startCluster({ brokers: 3, properties: { 'offsets.topic.num.partitions': 1 } });
  await kafka.admin.createTopic('units', 4, 3, { 'cleanup.policy': 'compact' });
});
test.after.always(() => kafka?.close());

/** What the members of each group had said when it was divided last. All partitions go to the first of them. */
const divided = new Map<string, readonly string[]>();
const member = (groupId: string): Membership =>
  createMembership(
    {
      brokers: kafka.addresses('DIRECT'),
      clientId: 'test',
      requestTimeoutMs: 3_000,
      connectTimeoutMs: 3_000,
      compression: 'none',
    },
    {
      groupId,
      topic: 'units',
      sessionTimeoutMs,
      rebalanceTimeoutMs: 60_000,
      divide: (members, partitions) => {
        const [first, ...others] = [...members].sort((a, b) => (a.said < b.said ? -1 : 1));
        divided.set(
          groupId,
          [first!, ...others].map(({ said }) => said),
        );
        return new Map([[first!.id, partitions]]);
      },
    },
  );

/** Brokers that have just made the groups' topic are not ready at once. */
async function joined(one: Membership, said: string): Promise<readonly number[]> {
  for (const untilMs = Date.now() + 30_000; ; )
    try {
      return await one.join(said);
    } catch (error) {
      if (Date.now() > untilMs) throw error;
    }
}

test.serial('a member stays one when its group moves to another broker', async t => {
  const one = member('moves');
  t.teardown(() => one.leave(1_000));
  t.is((await joined(one, 'a')).length, 4);
  t.is(await one.heartbeat(), 'confirmed');
  const leaderOf = async (): Promise<number> => (await kafka.admin.describe(offsets))[0]!.leader;
  const before = await leaderOf();
  const others = [1, 2, 3].filter(id => id !== before);
  await kafka.admin.moveLeaders(offsets, new Map([[0, [...others, before]]]));
  t.not(await leaderOf(), before);
  const said: string[] = [];
  for (const untilMs = Date.now() + sessionTimeoutMs; said.at(-1) !== 'confirmed' && Date.now() < untilMs; )
    said.push(await one.heartbeat().catch((error: Error) => error.message));
  t.is(said.at(-1), 'confirmed', said.slice(-3).join('\n'));
});

test.serial('a member that leaves while it waits for the others gets no share', async t => {
  const [one, two] = [member('leaves'), member('leaves')];
  t.teardown(() => one.leave(1_000));
  await joined(one, 'a');
  const both = two.join('b');
  while ((await one.heartbeat()) !== 'dividing');
  await one.join('a');
  await both;
  t.deepEqual(divided.get('leaves'), ['a', 'b']);
  const again = two.join('b again').catch(() => undefined);
  while ((await one.heartbeat()) !== 'dividing');
  await two.leave(2_000);
  t.is((await one.join('a')).length, 4);
  t.deepEqual(divided.get('leaves'), ['a']);
  await again;
});
