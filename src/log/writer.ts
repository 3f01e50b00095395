import type { Batch, Commit, LogReader, LogRecord, PackedBatch, StateChange } from './log.js';
import { partitionOf } from './murmur2.js';

/** A record before it has a place. */
export interface OutgoingRecord extends LogRecord {
  readonly topic: string;
  /** Decides the partition in place of the key. */
  readonly placedBy?: string;
}

/** The part of a commit that one call of `prepare` asks for. */
export interface PreparedRecords {
  readonly batches: readonly (Batch | PackedBatch)[];
  readonly state: readonly StateChange[];
}

/**
 * One logical writer: places records by key and numbers them per partition, so that a reader sees doubles and losses.
 * The numbers of what was prepared are taken at once; they become durable with the commit that carries `batches` and `state` together. So a prepared result is
 * committed in the order of the calls, once, and after a failure as the same again. If it will never be committed, `createWriter` anew.
 */
export interface LogWriter {
  /**
   * Batches in order of first use of their partition; records of one partition keep their order.
   * @param packed placed by their maker; behind `records`
   */
  prepare(records: readonly OutgoingRecord[], packed?: readonly PackedBatch[]): PreparedRecords;
}

/**
 * @param log where the partitions of a topic and the numbers reached are read from, at first use
 * @param writer `name`: `source/NAME` or `files/DATASET`; `epoch`: of its ownership, 0 where there is one instance; each counts from 0
 */
export function createWriter(
  log: Pick<LogReader, 'get' | 'ends'>,
  writer: { readonly name: string; readonly epoch: number },
): LogWriter {
  const { name } = writer;
  const epoch = String(writer.epoch);
  const counted = writer.epoch === 0 ? name : `${name}@${epoch}`;
  const partitions = new Map<string, number>();
  const sequences = new Map<string, number>();

  const countOf = (topic: string): number => {
    const known = partitions.get(topic) ?? log.ends(topic).length;
    if (known === 0) throw new RangeError(`topic ${topic} was not created`);
    partitions.set(topic, known);
    return known;
  };

  return {
    prepare(records, packed = []) {
      const batches = new Map<string, Batch & { readonly records: LogRecord[] }>();
      // Records of one key come side by side: their place is looked up once.
      let last: OutgoingRecord | undefined;
      let place = '';
      let batch: (Batch & { readonly records: LogRecord[] }) | undefined;
      let sequence = 0;
      for (const record of records) {
        const { topic, key, value, headers, placedBy = key } = record;
        if (batch === undefined || last?.key !== key || last.topic !== topic || last.placedBy !== record.placedBy) {
          if (batch !== undefined) sequences.set(place, sequence);
          const partition = partitionOf(placedBy, countOf(topic));
          place = `seq/${counted}/${topic}/${partition}`;
          batch = batches.get(place) ?? { topic, partition, records: [] };
          batches.set(place, batch);
          sequence = sequences.get(place) ?? readSequence(log.get(place));
        }
        last = record;
        // Name by name: a spread that gets further names takes microseconds and makes objects without a shape (Node 20).
        const stamped: Record<string, string> = {};
        for (const header in headers) stamped[header] = headers[header]!;
        stamped['fl-writer'] = name;
        stamped['fl-seq'] = String(sequence);
        stamped['fl-epoch'] = epoch;
        batch.records.push({ key, value, headers: stamped });
        sequence++;
      }
      if (batch !== undefined) sequences.set(place, sequence);
      const places = new Set(batches.keys());
      const numbered = packed.map(({ topic, partition, packed: run }): PackedBatch => {
        const at = `seq/${counted}/${topic}/${partition}`;
        const first = sequences.get(at) ?? readSequence(log.get(at));
        sequences.set(at, first + run.count);
        places.add(at);
        const common = { ...run.common, 'fl-writer': name, 'fl-epoch': epoch };
        return { topic, partition, packed: { ...run, common, counted: { name: 'fl-seq', first } } };
      });
      const state = Array.from(places, (at): StateChange => [at, Buffer.from(String(sequences.get(at)))]);
      return { batches: [...batches.values(), ...numbered], state };
    },
  };
}

/**
 * The name of a writer that every log has one of. Two logs that ship to one Kafka must not count under one name: after a kill each would take the other's
 * numbers there for its own, and its records for arrived.
 */
export const ownWriter = (part: string, { identity }: Pick<LogReader, 'identity'>): string =>
  `${part}/${identity.slice(0, 8)}`;

const readSequence = (value: Uint8Array | undefined): number =>
  value === undefined ? 0 : Number(Buffer.from(value).toString());

/** One commit of several prepared results, in their order, and of state beside them. A later state change of a key wins. */
export const mergePrepared = (prepared: readonly PreparedRecords[], state: readonly StateChange[] = []): Commit => ({
  batches: prepared.flatMap(part => part.batches),
  state: [...prepared.flatMap(part => part.state), ...state],
});
