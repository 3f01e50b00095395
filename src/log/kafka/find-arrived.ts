import type { Batch, LogRecord, StoredRecord } from '../log.js';
import type { Cluster } from './cluster.js';

/**
 * Looks for a batch whose acknowledgement was lost, from offset `from` to the end: past records of other producers, which cannot lie inside it.
 * Holds two reads of `readBytes` and a batch.
 * @returns the offset of its first record, or undefined when it is not there
 */
export async function findArrived(
  cluster: Pick<Cluster, 'read'>,
  { topic, partition, records }: Batch,
  from: number,
  readBytes = 1024 * 1024,
): Promise<number | undefined> {
  /** Stored records that agree with the beginning of the batch. */
  let agreed: StoredRecord[] = [];
  let next = from;
  for (;;) {
    const page = await cluster.read(topic, partition, next, readBytes);
    if (page.length === 0) return undefined;
    for (const stored of page) {
      if (!isSame(stored, records[agreed.length]!)) agreed = isSame(stored, records[0]!) ? [stored] : [];
      else agreed.push(stored);
      if (agreed.length === records.length) return agreed[0]!.offset;
    }
    next = page.at(-1)!.offset + 1;
  }
}

function isSame(stored: StoredRecord, record: LogRecord): boolean {
  if (stored.key !== record.key || Buffer.compare(stored.value, record.value) !== 0) return false;
  const names = Object.keys(record.headers);
  return (
    names.length === Object.keys(stored.headers).length &&
    names.every(name => stored.headers[name] === record.headers[name])
  );
}
