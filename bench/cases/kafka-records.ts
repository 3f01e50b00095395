import type { LogRecord } from '../../src/log/log.js';
import { partitionOf } from '../../src/log/murmur2.js';

export const partitions = 4;
export const batchRecords = 1000;
const valueBytes = 339;
const made = 80_000;

/** Batches of one partition each: 339-byte JSON of 5,000 keys, placed as the Java client places them. */
export function batchesOf(partition: number): readonly (readonly LogRecord[])[] {
  const records: LogRecord[] = [];
  for (let i = 0; i < made; i++) {
    const key = `SYM${i % 5000}`;
    if (partitionOf(key, partitions) !== partition) continue;
    const begin = `{"symbol":"${key}","n":${i},"fill":"`;
    records.push({ key, value: Buffer.from(`${begin}${'x'.repeat(valueBytes - 2 - begin.length)}"}`), headers: {} });
  }
  const batches: LogRecord[][] = [];
  for (let at = 0; at + batchRecords <= records.length; at += batchRecords)
    batches.push(records.slice(at, at + batchRecords));
  return batches;
}
