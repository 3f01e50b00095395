import type { FetchedPartition, RecordsBatch } from '@platformatic/kafka';
import type { StoredRecord } from '../../log.js';
import { says } from './failure.js';

/** Compaction leaves batches without records: behind those more is asked for at once. */
const mostBytes = 16 * 1024 * 1024;

export interface Fetching {
  /** One round trip to the leader. */
  fetch(from: number, maxBytes: number): Promise<FetchedPartition | undefined>;
  /** The oldest offset that is there. */
  start(): Promise<number | undefined>;
}

/**
 * Records from `from` on, about `maxBytes` of them: what came beyond (whole batches) is left out. Transactions of other producers that were aborted are not
 * seen, nor what is not committed yet.
 */
export async function readRecords(partition: Fetching, from: number, maxBytes: number): Promise<StoredRecord[]> {
  const asked = Math.max(1, Math.min(maxBytes, mostBytes));
  let at = from;
  for (let bytes = asked; ; bytes = Math.min(mostBytes, bytes * 16)) {
    let fetched: FetchedPartition | undefined;
    try {
      fetched = await partition.fetch(at, bytes);
    } catch (error) {
      if (!says(error, 'OFFSET_OUT_OF_RANGE') || at !== from) throw error;
      const oldest = await partition.start();
      if (oldest === undefined || from >= oldest) return [];
      at = oldest;
      continue;
    }
    const batches = fetched?.records ?? [];
    const last = batches.at(-1);
    if (!fetched || !last) return [];
    const records = bounded(readable(fetched, batches), at, asked);
    if (records.length > 0) return records;
    at = Number(last.firstOffset) + last.lastOffsetDelta + 1;
  }
}

const transactional = 1 << 4;
const control = 1 << 5;

/** Without control records, and without the transactions that were aborted: of each, all batches up to its marker. */
function readable({ abortedTransactions }: FetchedPartition, batches: readonly RecordsBatch[]): RecordsBatch[] {
  const coming = [...(abortedTransactions ?? [])].sort((a, b) => Number(a.firstOffset - b.firstOffset));
  const aborted = new Set<bigint>();
  return batches.filter(({ firstOffset, lastOffsetDelta, attributes, producerId }) => {
    while (coming[0] && coming[0].firstOffset <= firstOffset + BigInt(lastOffsetDelta))
      aborted.add(coming.shift()!.producerId);
    if (attributes & control) {
      aborted.delete(producerId);
      return false;
    }
    return !(attributes & transactional && aborted.has(producerId));
  });
}

function bounded(batches: readonly RecordsBatch[], from: number, maxBytes: number): StoredRecord[] {
  const found: StoredRecord[] = [];
  let bytes = 0;
  for (const { firstOffset, records } of batches) {
    for (const { offsetDelta, key, value, headers } of records) {
      const offset = Number(firstOffset) + offsetDelta;
      if (offset < from) continue;
      bytes += (key?.length ?? 0) + (value?.length ?? 0);
      if (bytes > maxBytes && found.length > 0) return found;
      const texts: Record<string, string> = {};
      for (const [name, text] of headers) texts[name?.toString() ?? ''] = text?.toString() ?? '';
      found.push({ offset, key: key?.toString() ?? '', value: value ?? new Uint8Array(), headers: texts });
    }
  }
  return found;
}
