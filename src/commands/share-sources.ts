import type { Config } from '../config/options.js';
import type { Plan, World } from '../ingest/blueprint.js';
import { realTime } from '../streams/time.js';
import { manyInstances, type SharedRunning } from '../units/many-instances.js';
import { clusterOptions, connectKafka } from './connect-kafka.js';
import type { KafkaConfig } from './log-place.js';
import { clientId } from './log-place.js';
import type { Shipping } from './shipping.js';
import { claimsTopic } from './wanted-topics.js';

/** Longer than what a member does before it joins again. */
const rebalanceTimeoutMs = 10_000;
/** A broker that keeps a member waiting for longer costs it its place. */
const longestAnswerMs = 3_000;

/**
 * `scale: many`: the plan of which this instance runs what the group gives it.
 * @param host `host/pid`, for people
 */
export async function shareSources(
  config: Config,
  kafka: KafkaConfig,
  parts: { readonly plan: Plan; readonly world: World; readonly shipping: Shipping; readonly host: string },
): Promise<SharedRunning> {
  const { plan, world, shipping, host } = parts;
  const { id: groupId, sessionTimeout: sessionTimeoutMs } = kafka.group;
  const claims = claimsTopic(config.topics, kafka);
  // Loaded when wanted, like the client of the log.
  const { createMembership } = await import('../log/kafka/kafkajs/create-membership.js');
  const options = await clusterOptions(kafka, clientId());
  const impatient = { ...options, requestTimeoutMs: Math.min(longestAnswerMs, options.requestTimeoutMs) };
  return manyInstances({
    plan,
    world,
    connect: () => connectKafka(kafka, clientId()),
    createMembership: divide =>
      createMembership(impatient, { groupId, topic: claims.name, sessionTimeoutMs, rebalanceTimeoutMs, divide }),
    sessionTimeoutMs,
    claims,
    cursors: config.topics.cursors,
    host,
    acknowledged: shipping.acknowledged,
    shipped: shipping.shipped,
    time: realTime,
  });
}
