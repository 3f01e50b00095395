import type { Cluster } from '../log/kafka/cluster.js';
import { KafkaFailure } from '../log/kafka/kafka-failure.js';
import { readAll } from './read-all.js';

/** Which instance owns a unit, as it lies in the topic of claims under the unit's name. */
export interface Claim {
  readonly unit: string;
  /** Identity of the claimant's log. */
  readonly instance: string;
  /** `host/pid`, for people. */
  readonly host: string;
  /** Grows with each owner. */
  readonly epoch: number;
  /** ISO-8601 */
  readonly claimedAt: string;
}

export interface Claims {
  /** The newest claim of each unit of a partition. */
  read(partition: number): Promise<ReadonlyMap<string, Claim>>;
  write(partition: number, claim: Claim): Promise<void>;
}

/** @throws KafkaFailure */
export const createClaims = (
  cluster: Pick<Cluster, 'ends' | 'read' | 'publish' | 'renewProducer'>,
  topic: string,
): Claims => ({
  async read(partition) {
    const newest = new Map<string, Claim>();
    for await (const { key, value } of readAll(cluster, topic, partition)) {
      const claim = decodeClaim(value);
      // Of two that claimed the same epoch at once the first has it.
      if (claim && claim.unit === key && claim.epoch > (newest.get(key)?.epoch ?? 0)) newest.set(key, claim);
    }
    return newest;
  },
  async write(partition, claim) {
    const record = { key: claim.unit, value: Buffer.from(JSON.stringify(claim)), headers: { 'fl-schema': 'claim/1' } };
    const batch = { topic, partition, records: [record] };
    try {
      await cluster.publish(batch);
    } catch (error) {
      // Twice there it says the same.
      if (!(error instanceof KafkaFailure) || (error.kind !== 'retry' && error.kind !== 'producer')) throw error;
      await cluster.renewProducer();
      await cluster.publish(batch);
    }
  },
});

function decodeClaim(value: Uint8Array): Claim | undefined {
  try {
    const claim = JSON.parse(Buffer.from(value).toString()) as Partial<Claim>;
    const { unit, instance, host, epoch, claimedAt } = claim;
    if (typeof unit !== 'string' || typeof instance !== 'string' || !Number.isSafeInteger(epoch)) return undefined;
    return { unit, instance, host: String(host), epoch: epoch!, claimedAt: String(claimedAt) };
  } catch {
    return undefined;
  }
}
