import type { Batch, LogRecord, PackedBatch, PackedRecords } from '../log.js';
import { StoredPacked, walkPacked } from './stored-packed.js';

/** The records, as views into their bytes. @throws RangeError where the shape does not fit */
function unpack({ count, bytes, names, common, counted }: PackedRecords): LogRecord[] {
  const shared = {
    bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length),
    base: 0,
    names,
    common: Object.entries(common),
    counted: counted ? [counted] : [],
  };
  const records: LogRecord[] = [];
  walkPacked(bytes, { position: 0 }, count, names.length, (key, value, headers, index) => {
    records.push(new StoredPacked(shared, index, key, value, headers));
  });
  return records;
}

/** The records of a batch, however they came. */
export const recordsIn = (batch: Batch | PackedBatch): readonly LogRecord[] =>
  'packed' in batch ? unpack(batch.packed) : batch.records;

/** The same batch with its records. */
export const plain = (batch: Batch | PackedBatch): Batch => ({
  topic: batch.topic,
  partition: batch.partition,
  records: recordsIn(batch),
});
