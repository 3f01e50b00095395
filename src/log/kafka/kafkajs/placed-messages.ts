import type { Message } from 'kafkajs';
import type { Batch } from '../../log.js';

/**
 * The records of a batch as KafkaJS takes them, grouped already. It would do so by copying the group for each record (`reduce` in its
 * groupMessagesPerPartition), the square of a batch; the answer of that one `reduce` is known here. The records themselves it passes on to the encoding of a
 * produce request, which is ours (`produce-requests.ts`).
 */
export function placedMessages({ partition, records }: Batch): Message[] {
  const messages = [...records] as unknown as Message[];
  return Object.defineProperty(messages, 'reduce', { value: () => ({ [partition]: messages }) });
}
