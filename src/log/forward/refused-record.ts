import { recordUuid } from '../../records/identity.js';
import { isoInstant } from '../../records/instant.js';
import { letterRecord } from '../dead-letters/letter.js';
import type { KafkaFailure } from '../kafka/kafka-failure.js';
import type { LogRecord } from '../log.js';
import type { OutgoingRecord } from '../writer.js';

const payloadBytes = 65_536;

/** A dead letter for a record that Kafka will never take: the reason, where it was on its way to, and the first 64 KiB of it. */
export function refusedRecord(given: {
  readonly deadLetters: string;
  readonly topic: string;
  readonly partition: number;
  readonly record: LogRecord;
  /** Where it lies in the local log. */
  readonly offset: number;
  readonly failure: KafkaFailure;
  readonly nowMs: number;
}): OutgoingRecord {
  const { deadLetters, topic, partition, offset, record, nowMs } = given;
  const { code, message: detail } = given.failure;
  const { key, value, headers } = record;
  const payload = Buffer.from(value.subarray(0, payloadBytes)).toString();
  const id = recordUuid(`dead-letter|${topic}|${key}|${code}|${headers['fl-id'] ?? payload}`);
  const origin = { writer: headers['fl-writer'], topic, symbol: key, partition };
  const truncated = value.length > payloadBytes;
  const replay = { kind: 'record', partition, offset, headers } as const;
  const letter = { id, code, detail, origin, at: isoInstant(nowMs), truncated, payload, replay };
  return { topic: deadLetters, ...letterRecord(key, letter) };
}
