import { type Commit, LogFailure, type LogRecord, type PackedBatch } from './log.js';
import { takeNumber } from './packed/lengths.js';
import { walkPacked } from './packed/stored-packed.js';
import { bounds, type Topic } from './topics.js';

/**
 * What a log refuses before it takes anything of a commit.
 * @returns the topic of each batch
 * @throws LogFailure `topic` or `too-large`; RangeError for a batch without records
 */
export function checkCommit(commit: Commit, topicOf: (name: string) => Topic | undefined): Topic[] {
  let bytes = 0;
  const topics = commit.batches.map(batch => {
    const topic = topicOf(batch.topic);
    if (topic === undefined) throw new LogFailure('topic', `topic ${batch.topic} was not created`);
    if (!Number.isInteger(batch.partition) || batch.partition < 0 || batch.partition >= topic.partitions)
      throw new LogFailure('topic', `topic ${batch.topic} has no partition ${batch.partition}`);
    if ('packed' in batch) {
      if (topic.cleanup === 'compact') throw new LogFailure('topic', `topic ${batch.topic} takes no packed records`);
      bytes += checkPacked(batch);
      return topic;
    }
    if (batch.records.length === 0) throw new RangeError(`a batch for ${batch.topic} has no records`);
    for (const record of batch.records) bytes += checkRecord(batch.topic, record);
    return topic;
  });
  for (const [key, value] of commit.state ?? []) {
    if (key === '') throw new RangeError('a state entry needs a key');
    bytes += checkKey('the state', key);
    if (value && value.length > bounds.stateBytes)
      throw tooLarge(`the state entry ${key.slice(0, 80)}`, value.length, bounds.stateBytes);
    bytes += value?.length ?? 0;
  }
  if (bytes > bounds.commitBytes) throw tooLarge('a commit', bytes, bounds.commitBytes);
  return topics;
}

/** Another process made it: what does not fit would be a damaged block, which readers leave out. */
function checkPacked({ topic, packed: { count, bytes, names, common } }: PackedBatch): number {
  if (count === 0) throw new RangeError(`a batch for ${topic} has no records`);
  if (bytes.length > bounds.packedBytes && count > 1)
    throw new RangeError(`packed records for ${topic} have ${bytes.length} bytes, more than ${bounds.packedBytes}`);
  let shared = 0;
  for (const name in common) shared += 3 * (name.length + common[name]!.length);
  const at = { position: 0 };
  walkPacked(bytes, { position: 0 }, count, names.length, (key, value) => {
    at.position = key;
    const keyBytes = takeNumber(bytes, at);
    if (keyBytes > bounds.keyBytes) throw tooLarge(`a key for ${topic}`, keyBytes, bounds.keyBytes);
    at.position = value;
    const valueBytes = takeNumber(bytes, at);
    if (valueBytes > bounds.valueBytes) throw tooLarge(`a record for ${topic}`, valueBytes, bounds.valueBytes);
  });
  return bytes.length + shared;
}

function checkRecord(topic: string, record: LogRecord): number {
  const keyBytes = checkKey(topic, record.key);
  if (record.value.length > bounds.valueBytes)
    throw tooLarge(`a record for ${topic}`, record.value.length, bounds.valueBytes);
  let headerBytes = 0;
  for (const name in record.headers) headerBytes += 3 * (name.length + record.headers[name]!.length);
  if (headerBytes > bounds.headerBytes)
    throw tooLarge(`a record's headers for ${topic}`, headerBytes, bounds.headerBytes);
  return keyBytes + record.value.length + headerBytes;
}

function checkKey(where: string, key: string): number {
  // A UTF-16 unit is at most 3 bytes: the exact count is needed only for long keys.
  const length = key.length * 3 <= bounds.keyBytes ? key.length : Buffer.byteLength(key);
  if (length > bounds.keyBytes) throw tooLarge(`a key for ${where}`, length, bounds.keyBytes);
  return length;
}

const tooLarge = (what: string, bytes: number, most: number): LogFailure =>
  new LogFailure('too-large', `${what} has ${bytes} bytes, more than ${most}`);
