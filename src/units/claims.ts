import type { Cluster } from '../log/kafka/cluster.js';
import { KafkaFailure } from '../log/kafka/kafka-failure.js';
import type { Batch } from '../log/log.js';
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
): Claims => {
  /** Units that hash alike: one call of `publish` at a time in a partition, and a renewed producer lets down whoever else writes. */
  let last: Promise<unknown> = Promise.resolve();
  let isUnsure = false;
  const publish = async (batch: Batch): Promise<void> => {
    // What failed before may still arrive, and another batch in its place would be taken for it.
    if (isUnsure) await cluster.renewProducer();
    isUnsure = true;
    await cluster.publish(batch);
    isUnsure = false;
  };
  const publishAtLast = (batch: Batch): Promise<void> =>
    publish(batch).catch((error: unknown) => {
      // Twice there it says the same.
      if (error instanceof KafkaFailure && (error.kind === 'retry' || error.kind === 'producer')) return publish(batch);
      throw error;
    });
  return {
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
      const record = {
        key: claim.unit,
        value: Buffer.from(JSON.stringify(claim)),
        headers: { 'fl-schema': 'claim/1' },
      };
      const written = last.then(() => publishAtLast({ topic, partition, records: [record] }));
      last = written.catch(() => undefined);
      await written;
    },
  };
};

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
