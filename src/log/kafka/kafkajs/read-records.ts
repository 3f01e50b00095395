import type { StoredRecord } from '../../log.js';
import { KafkaFailure } from '../kafka-failure.js';
import type { Asking } from './connect-kafkajs.js';
import { protocolError } from './failure.js';
import type { Fetched, RawMessage } from './internals.js';
import { endsOf } from './topics.js';

/** Compaction leaves batches without records: a fetch that brings only such ones is repeated with more bytes. */
const mostBytes = 64 * 1024 * 1024;

/**
 * Records of one partition from `from` on, about `maxBytes` of them: what KafkaJS fetched beyond (whole batches) is left out. Transactions of other
 * producers that were aborted are not seen, nor what is not committed yet.
 */
export async function readRecords(
  { admin, fetcher }: Asking,
  topic: string,
  partition: number,
  from: number,
  maxBytes: number,
): Promise<readonly StoredRecord[]> {
  const asked = Math.max(1, Math.min(maxBytes, mostBytes));
  let start = from;
  let bytes = asked;
  for (let attempt = 1; ; attempt++) {
    let fetched: Fetched;
    try {
      fetched = await fetcher.fetch(topic, partition, start, bytes);
    } catch (error) {
      const type = protocolError(error);
      if (type === 'UNKNOWN_TOPIC_OR_PARTITION' && attempt > 1) return [];
      if (type === 'OFFSET_OUT_OF_RANGE' && start === from) {
        const ends = (await endsOf(admin, topic)).find(found => found.partition === partition);
        if (ends === undefined || from >= ends.start) return [];
        start = ends.start;
        continue;
      }
      if (attempt > 2) throw error;
      await fetcher.forgetLeaders();
      continue;
    }
    const { messages, highWatermark } = fetched;
    if (messages.length > 0) return bounded(messages, asked);
    if (start >= highWatermark) return [];
    if (bytes === mostBytes)
      throw new KafkaFailure(
        'broker',
        `Kafka, topic ${topic}: nothing readable from offset ${start} on in ${bytes} bytes`,
      );
    bytes = Math.min(mostBytes, bytes * 16);
  }
}

function bounded(messages: readonly RawMessage[], maxBytes: number): StoredRecord[] {
  const records: StoredRecord[] = [];
  let bytes = 0;
  for (const message of messages) {
    const record = recordOf(message);
    bytes += record.value.length + record.key.length;
    if (bytes > maxBytes && records.length > 0) break;
    records.push(record);
  }
  return records;
}

/** Of a header that comes several times the last one counts. */
function recordOf({ offset, key, value, headers }: RawMessage): StoredRecord {
  const texts: Record<string, string> = {};
  for (const name in headers) {
    const given = headers[name];
    const last = Array.isArray(given) ? (given as readonly Buffer[]).at(-1) : (given as Buffer | null);
    texts[name] = last?.toString() ?? '';
  }
  return { offset: Number(offset), key: key?.toString() ?? '', value: value ?? new Uint8Array(), headers: texts };
}
