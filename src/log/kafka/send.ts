import type { LogRecord } from '../log.js';

/** Records of one partition that go to the brokers as one batch. Never changed once it was sent: only the identical batch is recognised as a double. */
export interface Send<Owner> {
  readonly records: readonly LogRecord[];
  readonly bytes: number;
  /** Who gets the acknowledgement: runs of records in order, `from` counted in the owner's records. */
  readonly runs: readonly Run<Owner>[];
}

export interface Run<Owner> {
  readonly owner: Owner;
  readonly from: number;
  readonly count: number;
}

/** Where the next send begins: the first owner, and how many of its records were taken. */
export interface Queued {
  readonly records: readonly LogRecord[];
  /** Encoded bytes of each. */
  readonly sizes: readonly number[];
  taken: number;
}

/**
 * Bytes of a record in a batch (format 2), uncompressed, lengths and marks at their most. Headers count as ASCII, which ours are: should others make a batch
 * too large by it, the brokers refuse it and it is halved.
 */
export function encodedBytes({ key, value, headers }: LogRecord): number {
  let bytes = 24 + Buffer.byteLength(key) + value.length;
  for (const name in headers) bytes += 6 + name.length + headers[name]!.length;
  return bytes;
}

/** The next send: records in order from the front of the queue, as many as fit into `maxBytes`, at least one. Owners taken whole leave the queue. */
export function cut<Owner extends Queued>(queue: Owner[], maxBytes: number, maxRecords: number): Send<Owner> {
  const records: LogRecord[] = [];
  const runs: Run<Owner>[] = [];
  let bytes = 0;
  let isFull = false;
  while (queue.length > 0 && !isFull) {
    const owner = queue[0]!;
    const from = owner.taken;
    while (owner.taken < owner.records.length) {
      const record = owner.records[owner.taken]!;
      const more = owner.sizes[owner.taken]!;
      isFull = records.length > 0 && (bytes + more > maxBytes || records.length === maxRecords);
      if (isFull) break;
      records.push(record);
      bytes += more;
      owner.taken += 1;
    }
    if (owner.taken > from) runs.push({ owner, from, count: owner.taken - from });
    if (owner.taken === owner.records.length) queue.shift();
  }
  return { records, bytes, runs };
}

/** Two halves in order: how a batch that is too large for the brokers is narrowed down to the record that is. */
export function halves<Owner>({ records, runs }: Send<Owner>): readonly [Send<Owner>, Send<Owner>] {
  const middle = records.length >> 1;
  const first: Run<Owner>[] = [];
  const second: Run<Owner>[] = [];
  let at = 0;
  for (const { owner, from, count } of runs) {
    const before = Math.max(0, Math.min(count, middle - at));
    if (before > 0) first.push({ owner, from, count: before });
    if (before < count) second.push({ owner, from: from + before, count: count - before });
    at += count;
  }
  const made = (part: readonly LogRecord[], of: readonly Run<Owner>[]): Send<Owner> => ({
    records: part,
    bytes: part.reduce((sum, record) => sum + encodedBytes(record), 0),
    runs: of,
  });
  return [made(records.slice(0, middle), first), made(records.slice(middle), second)];
}
