import type { Cluster } from '../kafka/cluster.js';
import type { LogReader, StoredRecord } from '../log.js';

interface Newest {
  readonly seq: number;
  readonly id: string | undefined;
}

const readBytes = 1 << 20;

/**
 * Where to go on when it is not known what of the last batch has arrived: Kafka's tail from `kafkaNext` on is read, past the records of other writers, and the newest
 * number of each writer and epoch is kept. A partition is shipped in order, so whatever the local log has up to that number is there.
 * Holds one slice of each log, and two entries for each writer that is met.
 * @param kafkaEnd of the partition; what comes behind it is not looked at
 */
export async function arrivedUpTo(given: {
  readonly log: Pick<LogReader, 'read'>;
  readonly cluster: Pick<Cluster, 'read'>;
  readonly topic: string;
  readonly partition: number;
  readonly localNext: number;
  readonly kafkaNext: number;
  readonly kafkaEnd: number;
  /** A new topic may have a later batch and lack what was shipped to the old one: then records before the oldest of their writer are not there. */
  readonly isNewTopic: boolean;
}): Promise<{ readonly localNext: number; readonly kafkaNext: number }> {
  const { log, cluster, topic, partition, kafkaEnd } = given;
  const newest = new Map<string, Newest>();
  const oldest = new Map<string, number>();
  let from = given.kafkaNext;
  while (from < kafkaEnd) {
    const records = await cluster.read(topic, partition, from, readBytes);
    for (const record of records) {
      const number = numberOf(record);
      if (!number) continue;
      const { writer, seq } = number;
      if ((newest.get(writer)?.seq ?? -1) < seq) newest.set(writer, number);
      if (given.isNewTopic) oldest.set(writer, Math.min(seq, oldest.get(writer) ?? seq));
    }
    // What is left is a transaction's marker or compacted away.
    if (records.length === 0) break;
    from = records.at(-1)!.offset + 1;
  }
  let next = given.localNext;
  while (newest.size > 0) {
    const records = log.read(topic, partition, next, readBytes);
    for (const record of records) {
      const number = numberOf(record);
      const there = number && newest.get(number.writer);
      // Another id under the same number: somebody else counts under this name, and a double is the lesser evil.
      const isThere = there && (number.seq < there.seq || (number.seq === there.seq && number.id === there.id));
      if (!isThere || number.seq < (oldest.get(number.writer) ?? 0)) return { localNext: next, kafkaNext: from };
      next = record.offset + 1;
    }
    if (records.length === 0) break;
  }
  return { localNext: next, kafkaNext: from };
}

function numberOf({ headers }: StoredRecord): (Newest & { readonly writer: string }) | undefined {
  const seq = headers['fl-seq'];
  const writer = headers['fl-writer'];
  if (seq === undefined || writer === undefined) return undefined;
  return { writer: `${writer}|${headers['fl-epoch'] ?? ''}`, seq: Number(seq), id: headers['fl-id'] };
}
