import { encodedBytes } from '../kafka/send.js';
import type { Batch, LogReader, StoredRecord } from '../log.js';

/** Below the brokers' usual 1 MB. */
export const batchBytes = 900_000;
/** What one read of the local log brings: headers come on top. */
const readBytes = 512 * 1024;

/** A run of records of one partition of the local log, as it goes to Kafka. */
export interface Slice {
  readonly batch: Batch & { readonly records: readonly StoredRecord[] };
  /** Local offset behind it. */
  readonly next: number;
  readonly bytes: number;
}

/**
 * The next records from `from` (inclusive) to `limit` (exclusive), about `batchBytes` at most, at least one if there is one.
 * Undefined: there is none, because the rest was compacted away or is damaged.
 */
export function takeSlice(
  log: Pick<LogReader, 'read'>,
  at: { readonly topic: string; readonly partition: number },
  range: { readonly from: number; readonly limit: number },
): Slice | undefined {
  const { topic, partition } = at;
  const records: StoredRecord[] = [];
  let bytes = 0;
  for (const record of log.read(topic, partition, range.from, readBytes)) {
    const size = encodedBytes(record);
    if (record.offset >= range.limit || (bytes + size > batchBytes && records.length > 0)) break;
    records.push(record);
    bytes += size;
  }
  const last = records.at(-1);
  if (last === undefined) return undefined;
  return { batch: { topic, partition, records }, next: last.offset + 1, bytes };
}
