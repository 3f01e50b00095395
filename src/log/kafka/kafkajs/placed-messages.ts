import type { Message } from 'kafkajs';
import type { Batch } from '../../log.js';

/**
 * The records of a batch as KafkaJS takes them, grouped already. It would do so by copying the group for each record (`reduce` in its
 * groupMessagesPerPartition), the square of a batch; the answer of that one `reduce` is known here.
 */
export function placedMessages({ partition, records }: Batch): Message[] {
  const messages = records.map(
    ({ key, value, headers }): Message => ({
      partition,
      key: Buffer.from(key),
      value: value.length === 0 ? null : Buffer.from(value.buffer, value.byteOffset, value.byteLength),
      headers,
    }),
  );
  return Object.defineProperty(messages, 'reduce', { value: () => ({ [partition]: messages }) });
}
